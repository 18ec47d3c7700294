"""The command that deploys to a stage what another one has."""

from __future__ import annotations

from typing import Annotated

import typer

from millrace import environment
from millrace.cli.deployment.options import Consent, YesOption, print_outputs
from millrace.cli.terminal.options import open_project, root_options


def promote(
    source: Annotated[str, typer.Option("--from", help="The stage that has it.", metavar="NAME")],
    target: Annotated[str, typer.Option("--to", help="The stage that is to have it.", metavar="NAME")],
    profile: Annotated[
        str,
        typer.Option("--from-profile", help="The AWS profile for the first stage, if another.", metavar="NAME"),
    ] = "",
    yes: YesOption = False,
) -> None:
    """Deploy to a stage the release that another one has: the same bytes, copied across account and region.

    Nothing is packaged. The template follows the second stage's file; what would change is shown and asked for.

    Example: [bold]millrace promote --from dev --to prod --from-profile dev-account[/bold]
    """
    from millrace.cli.terminal.output import say
    from millrace.usecases.deployment.promote import promote as put
    from millrace.usecases.deployment.promote import promoted_stages

    consent = Consent(yes, "Deploy this?", "Give --yes: it then deploys without asking.")
    project = open_project()
    accounts = promoted_stages(project, source, target, environment.load(project=root_options.project).aws, profile)
    stack = put(*accounts, project, consent, consent.progress, say)
    if stack is None:
        say("nothing was deployed")
        return
    if not consent.was_shown:
        say(f"stack {stack.name} has this release already: nothing was changed")
    print_outputs(stack)
