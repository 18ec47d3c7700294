"""The command that says what is wrong with a lake, and remakes its state."""

from __future__ import annotations

from typing import Annotated

import typer

from millrace.cli.terminal.options import Format, FormatOption, HomeOption, StageLakeOption, open_unchecked


def doctor(
    rebuild: Annotated[
        bool, typer.Option("--rebuild-state", help="Remake state.db from the objects first; the old one is kept.")
    ] = False,
    deep: Annotated[bool, typer.Option("--deep", help="Read every published file whole, too.")] = False,
    home: HomeOption = None,
    stage: StageLakeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Say what is wrong with a lake and what mends it, one line each.

    Exit status 1 when anything is wrong; 2 when it stops every other command: the marker, or the state file.

    Example: [bold]millrace doctor --rebuild-state[/bold]

    Of a stage: [bold]millrace doctor --stage dev[/bold]
    """
    from millrace.cli.terminal.output import print_rows, progress, say
    from millrace.usecases.doctor import COLUMNS, LAKE_IS_BROKEN, examine

    if rebuild:
        from millrace.usecases.doctor import rebuild_state

        with open_unchecked(home, stage) as runtime, progress("rebuild") as advance:
            for note in rebuild_state(runtime, advance):
                say(note)
    with open_unchecked(home, stage) as runtime, progress("doctor") as advance:
        found = examine(runtime, advance, deep=deep)
    if found or form is not Format.TABLE:
        print_rows([one._asdict() for one in found], form, columns=COLUMNS)
    if found:
        raise typer.Exit(2 if any(one.place in LAKE_IS_BROKEN for one in found) else 1)
    say("nothing is wrong")
