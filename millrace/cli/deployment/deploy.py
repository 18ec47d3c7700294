"""The commands for the stack of a stage in its account."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from millrace import environment
from millrace.cli.deployment.options import (
    Consent,
    StageOption,
    YesOption,
    open_account,
    print_outputs,
    show_proposal,
)
from millrace.cli.terminal.options import Format, FormatOption, root_options
from millrace.errors import UsageError

if TYPE_CHECKING:
    from millrace.infra.deployment.drift import StackDrift

_HASH = re.compile(r"[0-9a-f]{6,32}")


def deploy(
    stage: StageOption,
    yes: YesOption = False,
    smoke: Annotated[bool, typer.Option("--smoke", help="Afterwards poll once, run once and query once.")] = False,
    artefact: Annotated[
        str,
        typer.Option(
            "--artefact", help="Deploy this release, which was deployed before, and package nothing.", metavar="HASH"
        ),
    ] = "",
) -> None:
    """Put the stack of a stage into its account: package, upload, show what would change, ask, change it.

    Then the tables that runs publish are made and changed as they are declared, each workflow's between two runs.

    A deployment that fails leaves what was deployed before, and says which resource failed and why. Without a terminal
    to ask at, it deploys only with --yes.

    Each deployment says its release. With the hash of an earlier one, or its first digits, --artefact goes back to it.

    Example: [bold]millrace deploy --stage dev --smoke[/bold]
    Example: [bold]millrace deploy --stage prod --artefact 3fa1c09b77de[/bold]
    """
    from millrace.cli.terminal.output import say
    from millrace.usecases.deployment.deploy import deploy as put
    from millrace.usecases.deployment.promote import deploy_again

    consent = Consent(yes, "Deploy this?", f"Give --yes, after a look at millrace diff --stage {stage}.")
    if artefact and not _HASH.fullmatch(artefact):
        hint = "Give at least six digits of the hash of a release: millrace deploy and millrace runs show say it."
        raise UsageError(f"--artefact {artefact!r} is not the hash of a release.", hint=hint)
    project, account = open_account(stage)
    if artefact:
        stack = deploy_again(account, project, artefact, consent, consent.progress, say)
    else:
        stack = put(account, project, consent, consent.progress, say)
    if stack is None:
        say("nothing was deployed")
        return
    if not consent.was_shown:
        say(f"stack {stack.name} is as the project and the stage say: nothing was changed")
    print_outputs(stack)
    if smoke:
        from millrace.usecases.deployment.smoke import smoke_test_stage

        smoke_test_stage(account, environment.load(project=root_options.project), say)


def diff(
    stage: StageOption,
    template: Annotated[
        Path | None,
        typer.Option(help="Compare this template instead of the stage's; cost --template prices it.", metavar="FILE"),
    ] = None,
    drift: Annotated[bool, typer.Option(help="Look for what others have changed of the stack.")] = True,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show what a deployment would change, resource by resource, with what is replaced, lost or refused.

    CloudFormation says it, by a change set that is removed again, and what others have changed of the stack since it
    was deployed. Tables that runs publish are looked at in the catalog.

    Example: [bold]millrace diff --stage prod[/bold]
    """
    from millrace.cli.terminal.output import say
    from millrace.usecases.deployment.deploy import diff as compare

    project, account = open_account(stage)
    found = compare(account, project, say, template=template, drift=drift)
    proposal = found.proposal
    if proposal.changes or (found.drift and found.drift.resources) or found.tables or form is not Format.TABLE:
        show_proposal(proposal, form, drift=found.drift, tables=found.tables)
    if not proposal.changes:
        say(f"stack {proposal.stack} is as {template or 'the project and the stage'} say{'s' if template else ''}")
    if found.switched:
        say(f"{', '.join(found.switched)}: what runs it goes; the deployment waits until no run is under way")
    if found.drift is not None:
        _say_drift(found.drift, found.resources)
    say(found.cost)


def _say_drift(drift: StackDrift, resources: int) -> None:
    from millrace.cli.terminal.output import say

    if drift.looked_at:
        told = f"changed by others than CloudFormation: {len(drift.resources)}"
        say(f"drift: CloudFormation looked at {drift.looked_at} of {resources} resources; {told}")
    if drift.trouble:
        say(f"drift was not looked for{' in all' if drift.looked_at else ''}: {drift.trouble}")
