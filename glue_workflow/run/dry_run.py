"""The run store of a dry run: it reads the real run store, and keeps its own writes in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from millrace.glue_workflow.ports import HeldPartition, JobRecord, QualityRecord, RunRecord, RunStore


@dataclass(frozen=True)
class DryRunStore:
    """The RunStore port over the real run store, which it never changes.

    It keeps the records of the dry run, and its quality results, newest first: a later partition is compared with them.
    """

    real: RunStore
    results: list[QualityRecord] = field(default_factory=list)
    own_runs: dict[str, RunRecord] = field(default_factory=dict)
    own_jobs: dict[tuple[str, str], JobRecord] = field(default_factory=dict)

    def save_run(self, run: RunRecord) -> None:
        self.own_runs[run.run_id] = run

    def save_job(self, job: JobRecord) -> None:
        self.own_jobs[job.run_id, job.job] = job

    def save_quality(self, results: Sequence[QualityRecord]) -> None:
        self.results[:0] = reversed(results)

    def hold(self, partitions: Sequence[HeldPartition]) -> None:
        pass

    def release(self, partitions: Sequence[HeldPartition]) -> None:
        pass

    def run(self, run_id: str) -> RunRecord:
        return self.own_runs.get(run_id) or self.real.run(run_id)

    def runs(self, workflow: str | None = None, limit: int | None = None) -> list[RunRecord]:
        return self.real.runs(workflow, limit)

    def jobs(self, run_id: str | None = None) -> list[JobRecord]:
        own = [job for (of, _), job in self.own_jobs.items() if of == run_id]
        return own or self.real.jobs(run_id)

    def quality(self, *, limit: int | None = None, **filters: str) -> list[QualityRecord]:
        mine = [one for one in self.results if all(getattr(one, name) == value for name, value in filters.items())]
        return [*mine, *self.real.quality(limit=limit, **filters)][:limit]

    def held(self, workflow: str | None = None) -> list[HeldPartition]:
        return self.real.held(workflow)
