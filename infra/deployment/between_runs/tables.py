"""The tables that runs of a stage publish: they stand in no template, since their pointers are the publish.

What they lack of their declarations is shown before a deployment, and made good after it, each workflow's under its
lease. What only a reprocess makes good is shown, with the command.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from millrace.errors import LeaseHeld, RetryLater
from millrace.glue_workflow.stores.aws.glue_columns import TablePlan, retyped_in_words
from millrace.infra.deployment.between_runs.stage_lake import stage_lake
from millrace.infra.deployment.between_runs.waiting import pause, until_done

if TYPE_CHECKING:
    from millrace.glue_workflow.ports import Leases
    from millrace.glue_workflow.refinement import Refinement
    from millrace.glue_workflow.stores.aws.table_migration import TableMigration
    from millrace.infra.deployment.account import StageAccount
    from millrace.infra.project.project import Project


@dataclass(frozen=True, slots=True)
class PlannedTable:
    """A table that is not as it is declared. `source`: whose reprocess rebuilds it; `workflow`: which runs write it."""

    workflow: str
    source: str
    plan: TablePlan
    stage: str

    @property
    def action(self) -> str:
        """As of the resources of a change set, or `wait` where a deployment does nothing."""
        return "add" if self.plan.made else "modify" if self.plan.is_due else "wait"

    def changes(self) -> list[str]:
        """What a deployment changes, in words."""
        plan = self.plan
        added = ", ".join(one.name for one in plan.change.added)
        dropped = ", ".join(one.name for one in plan.change.dropped) if plan.is_empty else ""
        told = {
            f"columns added last: {added}": added,
            f"columns dropped, without data: {dropped}": dropped,
            f"types, without data: {retyped_in_words(plan.change)}": plan.is_empty and plan.change.retyped,
            "descriptions": plan.described,
            f"columns of {plan.behind:,} of {plan.partitions:,} partitions": plan.behind,
        }
        return [words for words, holds in told.items() if holds]

    def remains(self) -> str:
        """What a deployment does not change, and what does; "": nothing."""
        plan = self.plan
        if not (plan.needs_reprocess or plan.waits_for_run):
            return ""
        dropped = ", ".join(one.name for one in plan.change.dropped)
        told = {
            f"no longer declared: {dropped}": dropped,
            f"another type: {retyped_in_words(plan.change)}": plan.change.retyped,
            f"{plan.stale:,} of {plan.partitions:,} partitions have a column of another type": plan.stale,
            f"now stored {'by date' if plan.partitioned else 'whole'}": plan.stored_otherwise,
        }
        cause = "; ".join(words for words, holds in told.items() if holds)
        if plan.waits_for_run:
            return f"{cause}; the next run of {self.workflow} makes it anew"
        return f"{cause}; needs millrace reprocess {self.source} --full --stage {self.stage}"


class StageTables:
    """`pause` waits before leases that were held are asked for again."""

    def __init__(
        self,
        stage: str,
        workflows: Sequence[Refinement],
        migration: TableMigration,
        leases: Leases,
        pause: Callable[[], None] = pause,
    ) -> None:
        self._stage = stage
        self._workflows, self._migration, self._leases, self._pause = workflows, migration, leases, pause

    @classmethod
    def of(cls, at: StageAccount, project: Project) -> StageTables:
        """Of a stage, whether or not its stack is there yet."""
        lake = stage_lake(at, project)
        return cls(at.stage.name, list(project.pipelines.refinements.values()), lake.migration, lake.leases)

    def plans(self) -> list[PlannedTable]:
        """The tables that are not as declared. Reads the catalog, and changes nothing."""
        found = [
            PlannedTable(workflow.name, workflow.source, self._migration.plan(table), self._stage)
            for workflow in self._workflows
            for table in workflow.tables
        ]
        return [one for one in found if not one.plan.is_as_declared]

    def migrate(self, planned: Sequence[PlannedTable], say: Callable[[str], None]) -> None:
        """Makes good what is due, and says how far it is, and what remains. One that was cut off goes on where it was.

        Raises RetryLater where a workflow runs for longer than is waited for, LakeError for what Glue refuses.
        """
        due: Mapping[str, list[str]] = {
            workflow.name: [one.plan.table for one in planned if one.workflow == workflow.name and one.plan.is_due]
            for workflow in self._workflows
        }
        until_done(
            [name for name, tables in due.items() if tables],
            lambda name: self._done(name, due[name], say),
            lambda names: say(f"tables of {names} wait for the end of a run"),
            self._pause,
            _too_long,
        )
        for one in planned:
            if remains := one.remains():
                say(f"{one.plan.table}: {remains}")

    def _done(self, workflow: str, tables: Sequence[str], say: Callable[[str], None]) -> bool:
        """Whether the lease was to be had."""
        try:
            with self._leases.hold(workflow):
                for table in tables:
                    self._migration.carry_out(table, partial(_tell, say, table))
                    say(f"{table} is as declared")
        except LeaseHeld:
            return False
        return True


def _too_long(names: str) -> RetryLater:
    return RetryLater(
        f"the stack is deployed, and tables of {names} are not yet as declared: a run is under way.",
        hint="Give the same command again when it has ended.",
    )


def _tell(say: Callable[[str], None], table: str, done: int, of: int) -> None:
    say(f"{table}: columns of {done:,} of {of:,} partitions")
