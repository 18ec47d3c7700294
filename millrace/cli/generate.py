"""The command that makes a lake to try things on."""

from __future__ import annotations

from typing import Annotated

import typer

from millrace.cli.terminal.options import Format, FormatOption, HomeOption, open_runtime


def generate(
    days: Annotated[int, typer.Option(help="How many days.", min=1, max=3660)] = 1,
    until: Annotated[str | None, typer.Option(help="The last of them. Default: 2024-05-31.", metavar="DATE")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same taxis.")] = 1,
    every: Annotated[str, typer.Option(help="Distance of the snapshots; 5m or 1h for a thin lake.")] = "1m",
    home: HomeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Fill a simulated lake with days of snapshots, straight to raw objects; run the workflows on it afterwards.

    A lake of live data refuses it. To go on after a stop, say the same again.

    Example: [bold]millrace generate --days 7 --home ./trial[/bold]
    """
    from millrace.cli.terminal.output import print_rows, progress
    from millrace.infra.runtime.selection import require_local
    from millrace.usecases.generate import generate as write_days

    with open_runtime(home) as runtime, progress("days") as advance:
        row = write_days(
            require_local(runtime, "a generated lake"), days, until, seed=seed, every=every, advance=advance
        )
    print_rows([row], form)
