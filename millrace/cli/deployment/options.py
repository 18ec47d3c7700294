"""What commands of deployments share: the stage, consent, and what is shown of a change set and its execution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import typer

from millrace import environment
from millrace.cli.terminal.options import Format, open_project, root_options
from millrace.errors import UsageError

if TYPE_CHECKING:
    from millrace.infra.deployment.account import StageAccount
    from millrace.infra.deployment.between_runs.tables import PlannedTable
    from millrace.infra.deployment.changes import PlannedChange
    from millrace.infra.deployment.drift import DriftedResource, StackDrift
    from millrace.infra.deployment.outcomes import DeployedStack
    from millrace.infra.deployment.stacks import Proposal
    from millrace.infra.project.project import Project

StageOption = Annotated[str, typer.Option("--stage", help="dev, test, uat, staging or prod.", metavar="NAME")]
YesOption = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]

_COLUMNS = ("change", "resource", "type", "properties", "mind")
_AT_REST = ("COMPLETE", "FAILED")


def open_account(stage: str) -> tuple[Project, StageAccount]:
    """The project, and the account of its stage. Raises as `account_of` does."""
    from millrace.usecases.deployment.bootstrap import account_of

    project = open_project()
    return project, account_of(project, stage, environment.load(project=root_options.project).aws)


def may_ask(yes: bool, hint: str) -> bool:
    """Whether a person is asked. Raises UsageError with the hint where nobody can be, and nothing was allowed
    beforehand.
    """
    from millrace.cli.terminal.output import is_interactive

    if not yes and not is_interactive():
        raise UsageError("there is no terminal to ask at.", hint=hint)
    return not yes


def show_proposal(
    proposal: Proposal,
    form: Format = Format.TABLE,
    *,
    drift: StackDrift | None = None,
    tables: Sequence[PlannedTable] = (),
) -> None:
    """Each change on standard output, of tables as of resources, those of others after them, and what CloudFormation
    warns of.
    """
    from millrace.cli.terminal.output import print_rows, say

    title = f"{'a new stack' if proposal.creates else 'stack'} {proposal.stack}: {len(proposal.changes)} changes"
    title += f", and {len(tables)} of tables" if tables else ""
    others = [_row_of_drift(one) for one in drift.resources] if drift else []
    rows = [*(_row(one) for one in proposal.changes), *(_row_of_table(one) for one in tables), *others]
    print_rows(rows, form, columns=_COLUMNS, title=title)
    for note in proposal.notes:
        say(f"CloudFormation warns: {note}")


def _row(change: PlannedChange) -> dict[str, Any]:
    told = [f"the service refuses it: {change.refused}"] if change.refused else []
    told += [f"{change.lost} {'may' if change.replacement == 'perhaps' else 'would'} be lost"] if change.lost else []
    named = {"yes": "replace", "perhaps": "modify or replace"}.get(change.replacement, change.action.lower())
    values = (named, change.resource, change.kind, ", ".join(change.properties), "; ".join(told))
    return dict(zip(_COLUMNS, values, strict=True))


def _row_of_table(table: PlannedTable) -> dict[str, Any]:
    values = (table.action, table.plan.table, "table", "; ".join(table.changes()), table.remains())
    return dict(zip(_COLUMNS, values, strict=True))


def _row_of_drift(one: DriftedResource) -> dict[str, Any]:
    values = ("drift", one.resource, one.kind, ", ".join(one.properties), one.told)
    return dict(zip(_COLUMNS, values, strict=True))


class Consent:
    """What decides on a change set, and on changes of tables: shown, and asked for where somebody can be asked.
    `was_shown`: whether there was one; `progress`: what tells how far its execution is. Raises as `may_ask` does.
    """

    def __init__(self, yes: bool, question: str, hint: str) -> None:
        self._asks, self._question = may_ask(yes, hint), question
        self.was_shown = False
        self.progress = StackProgress()

    def __call__(self, proposal: Proposal, tables: Sequence[PlannedTable] = ()) -> bool:
        self.was_shown, self.progress.of = True, len(proposal.changes)
        show_proposal(proposal, tables=tables)
        return not self._asks or typer.confirm(self._question, err=True)


@dataclass
class StackProgress:
    """A line for each event by which a resource comes to rest: how many have, of how many, and why one failed."""

    of: int = 0
    _rested: set[str] = field(default_factory=set)

    def __call__(self, event: Mapping[str, Any]) -> None:
        from millrace.cli.terminal.output import say

        status, title = event["ResourceStatus"], event["LogicalResourceId"]
        if not status.endswith(_AT_REST):
            return
        self._rested.add(title)
        counted = f"{len(self._rested)} of {self.of}" if len(self._rested) <= self.of else ""
        why = event.get("ResourceStatusReason", "") if status.endswith("FAILED") else ""
        told = f"{event['Timestamp']:%H:%M:%S}  {counted:>10}  {status:<24} {title} ({event['ResourceType']})"
        say(f"{told}: {why}" if why else told)


def print_outputs(stack: DeployedStack) -> None:
    from millrace.cli.terminal.output import print_rows

    rows = [{"output": name, "value": value} for name, value in sorted(stack.outputs.items())]
    print_rows(rows, Format.TABLE, columns=("output", "value"), title=f"stack {stack.name}: {stack.status}")
