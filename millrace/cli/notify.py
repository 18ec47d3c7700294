"""The command that tests who is told of events."""

from __future__ import annotations

import typer

from millrace.cli.terminal.options import HomeOption, StageLakeOption, open_unchecked

notify_app = typer.Typer(no_args_is_help=True, help="Who is told of events: `test`.")


@notify_app.callback()
def notify() -> None:
    """Who is told of events."""


@notify_app.command("test")
def send_test(home: HomeOption = None, stage: StageLakeOption = None) -> None:
    """Send a test event by each notifier, and say of each whether it was taken; exit status 1 when one was not.

    Example: [bold]millrace notify test[/bold]

    Of a stage: [bold]millrace notify test --stage dev[/bold]
    """
    from millrace.cli.terminal.output import say
    from millrace.usecases.notify import sent_to_each

    failed = False
    with open_unchecked(home, stage) as runtime:
        for one in sent_to_each(runtime):
            say(str(one))
            failed |= bool(one.reason)
    if failed:
        raise typer.Exit(1)
