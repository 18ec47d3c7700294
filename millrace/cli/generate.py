"""The command that generates a simulated lake to try things on."""

from __future__ import annotations

from typing import Annotated

import typer

from millrace.cli.terminal.options import Format, FormatOption, HomeOption, no_stage, open_runtime

_NO_STAGE = no_stage(
    "a lake of simulated days is made in a folder",
    "To try the stage out, give millrace backfill SOURCE --stage NAME --from TIME --to TIME.",
)


def generate(
    days: Annotated[int, typer.Option(help="The number of days.", min=1, max=3660)] = 1,
    until: Annotated[str | None, typer.Option(help="The last day. Default: 2024-05-31.", metavar="DATE")] = None,
    seed: Annotated[int, typer.Option(help="The same seed gives the same snapshots.")] = 1,
    every: Annotated[str, typer.Option(help="The interval between snapshots; 5m or 1h for a small lake.")] = "1m",
    home: HomeOption = None,
    stage: Annotated[str | None, _NO_STAGE] = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Fill a simulated lake with days of snapshots, written straight to raw objects. Run the workflows afterwards.

    A lake of live data is refused. To continue after an interruption, give the same command again.

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
