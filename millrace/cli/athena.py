"""The command that serves the Athena API over a lake."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from millrace.cli.terminal.options import HomeOption, StageLakeOption, open_existing
from millrace.errors import UsageError
from millrace.settings import TlsFiles


def athena(
    port: Annotated[int, typer.Option(help="The port to listen on; 0: a free port.", min=0, max=65535)] = 8765,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    certificate: Annotated[
        Path | None,
        typer.Option(
            help="Serve HTTPS, with this certificate (PEM). Default: MILLRACE_ATHENA_CERTIFICATE.", metavar="FILE"
        ),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(help="The certificate's key (PEM, not encrypted). Default: MILLRACE_ATHENA_KEY.", metavar="FILE"),
    ] = None,
    home: HomeOption = None,
    stage: StageLakeOption = None,
) -> None:
    """Serve the Athena API over this lake, for PyAthena, awswrangler, Grafana and every other Athena client.

    Example: [bold]millrace athena --home ./lake[/bold]

    Of a stage: [bold]millrace athena --stage dev[/bold]
    """
    from millrace.cli.terminal.output import say
    from millrace.serving.http_server import Address
    from millrace.usecases.athena import serve_athena

    tls = _tls(certificate, key)
    with open_existing(home, stage) as runtime:
        serve_athena(runtime, Address(host, port), tls, say=say)


def _tls(certificate: Path | None, key: Path | None) -> TlsFiles | None:
    if certificate and key:
        return TlsFiles(certificate, key)
    if certificate or key:
        raise UsageError("only one of --certificate and --key is given.", hint="Give both, or neither.")
    return None
