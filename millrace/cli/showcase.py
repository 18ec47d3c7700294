"""Commands that show Millrace at work."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from millrace.cli.options import HomeOption, open_existing


def demo(
    day: Annotated[str, typer.Option("--date", help="The day to simulate.", metavar="DATE")] = "2024-05-30",
    minutes: Annotated[
        int, typer.Option(help="Poll only so many minutes of it (below 720: from 08:00 on).", min=1, max=1440)
    ] = 1440,
    home: Annotated[
        Path | None, typer.Option("--home", help="The demo's lake. Default: ./.millrace-demo.", metavar="DIR")
    ] = None,
) -> None:
    """Everything at once on a simulated day: polls over HTTP, the workflows, the audit, and a page to look at.

    Example: [bold]millrace demo --minutes 60[/bold]
    """
    from millrace.cli.output import progress, say
    from millrace.infra.demo import run_demo

    with progress("polls") as advance:
        summary = run_demo(day, minutes, home, say=say, advance=advance)
    say(summary)


def preview(
    output: Annotated[Path, typer.Option(help="The file to write.", metavar="FILE")] = Path("millrace.html"),
    day: Annotated[
        str | None, typer.Option("--date", help="The day to show. Default: the newest.", metavar="DATE")
    ] = None,
    serve: Annotated[bool, typer.Option("--serve", help="Serve the page, newest data and SQL, until Ctrl-C.")] = False,
    port: Annotated[int, typer.Option(help="With --serve; 0: a free one.", min=0, max=65535)] = 8090,
    host: Annotated[str, typer.Option(help="With --serve: the address to listen on.")] = "127.0.0.1",
    home: HomeOption = None,
) -> None:
    """Write the page: one HTML file that asks no host for anything. Or serve it.

    Example: [bold]millrace preview --output taxis.html --date 2024-05-30[/bold]
    """
    from millrace.cli.output import say
    from millrace.infra.page import serve_page, write_page
    from millrace.infra.runtime import in_a_folder
    from millrace.serving.http_server import Address

    with open_existing(home) as runtime:
        lake = in_a_folder(runtime, "the page")
        if serve:
            serve_page(lake, Address(host, port), say=say)
            return
        write_page(lake, output, day)
    say(f"open {output.resolve().as_uri()}")


def simulate(
    port: Annotated[int, typer.Option(help="0: a free one.", min=0, max=65535)] = 8080,
    seed: Annotated[int, typer.Option(help="The same seed gives the same taxis.")] = 1,
    misbehave: Annotated[
        list[str] | None,
        typer.Option(help="A fault of docs/faults.md, such as html, in every answer; may repeat.", metavar="NAME"),
    ] = None,
    exit_with_stdin: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Serve simulated feeds of taxis and rain on loopback, in the shape of the real ones, until Ctrl-C. Prints their
    addresses, the one of the taxis first; a fault is the taxi feed's.

    Example: [bold]millrace simulate --port 8080 --misbehave html[/bold]
    """
    from millrace.ingestors.simulator.misbehaviour import by_name
    from millrace.ingestors.simulator.server import run_until_closed

    run_until_closed(
        port,
        seed,
        announce=lambda url: print(url, flush=True),
        misbehaviours=by_name(misbehave or []),
        exit_with_stdin=exit_with_stdin,
    )
