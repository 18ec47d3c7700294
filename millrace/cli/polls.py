"""Commands that poll sources: once, or over a past period."""

from __future__ import annotations

from typing import Annotated

import typer

from millrace.cli.terminal.options import Format, FormatOption, HomeOption, StageLakeOption, open_runtime

SourceArgument = Annotated[str, typer.Argument(help="A source, such as taxi_availability.", metavar="SOURCE")]


def poll(
    source: SourceArgument,
    at: Annotated[
        str | None, typer.Option("--at", help="A past time to poll for; without an offset, the source's local time.")
    ] = None,
    home: HomeOption = None,
    stage: StageLakeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Poll a source once and deliver the snapshot. Exit status 1 when none was delivered.

    Example: [bold]millrace poll taxi_availability --at 2024-05-30T08:00[/bold]

    Of a stage: [bold]millrace poll taxi_availability --at 2024-05-30T08:00 --stage dev[/bold]
    """
    from millrace.cli.terminal.output import print_rows
    from millrace.usecases.polls import poll_once

    with open_runtime(home, stage) as runtime:
        result = poll_once(runtime, source, at)
    print_rows([result.row()], form)
    if not result.delivered:
        raise typer.Exit(1)


def backfill(
    source: SourceArgument,
    start: Annotated[str, typer.Option("--from", help="The first time; without an offset, local.", metavar="TIME")],
    end: Annotated[str, typer.Option("--to", help="The last time, included.", metavar="TIME")],
    every: Annotated[str, typer.Option(help="The interval between times, such as 30s, 1m or 1h.")] = "1m",
    rate: Annotated[
        float | None, typer.Option(help="Requests a second; 0: no limit. Default: the source's own budget.", min=0)
    ] = None,
    home: HomeOption = None,
    stage: StageLakeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Poll a source for past times. Times that were answered before are skipped, so it can be stopped and restarted.

    Exit status 1 when a poll failed, or when every response was quarantined.

    Example: [bold]millrace backfill taxi_availability --from 2024-05-30T08:00 --to 2024-05-30T20:00[/bold]

    Of a stage: [bold]millrace backfill taxi_availability --from 2024-05-30 --to 2024-05-31 --stage dev[/bold]
    """
    from millrace.cli.terminal.output import print_rows, progress
    from millrace.usecases.polls import backfill_between

    with open_runtime(home, stage) as runtime, progress(f"backfill {source}") as advance:
        summary = backfill_between(runtime, source, start, end, every, rate, advance)
    print_rows([summary.row()], form)
    if summary.failed:
        raise typer.Exit(1)
