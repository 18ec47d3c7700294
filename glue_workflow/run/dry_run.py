"""A run that leaves no trace in the run store: what it would write is dropped, what it reads is what is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from millrace.glue_workflow.ports import JobRecord, QualityRecord, RunRecord, RunStore


@dataclass(frozen=True)
class DryRunStore:
    """The RunStore port over another one, which it never changes."""

    kept: RunStore

    def save_run(self, run: RunRecord) -> None:
        pass

    def save_job(self, job: JobRecord) -> None:
        pass

    def save_quality(self, results: Sequence[QualityRecord]) -> None:
        pass

    def run(self, run_id: str) -> RunRecord:
        return self.kept.run(run_id)

    def runs(self, workflow: str | None = None, limit: int | None = None) -> list[RunRecord]:
        return self.kept.runs(workflow, limit)

    def jobs(self, run_id: str | None = None) -> list[JobRecord]:
        return self.kept.jobs(run_id)

    def quality(self, *, limit: int | None = None, **wanted: str) -> list[QualityRecord]:
        return self.kept.quality(limit=limit, **wanted)
