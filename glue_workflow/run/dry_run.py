"""The run store of a dry run: it reads the real run store, and never writes to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from millrace.glue_workflow.ports import HeldPartition, JobRecord, QualityRecord, RunRecord, RunStore


@dataclass(frozen=True)
class DryRunStore:
    """The RunStore port over the real run store, which it never changes.

    It keeps the dry run's quality results, newest first: a later partition is compared with them.
    """

    real: RunStore
    results: list[QualityRecord] = field(default_factory=list)

    def save_run(self, run: RunRecord) -> None:
        pass

    def save_job(self, job: JobRecord) -> None:
        pass

    def save_quality(self, results: Sequence[QualityRecord]) -> None:
        self.results[:0] = reversed(results)

    def hold(self, partitions: Sequence[HeldPartition]) -> None:
        pass

    def release(self, partitions: Sequence[HeldPartition]) -> None:
        pass

    def run(self, run_id: str) -> RunRecord:
        return self.real.run(run_id)

    def runs(self, workflow: str | None = None, limit: int | None = None) -> list[RunRecord]:
        return self.real.runs(workflow, limit)

    def jobs(self, run_id: str | None = None) -> list[JobRecord]:
        return self.real.jobs(run_id)

    def quality(self, *, limit: int | None = None, **filters: str) -> list[QualityRecord]:
        mine = [one for one in self.results if all(getattr(one, name) == value for name, value in filters.items())]
        return [*mine, *self.real.quality(limit=limit, **filters)][:limit]

    def held(self, workflow: str | None = None) -> list[HeldPartition]:
        return self.real.held(workflow)
