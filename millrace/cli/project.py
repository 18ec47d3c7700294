"""Commands for a project: what it has, and whether it is right."""

from __future__ import annotations

import typer

from millrace.cli.terminal.options import Format, FormatOption, open_project


def list_files(form: FormatOption = Format.TABLE) -> None:
    """List what the project has: sources, tables, workflows, rules, queries, checks and dashboards, each with its file.

    Example: [bold]millrace list --format json[/bold]
    """
    from millrace.cli.terminal.output import print_rows, say
    from millrace.usecases.project import ENTRY_COLUMNS, as_rows, entries

    project = open_project()
    print_rows(as_rows(entries(project)), form, columns=ENTRY_COLUMNS)
    say(f"project {project.folder.name}: {project.folder.file}")


def validate(form: FormatOption = Format.TABLE) -> None:
    """Load and check everything in the project, without touching a lake. Exit status 1 when anything is wrong.

    Statements use certified constructs and give the declared columns; rules fit their table; panels and queries run.

    Example: [bold]millrace validate[/bold]
    """
    from millrace.cli.terminal.output import print_rows, say
    from millrace.usecases.project import PROBLEM_COLUMNS, as_rows, problems

    project = open_project(tell=lambda _: None)  # every problem is in the rows
    found = problems(project)
    if found:
        print_rows(as_rows(found), form, columns=PROBLEM_COLUMNS)
        say(f"project {project.folder.name}: {len(found)} problems")
        raise typer.Exit(1)
    say(f"project {project.folder.name}: nothing is wrong")
