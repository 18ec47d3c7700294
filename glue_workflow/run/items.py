"""The items of a job that is made for each item of a list: what they are, and the record that gathers them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from millrace.errors import JobError, UnknownName
from millrace.glue_workflow.job_options import MapOver
from millrace.glue_workflow.ports import JobRecord, RunRecord, RunState
from millrace.glue_workflow.workflow import Job, item_name

MOST_ITEMS = 1000  # of one job: an execution of Step Functions has 25,000 events, and an item some ten
ITEMS_LEFT = "items_left"  # in the output of such a job: those that are still to be made


def gathered(run: RunRecord, job: Job, over: MapOver, settled: Mapping[str, JobRecord], now: datetime) -> JobRecord:
    """The job's record: running, with the items that are left, or succeeded, with each one's output, `items`.

    Raises JobError where the output that they come from has no list of texts.
    """
    items = _items(run, job, over, settled)
    done = {one: settled[name] for one in items if (name := item_name(job.name, one)) in settled}
    record = JobRecord(run.run_id, run.attempt, job.name, RunState.RUNNING, now)
    if left := [one for one in items if one not in done]:
        return replace(record, output={ITEMS_LEFT: left})
    outputs = {one: of.output or {} for one, of in done.items()}
    rows = sum(of.rows or 0 for of in done.values())
    return replace(
        record, state=RunState.SUCCEEDED, finished_at=now, rows=rows, output={ITEMS_LEFT: [], "items": outputs}
    )


def place_of(run: RunRecord, job: Job, over: MapOver, settled: Mapping[str, JobRecord], item: str) -> str:
    """The place of an item in its list: what is kept by it stays as little as the longest list. Raises UnknownName."""
    items = _items(run, job, over, settled)
    if item not in items:
        raise UnknownName(f"item of job {job.name}", item, items)
    return str(items.index(item))


def _items(run: RunRecord, job: Job, over: MapOver, settled: Mapping[str, JobRecord]) -> list[str]:
    """Each once."""
    output = (settled[over.job].output or {}) if over.job in settled else {}
    found = output.get(over.field)
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise JobError(
            f"run {run.run_id}: job {job.name} is made for each of {over.job}.{over.field}, which is no list of texts.",
            hint=f"Let {over.job} answer one: {{'{over.field}': ['2024-05-30', ...]}}.",
        )
    items = list(dict.fromkeys(found))
    if len(items) > MOST_ITEMS:
        raise JobError(
            f"run {run.run_id}: job {job.name} would be made for {len(items):,} items of {over.job}.{over.field}.",
            hint=f"Let {over.job} answer {MOST_ITEMS:,} or fewer, and leave the others to the next run.",
        )
    return items
