"""The command that shows the status of each source."""

from __future__ import annotations

import typer

from millrace import environment
from millrace.cli.terminal.options import (
    Format,
    FormatOption,
    HomeOption,
    StageLakeOption,
    open_existing,
    require_one_place,
    root_options,
)


def status(home: HomeOption = None, stage: StageLakeOption = None, form: FormatOption = Format.TABLE) -> None:
    """Show each source: last snapshot, its age, streaks, quarantine, pending and held partitions, last run.

    Exit status 1 when a source is stale, a run failed or the quality gate holds a partition. In a simulated lake, ages
    are measured from the newest poll. Of a stage, also its stack, the code that is deployed and who is told of alarms:
    it is red with such a problem, amber without a confirmed receiver.

    Example: [bold]millrace status --format json[/bold]

    Of a stage: [bold]millrace status --stage dev[/bold]
    """
    from millrace.cli.terminal.output import print_rows, say
    from millrace.usecases.deployment.state import stage_state
    from millrace.usecases.status import status_rows

    require_one_place(home, stage)
    state = stage_state(stage, environment.load(project=root_options.project)) if stage else None
    for line in state.lines if state else ():  # before the lake, which may not be there yet
        say(line)
    with open_existing(home, stage) as runtime:
        rows, problems = status_rows(runtime)
    print_rows(rows, form)
    for line in problems:
        say(line)
    if state:
        say(f"stage {stage} is {state.colour(problems)}")
    if problems:
        raise typer.Exit(1)
