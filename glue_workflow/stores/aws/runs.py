"""The run store port on DynamoDB. Records are numbered in the order of their arrival, whatever the clocks say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from itertools import islice

import msgspec

from millrace.aws.calls import in_batches
from millrace.errors import UnknownName
from millrace.glue_workflow.ports import HeldPartition, JobRecord, QualityRecord, RunRecord
from millrace.state import dynamo_keys as layout
from millrace.state.dynamo import MAX_CHANGES, StateTable
from millrace.state.dynamo_items import Change, Delete, Put
from millrace.state.dynamo_keys import Key, numbered

_encode = msgspec.json.encode
_run = msgspec.json.Decoder(RunRecord).decode
_job = msgspec.json.Decoder(JobRecord).decode
_results = msgspec.json.Decoder(tuple[QualityRecord, ...]).decode

_held = msgspec.json.Decoder(HeldPartition).decode

_MAX_RESULTS = 40  # of one transaction: two changes each at most, beside the check's own


class DynamoRunStore:
    """A run is in the list of all runs and in its workflow's; `run#<id>` has the numbers of the run and of its jobs."""

    def __init__(self, table: StateTable) -> None:
        self._table = table

    def save_run(self, run: RunRecord) -> None:
        lists = (layout.RUNS, layout.runs_of(run.workflow))
        self._save(layout.RUNS, lists, layout.run(run.run_id), _encode(run))

    def save_job(self, job: JobRecord) -> None:
        self._save(layout.JOBS, (layout.JOBS,), layout.job(job.run_id, job.attempt, job.job), _encode(job))

    def run(self, run_id: str) -> RunRecord:
        number = self._table.get(layout.run(run_id))
        if number is None:
            raise UnknownName("run", run_id, [run.run_id for run in self.runs(limit=5)])
        return _run(self._table.numbered_items(layout.RUNS, [int(number)])[0])

    def runs(self, workflow: str | None = None, limit: int | None = None) -> list[RunRecord]:
        newest = self._table.newest(layout.runs_of(workflow) if workflow else layout.RUNS, limit or None)
        return [_run(data) for data in islice(newest, limit or None)]

    def jobs(self, run_id: str | None = None) -> list[JobRecord]:
        if run_id is None:
            return [_job(data) for _, data in self._table.items(layout.JOBS)]
        known = self._table.items(layout.run(run_id).pk, sk_prefix="job#")
        return [_job(data) for data in self._table.numbered_items(layout.JOBS, [int(number) for _, number in known])]

    def save_quality(self, results: Sequence[QualityRecord]) -> None:
        for some in in_batches(results, _MAX_RESULTS):
            self._table.append(layout.QUALITY, partial(_quality_changes, some))

    def quality(self, *, limit: int | None = None, **filters: str) -> list[QualityRecord]:
        found = self._newest_results(filters, limit or None)
        chosen = (one for one in found if all(getattr(one, name) == value for name, value in filters.items()))
        return list(islice(chosen, limit or None))

    def hold(self, partitions: Sequence[HeldPartition]) -> None:
        for some in in_batches(partitions, MAX_CHANGES):
            self._table.write([Put(layout.held(one.workflow, one.partition), _encode(one)) for one in some])

    def held(self, workflow: str | None = None) -> list[HeldPartition]:
        found = self._table.items(layout.HELD, sk_prefix=f"{workflow}#" if workflow else "")
        return [_held(data) for _, data in found]

    def release(self, partitions: Sequence[HeldPartition]) -> None:
        for some in in_batches(partitions, MAX_CHANGES):
            self._table.write([Delete(layout.held(one.workflow, one.partition)) for one in some])

    def _save(self, counted: str, lists: Sequence[str], known: Key, data: bytes) -> None:
        """Upsert: under the number that the record has already, or under the next one."""

        def changes(number: int) -> list[Change]:
            return [Put(numbered(of, number), data) for of in lists]

        if (number := self._table.get(known)) is not None:
            self._table.write(changes(int(number)))
        else:
            self._table.append(counted, lambda new: [Put(known, str(new).encode()), *changes(new)])

    def _newest_results(self, filters: Mapping[str, str], at_once: int | None) -> Iterator[QualityRecord]:
        """From the shortest list that holds every result that the filters choose."""
        if "table" in filters and "rule" in filters:
            checks = self._table.newest(layout.rule(filters["table"], filters["rule"]), at_once)
        else:
            checks = self._checks(filters.get("run_id"), at_once)
        return (one for data in checks for one in reversed(_results(data)))

    def _checks(self, run_id: str | None, at_once: int | None) -> Iterator[bytes]:
        if run_id is None:
            return self._table.newest(layout.QUALITY, at_once)
        known = self._table.items(layout.run(run_id).pk, sk_prefix="quality#")
        return reversed(self._table.numbered_items(layout.QUALITY, [int(number) for _, number in known]))


def _quality_changes(results: Sequence[QualityRecord], number: int) -> list[Change]:
    """The check as a whole, its number under each of its runs, and its results by rule."""
    by_rule: dict[str, list[QualityRecord]] = {}
    for one in results:
        by_rule.setdefault(layout.rule(one.table, one.rule), []).append(one)
    return [
        Put(numbered(layout.QUALITY, number), _encode(results)),
        *(Put(layout.quality(run_id, number), str(number).encode()) for run_id in {one.run_id for one in results}),
        *(Put(numbered(of, number), _encode(some)) for of, some in by_rule.items()),
    ]
