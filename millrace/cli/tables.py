"""The command that lists tables and describes one."""

from __future__ import annotations

from typing import Annotated

import typer

from millrace.cli.terminal.options import Format, FormatOption, HomeOption, open_existing


def tables(
    name: Annotated[str | None, typer.Argument(help="A table, such as prod.taxi_availability.", metavar="NAME")] = None,
    home: HomeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """List all tables, or describe one: its columns with minimum, maximum and nulls, and its partitions.

    Example: [bold]millrace tables prod.taxi_availability[/bold]
    """
    from millrace.cli.terminal.output import print_rows
    from millrace.usecases.tables import describe_table, list_tables

    with open_existing(home) as runtime:
        if name is None:
            print_rows(list_tables(runtime), form, title="tables")
            return
        columns, partitions = describe_table(runtime, name)
    if form is Format.TABLE:
        print_rows(columns, form, title=name)
        print_rows(partitions, form, columns=("partition", "rows", "bytes", "objects"), title="partitions")
    else:
        print_rows(
            [*columns, *partitions], form, columns=list({key: 0 for row in [*columns, *partitions] for key in row})
        )
