"""Reprocess (backfill): staging and prod rebuilt from raw, compared with what readers see, then published or dropped.

It is a run like any other, through the quality gate, with a review between the last statement and the flip. The review
overrides pins.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from millrace.commit_points import CommitPoint
from millrace.glue_workflow.ports import PartitionVersion, RunRecord
from millrace.glue_workflow.refinement import Refinement
from millrace.glue_workflow.run.runner import WorkflowRunner
from millrace.glue_workflow.run_request import All, Only, Reviewer, RunRequest
from millrace.glue_workflow.versions.comparison import Comparison, Difference

Decide = Callable[[Sequence[Difference]], bool]


@dataclass
class Reprocessing:
    """`decide` gets the differences and returns whether to publish; it is not called when the gate stops the run."""

    comparison: Comparison
    decide: Decide
    differences: list[Difference] = field(default_factory=list)
    published: bool = False

    def run(self, runner: WorkflowRunner, workflow: Refinement, wanted: All | Only, *, dry_run: bool) -> RunRecord:
        """A dry run is not recorded and leaves nothing behind. Raises LeaseHeld."""
        request = RunRequest(wanted, review=Reviewer.REPROCESS)
        reviewed = self._reviewed(runner, dry_run=dry_run)
        return (reviewed.dry_run if dry_run else reviewed.run)(workflow, request)

    def resume(self, runner: WorkflowRunner, workflow: Refinement, run_id: str) -> RunRecord:
        """Raises as the runner does."""
        return self._reviewed(runner, dry_run=False).resume(workflow, run_id)

    def _reviewed(self, runner: WorkflowRunner, *, dry_run: bool) -> WorkflowRunner:
        def review(versions: Sequence[PartitionVersion]) -> bool:
            self.differences = self.comparison.with_current(versions)
            decided = self.decide(self.differences)
            runner.services.reached(CommitPoint.REPROCESS_REVIEWED)
            self.published = decided and not dry_run
            return self.published

        return replace(runner, review=review)
