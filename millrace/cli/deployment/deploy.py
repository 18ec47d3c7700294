"""The commands for the stack of a stage in its account."""

from __future__ import annotations

from typing import Annotated

import typer

from millrace.cli.deployment.options import (
    Consent,
    StackProgress,
    StageOption,
    YesOption,
    may_ask,
    open_account,
    print_outputs,
    show_proposal,
)
from millrace.cli.terminal.options import Format, FormatOption
from millrace.errors import UsageError


def deploy(stage: StageOption, yes: YesOption = False) -> None:
    """Put the stack of a stage into its account: package, upload, show what would change, ask, change it.

    Then the tables that runs publish are made and changed as they are declared, each workflow's between two runs.

    A deployment that fails leaves what was deployed before, and says which resource failed and why. Without a terminal
    to ask at, it deploys only with --yes.

    Example: [bold]millrace deploy --stage dev[/bold]
    """
    from millrace.cli.terminal.output import say
    from millrace.usecases.deployment.deploy import deploy as put

    consent = Consent(yes, "Deploy this?", f"Give --yes, after a look at millrace diff --stage {stage}.")
    project, account = open_account(stage)
    stack = put(account, project, consent, consent.progress, say)
    if stack is None:
        say("nothing was deployed")
        return
    if not consent.was_shown:
        say(f"stack {stack.name} is as the project and the stage say: nothing was changed")
    print_outputs(stack)


def diff(stage: StageOption, form: FormatOption = Format.TABLE) -> None:
    """Show what a deployment would change, resource by resource, with what is replaced, lost or refused.

    CloudFormation says it, by a change set that is removed again; tables that runs publish are looked at.

    Example: [bold]millrace diff --stage prod[/bold]
    """
    from millrace.cli.terminal.output import say
    from millrace.usecases.deployment.deploy import diff as compare

    project, account = open_account(stage)
    proposal, tables = compare(account, project, say)
    if proposal.changes or tables or form is not Format.TABLE:
        show_proposal(proposal, tables, form)
    if not proposal.changes:
        say(f"stack {proposal.stack} is as the project and the stage say")


def destroy(
    stage: StageOption,
    yes: YesOption = False,
    confirm: Annotated[
        str,
        typer.Option("--confirm", help="The stage's name, needed with --yes where the lake has data.", metavar="NAME"),
    ] = "",
) -> None:
    """Delete the stack of a stage. The lake's bucket, the table of state and a key of its own outlive it.

    A stage with deletion_protection is refused.

    Example: [bold]millrace destroy --stage dev[/bold]
    """
    from millrace.cli.terminal.output import print_rows, say
    from millrace.usecases.deployment.deploy import destroy as delete
    from millrace.usecases.deployment.deploy import destruction

    asks = may_ask(yes, f"Give --yes, and --confirm {stage} where the lake has data.")
    _, account = open_account(stage)
    plan = destruction(account)
    say(f"stack {plan.stack.name} in account {account.account}: {plan.removed} resources would be removed")
    kept = [{"resource": one.title, "type": one.kind, "name": one.physical} for one in plan.kept]
    print_rows(kept, Format.TABLE, columns=("resource", "type", "name"), title="what outlives it")
    if plan.has_data:
        say(f"there is data in s3://{plan.lake}: it stays, and nothing polls, runs or reads it any more")
    if asks:
        confirm = typer.prompt("Type the stage's name to destroy it", err=True)
    if confirm != stage and (asks or plan.has_data or confirm):
        hint = f"Give --confirm {stage}." if not asks else "Give the command again."
        raise UsageError(
            f"nothing was destroyed: the stage's name was not confirmed ({confirm or 'none given'}).", hint=hint
        )
    delete(account, plan, StackProgress(plan.removed))
    say(f"stack {plan.stack.name} is gone; {account.bootstrap_stack}, with the packaged code, is there")
    for one in plan.kept:
        say(f"{one.physical} ({one.kind}) outlives it")
