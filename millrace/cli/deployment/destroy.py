"""The command that takes a stage out of its account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from millrace.cli.deployment.options import StackProgress, StageOption, YesOption, may_ask, open_account
from millrace.cli.terminal.options import Format
from millrace.errors import UsageError

if TYPE_CHECKING:
    from millrace.infra.deployment.account import StageAccount
    from millrace.usecases.deployment.destroy import WholeDestruction


def destroy(
    stage: StageOption,
    yes: YesOption = False,
    confirm: Annotated[
        str,
        typer.Option("--confirm", help="The stage's name, needed with --yes where the lake has data.", metavar="NAME"),
    ] = "",
    everything: Annotated[
        bool,
        typer.Option("--everything", help="Delete all that the stage holds, too: every version of every object."),
    ] = False,
    bootstrap: Annotated[
        bool,
        typer.Option("--bootstrap", help="With --everything: the bootstrap stack and the packaged code, too."),
    ] = False,
) -> None:
    """Delete the stack of a stage. The lake's bucket, the table of state and a key of its own outlive it.

    With --everything they go as well, after a list of what there is, and what outlives even that is named. It always
    asks for the stage's name; one that was cut off goes on with the rest when it is given again. A stage with
    deletion_protection is refused.

    Example: [bold]millrace destroy --stage dev[/bold]

    Example: [bold]millrace destroy --stage dev --everything --bootstrap[/bold]
    """
    if bootstrap and not everything:
        raise UsageError(
            "--bootstrap is given with --everything alone: what the stage holds would be left without it.",
            hint=f"Give millrace destroy --stage {stage} --everything --bootstrap, or leave out --bootstrap.",
        )
    needed = f"--confirm {stage}" if everything else f"--confirm {stage} where the lake has data"
    asks = may_ask(yes, f"Give --yes, and {needed}.")
    _, account = open_account(stage)
    if everything:
        _destroy_everything(account, asks, confirm, bootstrap)
    else:
        _destroy_stack(account, asks, confirm)


def _destroy_stack(account: StageAccount, asks: bool, confirm: str) -> None:
    from millrace.cli.terminal.output import print_rows, say
    from millrace.usecases.deployment.destroy import destroy as delete
    from millrace.usecases.deployment.destroy import destruction

    plan = destruction(account)
    say(f"stack {plan.stack.name} in account {account.account}: {plan.removed} resources would be removed")
    kept = [{"resource": one.title, "type": one.kind, "name": one.physical} for one in plan.kept]
    print_rows(kept, Format.TABLE, columns=("resource", "type", "name"), title="what outlives it")
    if plan.has_data:
        say(f"there is data in s3://{plan.lake}: it stays, and nothing polls, runs or reads it any more")
    _require_name(account.stage.name, asks, confirm, is_needed=plan.has_data)
    delete(account, plan, StackProgress(plan.removed))
    say(f"stack {plan.stack.name} is gone; {account.bootstrap_stack}, with the packaged code, is there")
    for one in plan.kept:
        say(f"{one.physical} ({one.kind}) outlives it")


def _destroy_everything(account: StageAccount, asks: bool, confirm: str, bootstrap: bool) -> None:
    from millrace.cli.terminal.output import print_rows, progress, say
    from millrace.usecases.deployment.destroy import destroy_everything, whole_destruction

    plan = whole_destruction(account, lambda versions: say(f"counted {versions:,} versions"), bootstrap=bootstrap)
    _show(plan, account)
    _require_name(account.stage.name, asks, confirm, is_needed=True)
    tells = {stack.name: StackProgress(resources) for stack, resources in plan.stacks}
    left = [
        {"what": one.what, "until": one.until, "removed by": one.removed_by}
        for one in destroy_everything(account, plan, tells, progress)
    ]
    say(f"all that stage {account.stage.name} held is gone")
    print_rows(left, Format.TABLE, columns=("what", "until", "removed by"), title="what outlives it")


def _show(plan: WholeDestruction, account: StageAccount) -> None:
    from millrace.cli.terminal.output import print_rows

    rows = [("stack", stack.name, f"{resources} resources", "") for stack, resources in plan.stacks]
    rows += [(one.kind, one.name, one.holds, "" if one.size is None else f"{one.size:,} bytes") for one in plan.held]
    columns = ("kind", "name", "holds", "size")
    title = f"what would be deleted for ever in account {account.account}, {account.stage.region}"
    print_rows([dict(zip(columns, row, strict=True)) for row in rows], Format.TABLE, columns=columns, title=title)


def _require_name(stage: str, asks: bool, confirm: str, *, is_needed: bool) -> None:
    """Raises UsageError where the stage's name is neither typed nor given."""
    if asks:
        confirm = typer.prompt("Type the stage's name to destroy it", err=True)
    if confirm != stage and (asks or is_needed or confirm):
        hint = f"Give --confirm {stage}." if not asks else "Give the command again."
        raise UsageError(
            f"nothing was destroyed: the stage's name was not confirmed ({confirm or 'none given'}).", hint=hint
        )
