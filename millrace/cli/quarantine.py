"""Commands for the quarantine: list, show, retry, take, drop."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from millrace.cli.terminal.options import Format, FormatOption, HomeOption, StageLakeOption, open_existing

quarantine_app = typer.Typer(
    no_args_is_help=True,
    help="What could not be accepted: `list` it, `show` it, `retry` it, `drop` it; `take` a delivered record back.",
)

ItemArgument = Annotated[str, typer.Argument(help="An item's id, from `millrace quarantine list`.", metavar="ID")]
SourceOption = Annotated[str | None, typer.Option(help="Only items of this source.", metavar="SOURCE")]


@quarantine_app.command(name="list")
def list_(
    source: SourceOption = None,
    state: Annotated[str | None, typer.Option(help="Only waiting, redriven or dropped.", metavar="STATE")] = None,
    home: HomeOption = None,
    stage: StageLakeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """List every item that was ever quarantined, with the reason and its state.

    Example: [bold]millrace quarantine list --state waiting[/bold]

    Of a stage: [bold]millrace quarantine list --state waiting --stage dev[/bold]
    """
    from millrace.cli.terminal.output import print_rows
    from millrace.usecases.quarantine import LIST_COLUMNS, list_items

    with open_existing(home, stage) as runtime:
        rows = list_items(runtime, source, state)
    print_rows(rows, form, columns=LIST_COLUMNS)


@quarantine_app.command()
def show(
    item_id: ItemArgument,
    output: Annotated[Path | None, typer.Option(help="Write the bytes to this file.", metavar="FILE")] = None,
    home: HomeOption = None,
    stage: StageLakeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Show one item: the reason, the poll attempt, and the beginning of the body as text.

    Example: [bold]millrace quarantine show 0f3c... --output body.json[/bold]

    Of a stage: [bold]millrace quarantine show 0f3c... --output body.json --stage dev[/bold]
    """
    from millrace.cli.terminal.output import print_rows
    from millrace.usecases.quarantine import show_item

    with open_existing(home, stage) as runtime:
        shown = show_item(runtime, item_id, output)
    if form is Format.TABLE:
        print_rows([{"what": name, "value": value} for name, value in shown.items()], form)
    else:
        print_rows([shown], form)


@quarantine_app.command()
def retry(
    item_ids: Annotated[list[str] | None, typer.Argument(help="The items to retry.", metavar="[ID]...")] = None,
    source: SourceOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Every waiting item.")] = False,
    home: HomeOption = None,
    stage: StageLakeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Redrive items after a fix: their bytes are read again. Exit status 1 when an item still waits.

    A snapshot goes to the partition of its own time.

    Example: [bold]millrace quarantine retry --source taxi_availability[/bold]

    Of a stage: [bold]millrace quarantine retry --source taxi_availability --stage dev[/bold]
    """
    from millrace.cli.terminal.output import print_rows
    from millrace.usecases.quarantine import RETRY_COLUMNS, retry_items

    with open_existing(home, stage) as runtime:
        rows, all_delivered = retry_items(runtime, item_ids or [], source, everything)
    print_rows(rows, form, columns=RETRY_COLUMNS)
    if not all_delivered:
        raise typer.Exit(1)


@quarantine_app.command()
def take(
    snapshot_id: Annotated[str, typer.Argument(help="A snapshot's id, as tables have it.", metavar="SNAPSHOT_ID")],
    reason: Annotated[str, typer.Option(help="The reason, which stays on record.", metavar="TEXT")],
    home: HomeOption = None,
    stage: StageLakeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Take a delivered record back out of its partition: the next run builds the partition again without it.

    The raw object stays as it is, on the exclusion list; a copy holds the other records.

    Example: [bold]millrace quarantine take taxi_availability-20240530T000100Z-0f3c... --reason "a test's data"[/bold]

    Of a stage: [bold]millrace quarantine take taxi_availability-2024... --reason "a test's data" --stage dev[/bold]
    """
    from millrace.cli.terminal.output import print_rows, say
    from millrace.usecases.quarantine import LIST_COLUMNS, after_taking, take_record

    with open_existing(home, stage) as runtime:
        rows = take_record(runtime, snapshot_id, reason)
        note = after_taking(runtime, snapshot_id)
    print_rows(rows, form, columns=LIST_COLUMNS)
    say(note)


@quarantine_app.command()
def drop(
    item_id: ItemArgument,
    reason: Annotated[str, typer.Option(help="The reason, which stays on record.", metavar="TEXT")],
    home: HomeOption = None,
    stage: StageLakeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Drop an item: its bytes are deleted; the item, the reason and the digest of the bytes stay on record.

    Example: [bold]millrace quarantine drop 0f3c... --reason "the feed's maintenance page"[/bold]

    Of a stage: [bold]millrace quarantine drop 0f3c... --reason "the feed's maintenance page" --stage dev[/bold]
    """
    from millrace.cli.terminal.output import print_rows
    from millrace.usecases.quarantine import LIST_COLUMNS, drop_item

    with open_existing(home, stage) as runtime:
        row = drop_item(runtime, item_id, reason)
    print_rows([row], form, columns=LIST_COLUMNS)
