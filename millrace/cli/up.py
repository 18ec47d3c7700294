"""The command that runs the service."""

from __future__ import annotations

from typing import Annotated

import typer

from millrace.cli.terminal.options import HomeOption, open_runtime


def up(
    port: Annotated[int, typer.Option(help="The port of the page; 0: a free port.", min=0, max=65535)] = 8090,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    page: Annotated[bool, typer.Option("--page/--no-page", help="Serve the page.")] = True,
    athena: Annotated[
        int | None, typer.Option(help="Serve the Athena API too, on this port; 0: a free port.", min=0, max=65535)
    ] = None,
    home: HomeOption = None,
) -> None:
    """Poll every source and run every workflow on its schedule, until SIGTERM or Ctrl-C. Logs are JSON lines.

    Example: [bold]millrace up --home ./lake[/bold]
    """
    from millrace.service.up import serve_until_stopped
    from millrace.serving.http_server import Address

    with open_runtime(home) as runtime:
        address = Address(host, port) if page else None
        serve_until_stopped(runtime, address, None if athena is None else Address(host, athena))
