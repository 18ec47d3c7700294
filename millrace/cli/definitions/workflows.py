"""Commands for workflows: what there are, drawn, and compiled."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Annotated

import typer

from millrace.cli.terminal.options import Format, FormatOption, open_project

workflows_app = typer.Typer(no_args_is_help=True, help="List, show or compile the project's workflows.")

WorkflowName = Annotated[str, typer.Argument(help="A workflow, such as taxi_availability.", metavar="NAME")]


class Drawing(StrEnum):
    """How a workflow is drawn."""

    TEXT = "text"
    MERMAID = "mermaid"


class CompiledForm(StrEnum):
    """How what a workflow is compiled to is shown."""

    JSON = "json"
    MERMAID = "mermaid"


@workflows_app.command("list")
def list_workflows(form: FormatOption = Format.TABLE) -> None:
    """List the project's workflows: source, schedule in UTC, jobs in their order, tables, and the jobs' time limit.

    Example: [bold]millrace workflows list --format json[/bold]
    """
    from millrace.cli.terminal.output import print_rows
    from millrace.usecases.definitions.workflows import WORKFLOW_COLUMNS, workflow_rows

    print_rows(workflow_rows(open_project()), form, columns=WORKFLOW_COLUMNS)


@workflows_app.command()
def show(
    name: WorkflowName,
    drawing: Annotated[Drawing, typer.Option("--as", help="As lines, or as a Mermaid flowchart.")] = Drawing.TEXT,
) -> None:
    """Draw a workflow: its jobs, and which of them comes after which.

    Example: [bold]millrace workflows show rainfall --as mermaid[/bold]
    """
    from millrace.usecases.definitions.workflows import drawn

    typer.echo(drawn(open_project(), name, drawing.value))


@workflows_app.command("compile")
def compile_workflow(
    name: WorkflowName,
    to: Annotated[str, typer.Option("--to", help="glue, stepfunctions or events.", metavar="ORCHESTRATOR")],
    form: Annotated[CompiledForm, typer.Option("--as", help="As JSON, or as a Mermaid flowchart.")] = CompiledForm.JSON,
) -> None:
    """Print a workflow as the definition of an orchestrator on AWS, in JSON: what the stack deploys, without its names.

    `glue`: the Glue workflow and its triggers. `stepfunctions`: the state machine, in the Amazon States Language;
    ${JobFunction}, ${AlertsTopic} and ${Partition} stand for what a stack has. `events`: the schedule, the rules that
    tell the router, and the graph by which it starts jobs; ${Router}, ${JobFunctionArn} and ${Stage} likewise.

    Example: [bold]millrace workflows compile rainfall --to stepfunctions[/bold]

    Drawn: [bold]millrace workflows compile rainfall --to glue --as mermaid[/bold]
    """
    from millrace.usecases.definitions.workflows import compiled, compiled_drawing

    if form is CompiledForm.MERMAID:
        typer.echo(compiled_drawing(open_project(), name, to))
    else:
        typer.echo(json.dumps(compiled(open_project(), name, to), indent=2))
