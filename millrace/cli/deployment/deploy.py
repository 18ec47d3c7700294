"""The commands for the stack of a stage in its account."""

from __future__ import annotations

from millrace.cli.deployment.options import (
    Consent,
    StageOption,
    YesOption,
    open_account,
    print_outputs,
    show_proposal,
)
from millrace.cli.terminal.options import Format, FormatOption


def deploy(stage: StageOption, yes: YesOption = False) -> None:
    """Put the stack of a stage into its account: package, upload, show what would change, ask, change it.

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

    CloudFormation says it, by a change set that is removed again.

    Example: [bold]millrace diff --stage prod[/bold]
    """
    from millrace.cli.terminal.output import say
    from millrace.usecases.deployment.deploy import diff as compare

    project, account = open_account(stage)
    proposal = compare(account, project, say)
    if proposal.changes or form is not Format.TABLE:
        show_proposal(proposal, form)
    if not proposal.changes:
        say(f"stack {proposal.stack} is as the project and the stage say")
