"""Commands for a first look: the demo, and the simulated feeds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from millrace.cli.terminal.options import no_stage

_NO_STAGE = no_stage("the demo makes a lake of its own in a folder", "Give millrace deploy --stage NAME --smoke.")


def demo(
    day: Annotated[str, typer.Option("--date", help="The day to simulate.", metavar="DATE")] = "2024-05-30",
    minutes: Annotated[
        int,
        typer.Option(help="Poll only this many minutes; fewer than 720 begin at 08:00.", min=1, max=1440),
    ] = 1440,
    home: Annotated[
        Path | None, typer.Option("--home", help="The demo's lake. Default: ./.millrace-demo.", metavar="DIR")
    ] = None,
    stage: Annotated[str | None, _NO_STAGE] = None,
) -> None:
    """Run everything on a simulated day: polls over HTTP, the workflows, the audit, and a page to look at.

    Example: [bold]millrace demo --minutes 60[/bold]
    """
    from millrace.cli.terminal.options import open_project
    from millrace.cli.terminal.output import progress, say
    from millrace.usecases.demo import run_demo

    with progress("polls") as advance:
        summary = run_demo(open_project(), day, minutes, home, say=say, advance=advance)
    say(summary)


def simulate(
    port: Annotated[int, typer.Option(help="The port to listen on; 0: a free port.", min=0, max=65535)] = 8080,
    seed: Annotated[int, typer.Option(help="The same seed gives the same snapshots.")] = 1,
    misbehave: Annotated[
        list[str] | None,
        typer.Option(help="A fault of docs/faults.md, such as html, in every answer; may be repeated.", metavar="NAME"),
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Whose answers have the faults. Default: the first feed.", metavar="SOURCE")
    ] = None,
    exit_with_stdin: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Serve the simulated feeds on loopback, in the form of the real ones, until Ctrl-C.

    Prints their addresses, in order: the feed that is polled most often first.

    Example: [bold]millrace simulate --port 8080 --misbehave html[/bold]
    """
    from millrace.cli.terminal.options import open_project
    from millrace.usecases.demo import serve_feeds

    serve_feeds(
        open_project(),
        port,
        seed,
        announce=lambda url: print(url, flush=True),
        misbehaviours=misbehave or [],
        misbehaving=source,
        exit_with_stdin=exit_with_stdin,
    )
