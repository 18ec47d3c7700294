"""The command that writes the page or serves it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from millrace.cli.terminal.options import HomeOption, no_stage, open_existing

_NO_STAGE = no_stage(
    "the page reads the lake's files on this machine", "Ask the stage by millrace query --stage NAME, or by Grafana."
)


def preview(
    output: Annotated[Path, typer.Option(help="The file to write.", metavar="FILE")] = Path("millrace.html"),
    day: Annotated[
        str | None, typer.Option("--date", help="The day to show. Default: the newest.", metavar="DATE")
    ] = None,
    serve: Annotated[bool, typer.Option("--serve", help="Serve the page, with SQL, until Ctrl-C.")] = False,
    port: Annotated[int, typer.Option(help="With --serve: the port; 0: a free port.", min=0, max=65535)] = 8090,
    host: Annotated[str, typer.Option(help="With --serve: the address to listen on.")] = "127.0.0.1",
    home: HomeOption = None,
    stage: Annotated[str | None, _NO_STAGE] = None,
) -> None:
    """Write the page, one HTML file that loads nothing from any host, or serve it.

    Example: [bold]millrace preview --output taxis.html --date 2024-05-30[/bold]
    """
    from millrace.cli.terminal.output import say
    from millrace.infra.runtime.selection import require_local
    from millrace.serving.http_server import Address
    from millrace.usecases.page import serve_page, write_page

    with open_existing(home) as runtime:
        lake = require_local(runtime, "the page")
        if serve:
            serve_page(lake, Address(host, port), say=say)
            return
        failed = write_page(lake, output, day)
    for problem in failed:
        say(f"warning: {problem}")
    say(f"open {output.resolve().as_uri()}")
