"""A run store that reads only the newest runs, so that the cost of the page does not grow with history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from millrace.glue_workflow.ports import HeldPartition, JobRecord, QualityRecord, RunRecord, RunStore

RECENT_RUNS = 20
RECENT_RESULTS = 300

T = TypeVar("T")


@dataclass(frozen=True)
class RecentRuns:
    """The RunStore port over another, reading only the newest runs of these workflows, and the newest results of rules.

    `since`: all that began since this time, instead; what that costs grows with how long ago it is.
    """

    store: RunStore
    workflows: Sequence[str]
    since: datetime | None = None

    def runs(self, workflow: str | None = None, limit: int | None = None) -> list[RunRecord]:
        names = self.workflows if workflow is None else [workflow]
        return [run for name in names for run in self._runs_of(name, limit)]

    def _runs_of(self, name: str, limit: int | None) -> list[RunRecord]:
        if limit or self.since is None:
            return self.store.runs(name, limit or RECENT_RUNS)
        return _since(self.since, RECENT_RUNS, lambda most: self.store.runs(name, most), lambda run: run.started_at)

    def run(self, run_id: str) -> RunRecord:
        return self.store.run(run_id)

    def jobs(self, run_id: str | None = None) -> list[JobRecord]:
        if run_id is not None:
            return self.store.jobs(run_id)
        return [job for run in self.runs() for job in self.store.jobs(run.run_id)]

    def quality(self, *, limit: int | None = None, **filters: str) -> list[QualityRecord]:
        if limit or self.since is None:
            return self.store.quality(limit=limit or RECENT_RESULTS, **filters)
        return _since(
            self.since,
            RECENT_RESULTS,
            lambda most: self.store.quality(limit=most, **filters),
            lambda result: result.evaluated_at,
        )

    def save_run(self, run: RunRecord) -> None:
        self.store.save_run(run)

    def save_job(self, job: JobRecord) -> None:
        self.store.save_job(job)

    def save_quality(self, results: Sequence[QualityRecord]) -> None:
        self.store.save_quality(results)

    def hold(self, partitions: Sequence[HeldPartition]) -> None:
        self.store.hold(partitions)

    def held(self, workflow: str | None = None) -> list[HeldPartition]:
        return self.store.held(workflow)

    def release(self, partitions: Sequence[HeldPartition]) -> None:
        self.store.release(partitions)


def _since(since: datetime, few: int, newest: Callable[[int], list[T]], at: Callable[[T], datetime]) -> list[T]:
    """Those of this time and later, of a list that begins with the newest: more are read until one is older."""
    most = few
    while len(found := newest(most)) == most and at(found[-1]) >= since:
        most *= 2
    return [one for one in found if at(one) >= since]
