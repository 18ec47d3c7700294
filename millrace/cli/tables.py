"""Commands about tables: list them, describe one, name the files behind one, export views."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from millrace.cli.terminal.options import Format, FormatOption, HomeOption, StageLakeOption, no_stage, open_existing

_NO_STAGE = no_stage(
    "the views name files on this machine",
    "millrace files TABLE --stage NAME names the stage's files, and millrace query --stage NAME --output writes rows.",
)


def tables(
    name: Annotated[str | None, typer.Argument(help="A table, such as prod.taxi_availability.", metavar="NAME")] = None,
    home: HomeOption = None,
    stage: StageLakeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """List all tables, or describe one: its columns with minimum, maximum and nulls, and its partitions.

    Example: [bold]millrace tables prod.taxi_availability[/bold]

    Of a stage: [bold]millrace tables prod.taxi_availability --stage dev[/bold]
    """
    from millrace.cli.terminal.output import print_rows
    from millrace.usecases.tables import describe_table, list_tables

    with open_existing(home, stage) as runtime:
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


def files(
    name: Annotated[str, typer.Argument(help="A table, such as prod.taxi_availability.", metavar="TABLE")],
    partition: Annotated[
        list[str] | None,
        typer.Option("--partition", "--dt", help="Only this date; may be repeated.", metavar="DATE"),
    ] = None,
    home: HomeOption = None,
    stage: StageLakeOption = None,
    form: Annotated[
        Format | None, typer.Option("--format", help="With partition, rows and bytes. Default: one file a line.")
    ] = None,
) -> None:
    """Name the files of what readers see now of a table, for DuckDB, polars, pandas or Spark.

    Example: [bold]millrace files prod.taxi_availability --partition 2024-05-30[/bold]

    Of a stage: [bold]millrace files prod.taxi_availability --partition 2024-05-30 --stage dev[/bold]
    """
    from millrace.cli.terminal.output import print_rows
    from millrace.usecases.tables import table_files

    with open_existing(home, stage) as runtime:
        found = table_files(runtime, name, partition or [])
    if form is None:
        for one in found:
            typer.echo(one.file)
    else:
        print_rows([asdict(one) for one in found], form, columns=("file", "partition", "rows", "bytes"))


def export(
    duckdb: Annotated[Path, typer.Option("--duckdb", help="The DuckDB file to make or replace.", metavar="FILE")],
    home: HomeOption = None,
    stage: Annotated[str | None, _NO_STAGE] = None,
) -> None:
    """Make a DuckDB file of views over what readers see now, for the DuckDB shell and BI tools.

    Make it again when you want newer data: its views name files, which are removed some days after they were replaced.

    Example: [bold]millrace export --duckdb lake.duckdb[/bold]
    """
    from millrace.cli.terminal.output import say
    from millrace.usecases.tables import export_duckdb

    with open_existing(home) as runtime:
        say(f"{export_duckdb(runtime, duckdb)} tables as of now in {duckdb}")
