"""The command that audits the ledger."""

from __future__ import annotations

from typing import Annotated

import typer

from millrace.cli.terminal.options import Format, FormatOption, HomeOption, StageLakeOption, open_unchecked


def audit(
    partition: Annotated[
        list[str] | None, typer.Option("--partition", help="Only this date; may be repeated.", metavar="DATE")
    ] = None,
    deep: Annotated[bool, typer.Option("--deep", help="Read every published file whole, too.")] = False,
    home: HomeOption = None,
    stage: StageLakeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Count the ledger from stored data, by source and partition, and compare files with what the catalog recorded.

    Exit status 1 when a term does not balance, or an object is missing, damaged or on no record.

    Example: [bold]millrace audit --format json[/bold]

    Of a stage: [bold]millrace audit --format json --stage dev[/bold]
    """
    from millrace.cli.terminal.output import print_rows, progress, say
    from millrace.usecases.audit import audit_rows, ledger_columns

    with open_unchecked(home, stage) as runtime, progress("audit") as advance:
        rows, imbalances = audit_rows(runtime, partition or [], advance, deep=deep)
    print_rows(rows, form, columns=ledger_columns())
    for line in imbalances:
        say(f"does not balance: {line}")
    for row in rows:
        if row["unattempted"]:
            say(f"gap: {row['source']} {row['dt']}: {row['unattempted']} slots of the schedule without an attempt")
    if imbalances:
        say("change nothing in the lake; look at these partitions' polls and runs (docs/operations.md, What to do)")
        raise typer.Exit(1)
    say("1 partition balances" if len(rows) == 1 else f"{len(rows)} partitions balance")
