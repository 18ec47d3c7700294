"""The command that shows the status of each source."""

from __future__ import annotations

import typer

from millrace.cli.terminal.options import Format, FormatOption, HomeOption, StageLakeOption, open_existing


def status(home: HomeOption = None, stage: StageLakeOption = None, form: FormatOption = Format.TABLE) -> None:
    """Show each source: last snapshot, its age, streaks, quarantine, pending and held partitions, last run.

    Exit status 1 when a source is stale, a run failed or the quality gate holds a partition. In a simulated lake, ages
    are measured from the newest poll.

    Example: [bold]millrace status --format json[/bold]

    Of a stage: [bold]millrace status --format json --stage dev[/bold]
    """
    from millrace.cli.terminal.output import print_rows, say
    from millrace.usecases.status import status_rows

    with open_existing(home, stage) as runtime:
        rows, problems = status_rows(runtime)
    print_rows(rows, form)
    for line in problems:
        say(line)
    if problems:
        raise typer.Exit(1)
