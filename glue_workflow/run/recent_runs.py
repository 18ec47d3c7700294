"""A run store that reads only the newest runs, so that the cost of the page does not grow with history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from millrace.glue_workflow.ports import HeldPartition, JobRecord, QualityRecord, RunRecord, RunStore

RECENT_RUNS = 20
RECENT_RESULTS = 300


@dataclass(frozen=True)
class RecentRuns:
    """The RunStore port over another, reading only the newest runs of these workflows."""

    store: RunStore
    workflows: Sequence[str]

    def runs(self, workflow: str | None = None, limit: int | None = None) -> list[RunRecord]:
        if workflow is not None:
            return self.store.runs(workflow, limit or RECENT_RUNS)
        return [run for name in self.workflows for run in self.store.runs(name, limit or RECENT_RUNS)]

    def run(self, run_id: str) -> RunRecord:
        return self.store.run(run_id)

    def jobs(self, run_id: str | None = None) -> list[JobRecord]:
        if run_id is not None:
            return self.store.jobs(run_id)
        return [job for run in self.runs() for job in self.store.jobs(run.run_id)]

    def quality(self, *, limit: int | None = None, **filters: str) -> list[QualityRecord]:
        return self.store.quality(limit=limit or RECENT_RESULTS, **filters)

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
