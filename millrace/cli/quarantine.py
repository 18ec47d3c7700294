"""Commands for what was not accepted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from millrace.cli.terminal.options import Format, FormatOption, HomeOption, open_existing

quarantine_app = typer.Typer(
    no_args_is_help=True, help="What could not be accepted: look at it, try it again, drop it."
)

ItemArgument = Annotated[str, typer.Argument(help="As millrace quarantine list shows it.", metavar="ID")]
SourceOption = Annotated[str | None, typer.Option(help="Only of this source.", metavar="SOURCE")]


@quarantine_app.command(name="list")
def list_(
    source: SourceOption = None,
    state: Annotated[str | None, typer.Option(help="Only waiting, redriven or dropped.", metavar="STATE")] = None,
    home: HomeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Every item that was ever quarantined, with the reason and what became of it.

    Example: [bold]millrace quarantine list --state waiting[/bold]
    """
    from millrace.cli.terminal.output import print_rows
    from millrace.usecases.quarantine import LIST_COLUMNS, list_items

    with open_existing(home) as runtime:
        rows = list_items(runtime, source, state)
    print_rows(rows, form, columns=LIST_COLUMNS)


@quarantine_app.command()
def show(
    item_id: ItemArgument,
    output: Annotated[Path | None, typer.Option(help="Write the bytes to this file.", metavar="FILE")] = None,
    home: HomeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """One item: the reason, its attempt, and the beginning of the body as text.

    Example: [bold]millrace quarantine show 0f3c... --output body.json[/bold]
    """
    from millrace.cli.terminal.output import print_rows
    from millrace.usecases.quarantine import show_item

    with open_existing(home) as runtime:
        shown = show_item(runtime, item_id, output)
    if form is Format.TABLE:
        print_rows([{"what": name, "value": value} for name, value in shown.items()], form)
    else:
        print_rows([shown], form)


@quarantine_app.command()
def retry(
    item_ids: Annotated[list[str] | None, typer.Argument(help="The items to try again.", metavar="[ID]...")] = None,
    source: SourceOption = None,
    everything: Annotated[bool, typer.Option("--all", help="Every item that waits.")] = False,
    home: HomeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Read the bytes again, after a fix, into the partition of their own time. Exit status 1 when one still waits.

    Example: [bold]millrace quarantine retry --source taxi_availability[/bold]
    """
    from millrace.cli.terminal.output import print_rows
    from millrace.usecases.quarantine import RETRY_COLUMNS, retry_items

    with open_existing(home) as runtime:
        rows, all_delivered = retry_items(runtime, item_ids or [], source, everything)
    print_rows(rows, form, columns=RETRY_COLUMNS)
    if not all_delivered:
        raise typer.Exit(1)


@quarantine_app.command()
def drop(
    item_id: ItemArgument,
    reason: Annotated[str, typer.Option(help="Why; it stays on record.", metavar="TEXT")],
    home: HomeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Give an item up: its bytes go; the item, the reason and the bytes' digest stay on record.

    Example: [bold]millrace quarantine drop 0f3c... --reason "the feed's maintenance page"[/bold]
    """
    from millrace.cli.terminal.output import print_rows
    from millrace.usecases.quarantine import LIST_COLUMNS, drop_item

    with open_existing(home) as runtime:
        row = drop_item(runtime, item_id, reason)
    print_rows([row], form, columns=LIST_COLUMNS)
