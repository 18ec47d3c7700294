"""The command that audits the ledger."""

from __future__ import annotations

from typing import Annotated

import typer

from millrace.cli.terminal.options import Format, FormatOption, HomeOption, open_existing


def audit(
    partition: Annotated[
        list[str] | None, typer.Option("--partition", help="Only this date; may be repeated.", metavar="DATE")
    ] = None,
    home: HomeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Count the ledger from stored data, by source and partition. Exit status 1 when it does not balance.

    Example: [bold]millrace audit --format json[/bold]
    """
    from millrace.cli.terminal.output import print_rows, progress, say
    from millrace.usecases.audit import audit_rows

    with open_existing(home) as runtime, progress("audit") as advance:
        rows, imbalances = audit_rows(runtime, partition or [], advance)
    print_rows(rows, form)
    for line in imbalances:
        say(f"does not balance: {line}")
    if imbalances:
        raise typer.Exit(1)
    say(f"{len(rows)} partitions balance")
