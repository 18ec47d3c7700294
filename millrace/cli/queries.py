"""Commands that query the lake: one SELECT, or the checks to run after ingestion."""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from millrace.cli.terminal.options import Format, FormatOption, HomeOption, StageLakeOption, open_existing
from millrace.errors import UsageError
from millrace.settings import EngineName

if TYPE_CHECKING:
    from millrace.infra.runtime.base import Runtime
    from millrace.usecases.queries import LakeQuery


def query(
    sql: Annotated[
        str | None,
        typer.Argument(
            help="One SELECT in Athena's dialect, or SHOW, DESCRIBE, EXPLAIN. -: from standard input.", metavar="SQL"
        ),
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", "-f", help="A file with the SQL.", metavar="FILE"),
    ] = None,
    name: Annotated[str | None, typer.Option(help="A saved query to run in place of SQL.", metavar="NAME")] = None,
    param: Annotated[
        list[str] | None, typer.Option(help="A value for a :parameter, such as day=2024-05-30.", metavar="K=V")
    ] = None,
    limit: Annotated[int | None, typer.Option(help="The most rows.", min=0)] = None,
    output: Annotated[
        Path | None, typer.Option(help="Write the rows to this .csv, .json or .parquet file.", metavar="FILE")
    ] = None,
    engine: Annotated[
        EngineName | None,
        typer.Option(help="What runs the SQL. Default: duckdb; on AWS MILLRACE_ENGINE or athena. Spark needs Java 17."),
    ] = None,
    home: HomeOption = None,
    stage: StageLakeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Query the lake in SQL. Tables are raw.x, staging.x, prod.x and ops.x; `millrace tables` lists them.

    A table shows as many rows as fit; --output, --format csv and --format json give all, while they are computed.

    Example: [bold]millrace query "SELECT max(taxis) FROM prod.taxi_availability"[/bold]

    Of a stage: [bold]millrace query "SELECT max(taxis) FROM prod.taxi_availability" --stage dev[/bold]
    """
    from millrace.cli.terminal.output import say
    from millrace.usecases.queries import LakeQuery, named_query

    written = _written(sql, file, name)
    with open_existing(home, stage) as runtime:
        kind = _ABOUT.match(written or "")
        chosen = runtime.readers_engine(engine)
        if kind is None:
            asked = LakeQuery(chosen, *named_query(runtime, name, written, param or []), limit)
            if output is not None:
                say(f"{asked.write_file(output):,} rows written to {output}")
            else:
                _print(asked, form)
        elif kind[1].upper() == "EXPLAIN":
            text, parameters = named_query(runtime, None, (written or "")[kind.end() :], param or [])
            typer.echo(LakeQuery(chosen, text, parameters).explain())
        else:
            _show(runtime, written or "", form)


_ABOUT = re.compile(r"(?:\s|--[^\n]*\n|/\*.*?\*/)*(SHOW|DESCRIBE|DESC|EXPLAIN)\b", re.IGNORECASE | re.DOTALL)


def _written(sql: str | None, file: Path | None, name: str | None) -> str | None:
    """The SQL, from wherever it was written; None if it was not."""
    if file is not None and (sql is not None or name is not None):
        raise UsageError("a query is either SQL, --file or --name.", hint="Give one of them.")
    if file is not None:
        try:
            return file.read_text("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"cannot read {file}: {error}.", hint="Give a file of SQL in UTF-8.") from None
    if sql == "-":
        return sys.stdin.read()
    if sql is None and name is None and not sys.stdin.isatty():
        return sys.stdin.read().strip() or None
    return sql


def _print(asked: LakeQuery, form: Format) -> None:
    from millrace.athena_sql.ports import RowFormat
    from millrace.cli.terminal.output import print_beginning, rows_that_fit

    if form is Format.TABLE:
        result, total = asked.head(rows_that_fit())
        print_beginning(result.dicts(), [column.name for column in result.columns], total)
    else:
        sys.stdout.flush()
        with suppress(BrokenPipeError):  # the reader has enough, as in `millrace query ... | head`
            asked.write_to(sys.stdout.fileno(), RowFormat(form))


def _show(runtime: Runtime, sql: str, form: Format) -> None:
    from millrace.cli.terminal.output import print_rows
    from millrace.usecases.tables import show_tables

    result = show_tables(runtime, sql)
    print_rows(result.dicts(), form, columns=[column.name for column in result.columns])


def check(
    day: Annotated[
        str | None, typer.Option("--date", help="The day to check. Default: the newest.", metavar="DATE")
    ] = None,
    home: HomeOption = None,
    stage: StageLakeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Run the checks after ingestion: newest snapshot, rows per hour, duplicates, gaps. Exit status 1 for a wrong row.

    Example: [bold]millrace check --date 2024-05-30[/bold]

    Of a stage: [bold]millrace check --date 2024-05-30 --stage dev[/bold]
    """
    from millrace.cli.terminal.output import print_rows, say
    from millrace.usecases.queries import run_checks

    with open_existing(home, stage) as runtime:
        answers = run_checks(runtime, day)
    if form is Format.TABLE:
        for answer in answers:
            print_rows(answer.rows, form, columns=answer.columns, title=answer.title)
    else:
        print_rows([answer.summary() for answer in answers], form)
    wrong = sum(answer.wrong for answer in answers)
    if wrong:
        say(f"wrong rows: {wrong}; see the column `wrong` of the tables (--format table)")
        raise typer.Exit(1)
    say(f"{len(answers)} checks, nothing wrong")
