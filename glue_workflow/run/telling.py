"""What people are told of a run that has ended: that it failed, that runs succeed again, or that it succeeded.

Whether they are sent it is said by the workflow's `notify`; the log has failures and recoveries in any case.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from millrace.errors import MillraceError
from millrace.glue_workflow.ports import JobRecord, RunRecord, RunState
from millrace.glue_workflow.run.job_context import JobServices
from millrace.glue_workflow.workflow import Workflow
from millrace.notify.ports import Event, EventKind, NewsOfRuns
from millrace.time_keys import stored

_LOOKS_BACK = 100  # runs, for the last one that succeeded
_MOST_NAMED = 7  # partitions in one message

_log = logging.getLogger(__name__)


def tell(services: JobServices, workflow: Workflow, run: RunRecord, jobs: Sequence[JobRecord]) -> None:
    """Send the events of a run that has ended; where they cannot be made, the log says so, and nothing fails.

    `jobs`: the records of the run's last attempt.
    """
    try:
        for event in _events(services, workflow, run, jobs):
            services.notifier.notify(event)
    except MillraceError as error:  # of the state that messages are made from: the run has ended, whatever comes of it
        text = f"the end of run {run.run_id} was not told: {error}"
        _log.warning(text, extra={"event": "run.untold", "run_id": run.run_id, "reason": str(error)})


def _events(services: JobServices, workflow: Workflow, run: RunRecord, jobs: Sequence[JobRecord]) -> Iterator[Event]:
    if run.state is RunState.FAILED:
        yield _failure(services, workflow, run, jobs)
    elif run.state is RunState.SUCCEEDED:
        if (recovery := _recovery(services, workflow, run)) is not None:
            yield recovery
        if NewsOfRuns.SUCCESS in workflow.notify:
            yield _success(services, workflow, run)


def _failure(services: JobServices, workflow: Workflow, run: RunRecord, jobs: Sequence[JobRecord]) -> Event:
    """What failed, why, since when readers see old data, and where to look further."""
    failed = next((job.job for job in jobs if job.state is RunState.FAILED), "")
    what = f"job {failed} of run {run.run_id} failed" if failed else f"run {run.run_id} failed"
    why = run.error if run.error.endswith((".", "!", "?")) else f"{run.error}."
    message = f"{what}: {why}{_readers(services, workflow, run)} {_further(services, run)}"
    details = {**_details(services, run), **({"job": failed} if failed else {})}
    cause = f"{failed}: {run.error.replace(run.run_id, '')}"
    is_quiet = NewsOfRuns.FAILURE not in workflow.notify
    return Event(EventKind.RUN_FAILED, run.workflow, message, _ended(run), details, cause, is_quiet)


def _recovery(services: JobServices, workflow: Workflow, run: RunRecord) -> Event | None:
    """None where the run before succeeded, too. Who sends it knows whether people were told of a failure."""
    before = [one for one in services.runs.runs(run.workflow, limit=2) if one.run_id != run.run_id]
    is_again = run.attempt > 1 or (bool(before) and before[0].state is not RunState.SUCCEEDED)
    if not is_again:
        return None
    good = _last_success(services, run)
    since = f", for the first time since {stored(good)} UTC" if good else ""
    message = f"run {run.run_id} succeeded{since}.{_published(services, workflow, run)}"
    is_quiet = NewsOfRuns.RECOVERY not in workflow.notify
    return Event(
        EventKind.RUN_RECOVERED, run.workflow, message, _ended(run), _details(services, run), only_logged=is_quiet
    )


def _success(services: JobServices, workflow: Workflow, run: RunRecord) -> Event:
    message = f"run {run.run_id} succeeded.{_published(services, workflow, run)}"
    return Event(EventKind.RUN_SUCCEEDED, run.workflow, message, _ended(run), _details(services, run))


def _readers(services: JobServices, workflow: Workflow, run: RunRecord) -> str:
    """Since when readers see old data; "" of a workflow that makes no tables."""
    if not workflow.makes_tables:
        return ""
    good = _last_success(services, run)
    return (
        f" Since {stored(good)} UTC readers see no new data." if good else " Readers see no data: no run has succeeded."
    )


def _last_success(services: JobServices, run: RunRecord) -> datetime | None:
    """When the last run before this one that succeeded began: what came later was in none that readers see."""
    runs = services.runs.runs(run.workflow, limit=_LOOKS_BACK)
    return next((one.started_at for one in runs if one.state is RunState.SUCCEEDED and one.run_id != run.run_id), None)


def _published(services: JobServices, workflow: Workflow, run: RunRecord) -> str:
    """What readers see of this run, and what waits at the gate, of this run or since an earlier one; "" of a workflow
    that makes no tables.
    """
    if not workflow.makes_tables:
        return ""
    published = [one for one in run.partitions if one not in run.held]
    held = [one.partition for one in services.runs.held(run.workflow)]
    waits = f" The gate holds {_listed(held)}." if held else ""
    return (f" Published: {_listed(published)}." if published else " There was nothing to publish.") + waits


def _listed(partitions: Sequence[str]) -> str:
    if len(partitions) <= _MOST_NAMED:
        return ", ".join(partitions)
    return f"{len(partitions)} partitions, {min(partitions)} to {max(partitions)}"


def _further(services: JobServices, run: RunRecord) -> str:
    places = list(_places(services, run).values())
    return f"See {places[0]}" + "".join(f", or {place}" for place in places[1:])


def _details(services: JobServices, run: RunRecord) -> dict[str, Any]:
    return {"run_id": run.run_id, **_places(services, run)}


def _places(services: JobServices, run: RunRecord) -> dict[str, str]:
    """The command, and the console's page where there is one, that say more of a run."""
    stage = f" --stage {services.stage}" if services.stage else ""
    link = services.console_page(run.execution)
    return {"command": f"millrace runs show {run.run_id}{stage}", **({"link": link} if link else {})}


def _ended(run: RunRecord) -> datetime:
    assert run.finished_at is not None, "it has ended"
    return run.finished_at
