"""Commands that query the lake: one SELECT, or the checks to run after ingestion."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from millrace.cli.terminal.options import Format, FormatOption, HomeOption, open_existing


def query(
    sql: Annotated[str | None, typer.Argument(help="One SELECT in Athena's dialect.", metavar="SQL")] = None,
    name: Annotated[str | None, typer.Option(help="A saved query to run in place of SQL.", metavar="NAME")] = None,
    param: Annotated[
        list[str] | None, typer.Option(help="A value for a :parameter, such as day=2024-05-30.", metavar="K=V")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="Write the rows to this .csv, .json or .parquet file.", metavar="FILE")
    ] = None,
    home: HomeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Query the lake in SQL. Tables are raw.x, staging.x, prod.x and ops.x; `millrace tables` lists them.

    Example: [bold]millrace query "SELECT max(taxis) FROM prod.taxi_availability"[/bold]
    """
    from millrace.cli.terminal.output import print_rows, say
    from millrace.usecases.queries import named_query, run_query, write_query

    with open_existing(home) as runtime:
        text, parameters = named_query(runtime, name, sql, param or [])
        if output is not None:
            rows = write_query(runtime, text, output, parameters)
            say(f"{rows} rows written to {output}")
            return
        result = run_query(runtime, text, parameters)
    print_rows(result.dicts(), form, columns=[column.name for column in result.columns])


def check(
    day: Annotated[
        str | None, typer.Option("--date", help="The day to check. Default: the newest.", metavar="DATE")
    ] = None,
    home: HomeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Run the checks after ingestion: newest snapshot, rows per hour, duplicates, gaps. Exit status 1 for a wrong row.

    Example: [bold]millrace check --date 2024-05-30[/bold]
    """
    from millrace.cli.terminal.output import print_rows, say
    from millrace.usecases.queries import run_checks

    with open_existing(home) as runtime:
        answers = run_checks(runtime, day)
    if form is Format.TABLE:
        for answer in answers:
            print_rows(answer.rows, form, columns=answer.columns, title=answer.title)
    else:
        print_rows([answer.summary() for answer in answers], form)
    wrong = sum(answer.wrong for answer in answers)
    say(f"wrong rows: {wrong}" if wrong else f"{len(answers)} checks, nothing wrong")
    if wrong:
        raise typer.Exit(1)
