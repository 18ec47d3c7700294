"""The command that compares engines."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from millrace.cli.terminal.options import Format, FormatOption
from millrace.settings import EngineName


def verify(
    engine: Annotated[EngineName, typer.Option(help="The engine to compare with DuckDB.")] = EngineName.SPARK,
    every: Annotated[str, typer.Option(help="The interval between the day's snapshots; 1m for all of them.")] = "15m",
    form: FormatOption = Format.TABLE,
) -> None:
    """Prove that another engine gives the rows that DuckDB gives: certified cases, workflows on one day, saved queries.

    It works in simulated lakes of its own, and removes them afterwards. Exit status 1 when anything differs.

    Example: [bold]millrace verify --engine spark --every 1h[/bold]
    """
    from millrace.cli.terminal.interruption import interruption
    from millrace.cli.terminal.options import open_project
    from millrace.cli.terminal.output import print_rows, progress, say
    from millrace.usecases.verify import parity_row
    from millrace.usecases.verify import verify as compare_all

    with (
        TemporaryDirectory(prefix="millrace-verify-", ignore_cleanup_errors=True) as folder,
        interruption.ending_with(lambda: shutil.rmtree(folder, ignore_errors=True)),  # Spark can be slow to stop
        progress("compared") as advance,
    ):
        found = compare_all(open_project(), engine, Path(folder), every=every, advance=advance)
    print_rows([parity_row(parity) for parity in found], form)
    different = [parity for parity in found if not parity.equal]
    for parity in different:
        say(f"{parity.kind} {parity.name}: {parity.difference}")
    say(f"{len(found) - len(different)} of {len(found)} equal on DuckDB and {engine}.")
    if different:
        raise typer.Exit(1)
