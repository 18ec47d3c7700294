"""Commands that talk to feeds."""

from __future__ import annotations

from typing import Annotated

import typer

from millrace.cli.terminal.options import Format, FormatOption, HomeOption, open_runtime

SourceArgument = Annotated[str, typer.Argument(help="A source, such as taxi_availability.", metavar="SOURCE")]


def poll(
    source: SourceArgument,
    at: Annotated[
        str | None, typer.Option("--at", help="A past time to ask for; without offset, the source's local time.")
    ] = None,
    home: HomeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Poll a source once and deliver the snapshot. The exit status is 0 when one was delivered, else 1.

    Example: [bold]millrace poll taxi_availability --at 2024-05-30T08:00[/bold]
    """
    from millrace.cli.terminal.output import print_rows
    from millrace.usecases.polls import poll_once

    with open_runtime(home) as runtime:
        result = poll_once(runtime, source, at)
    print_rows([result.row()], form)
    if not result.delivered:
        raise typer.Exit(1)


def backfill(
    source: SourceArgument,
    start: Annotated[str, typer.Option("--from", help="First time to ask for; without offset, local.", metavar="TIME")],
    end: Annotated[str, typer.Option("--to", help="Ask for times up to and including this one.", metavar="TIME")],
    every: Annotated[str, typer.Option(help="Distance of the times, such as 30s, 1m or 1h.")] = "1m",
    rate: Annotated[
        float | None, typer.Option(help="Requests a second; 0: no limit. Default: the source's own budget.", min=0)
    ] = None,
    home: HomeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Fill history from the feed's past. What was answered before is skipped, so it can be stopped and started again.

    Example: [bold]millrace backfill taxi_availability --from 2024-05-30T08:00 --to 2024-05-30T20:00[/bold]
    """
    from millrace.cli.terminal.output import print_rows, progress
    from millrace.usecases.polls import backfill_between

    with open_runtime(home) as runtime, progress(f"backfill {source}") as advance:
        summary = backfill_between(runtime, source, start, end, every, rate, advance)
    print_rows([summary.row()], form)
    if summary.failed:
        raise typer.Exit(1)
