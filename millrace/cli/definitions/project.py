"""Commands for a project: what begins it, what it has, and whether it is right."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Annotated

import typer

from millrace.cli.terminal.options import Format, FormatOption, open_project


def list_files(form: FormatOption = Format.TABLE) -> None:
    """List what the project has, each with its file: sources, tables, workflows, rules, queries, dashboards and more.

    Example: [bold]millrace list --format json[/bold]
    """
    from millrace.cli.terminal.output import print_rows, say
    from millrace.usecases.definitions.project import ENTRY_COLUMNS, as_rows, entries

    project = open_project()
    print_rows(as_rows(entries(project)), form, columns=ENTRY_COLUMNS)
    say(f"project {project.folder.name}: {project.folder.file}")


def validate(form: FormatOption = Format.TABLE) -> None:
    """Load and check everything in the project, without touching a lake. Exit status 1 when anything is wrong.

    Statements use constructs that every engine runs alike, and give the declared columns; sources read their
    simulations; rules fit their table; panels, alerts and queries run. What Grafana cannot have is named.

    Example: [bold]millrace validate[/bold]
    """
    from millrace.cli.terminal.output import print_rows, say
    from millrace.usecases.definitions.dashboards import left_out
    from millrace.usecases.definitions.project import PROBLEM_COLUMNS, as_rows, problems

    project = open_project(tell=lambda _: None)  # every problem is in the rows
    found = problems(project)
    if found or form is not Format.TABLE:
        print_rows(as_rows(found), form, columns=PROBLEM_COLUMNS)
    if found:
        say(f"project {project.folder.name}: {len(found)} problem{'s' if len(found) > 1 else ''}")
        raise typer.Exit(1)
    for line in left_out(project):
        say(f"note: {line}")
    say(f"project {project.folder.name}: nothing is wrong")


new_app = typer.Typer(no_args_is_help=True, help="Begin a `project` of your own, or a `source` in it.")


@new_app.command()
def project(
    folder: Annotated[Path, typer.Argument(help="The new folder, or an empty one.", metavar="DIR")],
) -> None:
    """Make the folder of a project: millrace.toml, a README with the commands, and folders for what it will have.

    Example: [bold]millrace new project ~/bikes[/bold]
    """
    from millrace.cli.terminal.output import say
    from millrace.scaffold.requests import new_project

    for file in new_project(folder):
        if file.name != ".gitkeep":
            say(f"wrote {file}")
    say(f"next: cd {shlex.quote(str(folder))}, and there: millrace new source NAME --url URL")


@new_app.command()
def source(
    name: Annotated[str, typer.Argument(help="The name of the source and of its tables.", metavar="NAME")],
    url: Annotated[str | None, typer.Option("--url", help="The address of the feed; it is asked once.")] = None,
    sample: Annotated[
        Path | None, typer.Option("--sample", help="A file with one response; then no feed is asked.", metavar="FILE")
    ] = None,
    document: Annotated[
        list[str] | None,
        typer.Option(
            "--document",
            help="One of several documents of a snapshot, its address relative to the URL; repeat it for each.",
            metavar="NAME=ADDRESS",
        ),
    ] = None,
    entities_path: Annotated[
        str | None, typer.Option("--entities-path", help="The array with one element per entity.", metavar="PATH")
    ] = None,
    time_path: Annotated[
        str | None,
        typer.Option("--time-path", help="The time of observation; with [*], the newest one counts.", metavar="PATH"),
    ] = None,
    key_path: Annotated[
        str | None, typer.Option("--key-path", help="From an entity to what names it; or none.", metavar="PATH")
    ] = None,
    timezone: Annotated[
        str | None, typer.Option("--timezone", help="The feed's time zone, whose days are the partitions.")
    ] = None,
    schedule: Annotated[
        str | None, typer.Option("--schedule", help="When it is polled; 'rate(5 minutes)' unless you say.")
    ] = None,
) -> None:
    """Write a source with its tables, rules, dashboard and tests, from one response of a feed.

    Paths are like $.data.stations. What the response does not say is asked on a terminal. The files are tried on the
    response before they are written, and are yours from then on. No file is written over.

    Example: [bold]millrace new source bikes --url https://example.org/bikes.json --timezone Europe/Berlin[/bold]
    """
    from millrace import environment
    from millrace.cli.terminal.output import is_interactive, say
    from millrace.clock import SystemClock
    from millrace.scaffold.requests import SourceRequest, new_source

    asked = SourceRequest(
        name=name,
        url=url,
        sample=sample,
        documents=_documents(document or []),
        entities_path=entities_path,
        time_path=time_path,
        key_path=key_path,
        timezone=timezone,
        schedule=schedule,
        ask=_ask if is_interactive() else None,
        api_key=environment.load().api_keys.get(name),
    )
    for file in new_source(open_project(), asked, SystemClock(), tell=say):
        say(f"wrote {file}")
    if url is None:
        say(f"next: the address of the feed in the source file; then millrace validate, millrace poll {name}")
    else:
        say(f"next: millrace validate; millrace poll {name}; millrace run {name}; millrace preview --serve")


def _documents(given: list[str]) -> dict[str, str]:
    from millrace.errors import UsageError

    found: dict[str, str] = {}
    for one in given:
        name, equals, address = one.partition("=")
        if not equals or not name.isidentifier() or not address or name in found:
            raise UsageError(
                f"--document {one!r} cannot be read.", hint="Give each as NAME=ADDRESS, such as status=status.json."
            )
        found[name] = address
    return found


def _ask(question: str, default: str) -> str:
    answer: str = typer.prompt(question, default=default or None, err=True)
    return answer
