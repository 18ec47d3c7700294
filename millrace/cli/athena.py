"""The command that serves the Athena API over a lake."""

from __future__ import annotations

from typing import Annotated

import typer

from millrace.cli.options import HomeOption, open_existing


def athena(
    port: Annotated[int, typer.Option(help="Where to listen; 0: a free port.", min=0, max=65535)] = 8765,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    home: HomeOption = None,
) -> None:
    """Serve the Athena API over this lake, for PyAthena, awswrangler, Grafana and every other client of Athena.

    Example: [bold]millrace athena --home ./lake[/bold]
    """
    from infra.athena import serve_athena
    from millrace.background_server import Address
    from millrace.cli.output import say

    with open_existing(home) as runtime:
        serve_athena(runtime, Address(host, port), say=say)
