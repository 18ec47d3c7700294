"""The command that says how things are."""

from __future__ import annotations

import typer

from millrace.cli.terminal.options import Format, FormatOption, HomeOption, open_existing


def status(home: HomeOption = None, form: FormatOption = Format.TABLE) -> None:
    """Per source: last snapshot, its age, streaks, quarantine, pending partitions, last run. 1 when stale or failed.

    In a simulated lake, ages are measured against the newest poll, since time there is the feed's.

    Example: [bold]millrace status --format json[/bold]
    """
    from millrace.cli.terminal.output import print_rows, say
    from millrace.usecases.status import status_rows

    with open_existing(home) as runtime:
        rows, problems = status_rows(runtime)
    print_rows(rows, form)
    for line in problems:
        say(line)
    if problems:
        raise typer.Exit(1)
