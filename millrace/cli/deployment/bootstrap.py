"""The command that prepares an account for deployments of a stage."""

from __future__ import annotations

from millrace.cli.deployment.options import Consent, StageOption, YesOption, open_account, print_outputs


def bootstrap(stage: StageOption, yes: YesOption = False) -> None:
    """Make what deployments of a stage rest on: the bucket of packaged code, and the role of CloudFormation.

    Once for each stage, by credentials that may make roles; again after the stage's file asks for more.

    Example: [bold]millrace bootstrap --stage dev[/bold]
    """
    from millrace.cli.terminal.output import say
    from millrace.usecases.deployment.bootstrap import bootstrap as make

    consent = Consent(yes, "Make this?", "Give --yes: it then makes the bucket and the roles without asking.")
    _, account = open_account(stage)
    made = make(account, consent, consent.progress)
    if made is None:
        say("nothing was changed")
        return
    if not consent.was_shown:
        say(f"stack {made.name} is as the stage says: nothing was changed")
    print_outputs(made)
