"""The run store of a dry run: it reads the real run store, and drops every write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from millrace.glue_workflow.ports import JobRecord, QualityRecord, RunRecord, RunStore


@dataclass(frozen=True)
class DryRunStore:
    """The RunStore port over the real run store, which it never changes."""

    real: RunStore

    def save_run(self, run: RunRecord) -> None:
        pass

    def save_job(self, job: JobRecord) -> None:
        pass

    def save_quality(self, results: Sequence[QualityRecord]) -> None:
        pass

    def run(self, run_id: str) -> RunRecord:
        return self.real.run(run_id)

    def runs(self, workflow: str | None = None, limit: int | None = None) -> list[RunRecord]:
        return self.real.runs(workflow, limit)

    def jobs(self, run_id: str | None = None) -> list[JobRecord]:
        return self.real.jobs(run_id)

    def quality(self, *, limit: int | None = None, **wanted: str) -> list[QualityRecord]:
        return self.real.quality(limit=limit, **wanted)
