"""Reprocess: staging and prod again from raw, compared with what readers see before anything is published.

It is a run like any other, through the gate, with somebody who looks at it between the last statement and the flip. So
pins do not hold it back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from millrace.commit_points import CommitPoint
from millrace.glue_workflow.ports import PartitionVersion, RunRecord
from millrace.glue_workflow.run.runner import LocalRunner
from millrace.glue_workflow.versions.comparison import Comparison, Difference
from millrace.glue_workflow.workflow import Workflow

Decide = Callable[[Sequence[Difference]], bool]


@dataclass
class Reprocessing:
    """`decide` is shown what differs and says whether to publish it; it is not asked when the gate said no."""

    comparison: Comparison
    decide: Decide
    differences: list[Difference] = field(default_factory=list)
    published: bool = False

    def run(self, runner: LocalRunner, workflow: Workflow, partitions: Sequence[str], *, dry: bool) -> RunRecord:
        """A dry run is not recorded and leaves nothing behind. Raises LeaseHeld."""

        def review(versions: Sequence[PartitionVersion]) -> bool:
            self.differences = self.comparison.with_current(versions)
            decided = self.decide(self.differences)
            runner.services.reached(CommitPoint.REPROCESS_REVIEWED)
            self.published = decided and not dry
            return self.published

        reviewed = replace(runner, review=review)
        return (reviewed.rehearse if dry else reviewed.run)(workflow, tuple(partitions))
