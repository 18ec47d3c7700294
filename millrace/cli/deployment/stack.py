"""Commands for the stack of a stage."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from millrace.cli.terminal.options import open_project
from millrace.errors import DefinitionError


def synth(
    stage: Annotated[str, typer.Option("--stage", help="dev, test, uat, staging or prod.", metavar="NAME")],
    output: Annotated[
        Path | None,
        typer.Option("--output", help="Write template.json and the packaged code into this folder.", metavar="DIR"),
    ] = None,
) -> None:
    """Print the CloudFormation template of a stage, made from the project and the stage's file. Nothing is deployed.

    Example: [bold]millrace synth --stage dev > template.json[/bold]
    """
    from millrace.cli.terminal.output import say
    from millrace.usecases.deployment.stack import judged, synthesised, write_stack

    if output is None:
        stack = synthesised(open_project(), stage)
        typer.echo(stack.text, nl=False)
    else:
        written = write_stack(open_project(), stage, output)
        stack = written.stack
        for line in (*(f"wrote {file}" for file in written.files), *written.notes):
            say(line)
    for line in stack.notes:
        say(line)
    say(f"stage {stage}: {stack.summary}")
    objections = 0
    for judgement in judged(stack):
        for line in judgement.lines:
            say(line)
        objections += len(judgement.objections)
    if objections:
        hint = "Correct what they name in the project or the stage's file; the template is given as it is."
        raise DefinitionError(f"the template has faults: {objections}, above.", hint=hint)
