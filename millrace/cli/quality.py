"""Commands for quality rules: check, explain, suggest."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from millrace.cli.terminal.options import Format, FormatOption, HomeOption, StageLakeOption, open_existing

FileArgument = Annotated[Path, typer.Argument(help="A rule file in DQDL.", metavar="FILE.dqdl")]
TableOption = Annotated[str, typer.Option("--table", help="A table, such as staging.taxi_position.", metavar="TABLE")]

quality_app = typer.Typer(no_args_is_help=True, help="Quality rules: `check` a table, `explain` a file, `suggest` one.")


@quality_app.command()
def check(
    file: FileArgument,
    table: TableOption,
    partition: Annotated[
        list[str] | None, typer.Option("--partition", help="Only this date; may be repeated.", metavar="DATE")
    ] = None,
    home: HomeOption = None,
    stage: StageLakeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Evaluate a rule file on each partition that readers see of a table. Exit status 1 when one would be held.

    Example: [bold]millrace quality check rules.dqdl --table staging.taxi_position --partition 2024-05-30[/bold]

    Of a stage: [bold]millrace quality check rules.dqdl --table staging.taxi_position --stage dev[/bold]
    """
    from millrace.cli.terminal.output import print_rows
    from millrace.usecases.quality import check_file

    with open_existing(home, stage) as runtime:
        outcome = check_file(runtime, file, table, partition or [])
    rows = outcome.rows()
    by_partition = ("partition",) if rows and "partition" in rows[0] else ()
    print_rows(rows, form, columns=(*by_partition, "rule", "verdict", "action", "message"))
    if outcome.stopped:
        raise typer.Exit(1)


@quality_app.command()
def explain(file: FileArgument, table: TableOption, home: HomeOption = None, stage: StageLakeOption = None) -> None:
    """Show the SQL that checks a table by a rule file; each statement scans the table once.

    Example: [bold]millrace quality explain rules.dqdl --table staging.taxi_position[/bold]

    Of a stage: [bold]millrace quality explain rules.dqdl --table staging.taxi_position --stage dev[/bold]
    """
    from millrace.usecases.quality import explain_file

    with open_existing(home, stage) as runtime:
        typer.echo(explain_file(runtime, file, table))


@quality_app.command()
def suggest(
    table: TableOption,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write to this file, which must not exist yet.")
    ] = None,
    home: HomeOption = None,
    stage: StageLakeOption = None,
) -> None:
    """Suggest a first rule file for a table from its data, for you to correct.

    Example: [bold]millrace quality suggest --table prod.taxi_availability --output rules.dqdl[/bold]

    Of a stage: [bold]millrace quality suggest --table prod.taxi_availability --output rules.dqdl --stage dev[/bold]
    """
    from millrace.cli.terminal.output import say
    from millrace.usecases.quality import suggest_rules, write_rules

    with open_existing(home, stage) as runtime:
        text = suggest_rules(runtime, table)
    if output is None:
        typer.echo(text, nl=False)
    else:
        write_rules(text, output)
        say(f"wrote {output}")
