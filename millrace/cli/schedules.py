"""Commands for schedules: the service that follows them, list, enable, disable."""

from __future__ import annotations

from typing import Annotated

import typer

from millrace.cli.terminal.options import (
    Format,
    FormatOption,
    HomeOption,
    StageLakeOption,
    no_stage,
    open_existing,
    open_runtime,
)

NameArgument = Annotated[str, typer.Argument(help="A schedule, as `millrace schedules list` shows it.", metavar="NAME")]

schedules_app = typer.Typer(no_args_is_help=True, help="The schedules of `millrace up`: `list`, `enable`, `disable`.")

_NO_STAGE = no_stage(
    "polls, runs and duties of a stage are started by its own schedules",
    "See them by millrace schedules list --stage NAME.",
)


def up(
    port: Annotated[int, typer.Option(help="The port of the page; 0: a free port.", min=0, max=65535)] = 8090,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    page: Annotated[bool, typer.Option("--page/--no-page", help="Serve the page.")] = True,
    athena: Annotated[
        int | None, typer.Option(help="Serve the Athena API too, on this port; 0: a free port.", min=0, max=65535)
    ] = None,
    home: HomeOption = None,
    stage: Annotated[str | None, _NO_STAGE] = None,
) -> None:
    """Poll every source and run every workflow on its schedule, until SIGTERM or Ctrl-C. Logs are JSON lines.

    Example: [bold]millrace up --home ./lake[/bold]
    """
    from millrace.service.up import serve_until_stopped
    from millrace.serving.http_server import Address

    with open_runtime(home) as runtime:
        address = Address(host, port) if page else None
        serve_until_stopped(runtime, address, None if athena is None else Address(host, athena))


@schedules_app.command("list")
def list_schedules(home: HomeOption = None, stage: StageLakeOption = None, form: FormatOption = Format.TABLE) -> None:
    """List every schedule, whether it is enabled, and its next time (UTC).

    Example: [bold]millrace schedules list[/bold]

    Of a stage: [bold]millrace schedules list --stage dev[/bold]
    """
    from millrace.cli.terminal.output import print_rows
    from millrace.usecases.schedules import schedule_rows

    with open_existing(home, stage) as runtime:
        print_rows(schedule_rows(runtime), form)


@schedules_app.command()
def enable(name: NameArgument, home: HomeOption = None, stage: StageLakeOption = None) -> None:
    """Switch a schedule on.

    Example: [bold]millrace schedules enable run-polls[/bold]

    Of a stage: [bold]millrace schedules enable run-polls --stage dev[/bold]
    """
    _switch(name, home, stage, on=True)


@schedules_app.command()
def disable(name: NameArgument, home: HomeOption = None, stage: StageLakeOption = None) -> None:
    """Switch a schedule off; snapshots that it would have polled do not count as gaps.

    Example: [bold]millrace schedules disable poll-taxi_availability[/bold]

    Of a stage: [bold]millrace schedules disable poll-taxi_availability --stage dev[/bold]
    """
    _switch(name, home, stage, on=False)


def _switch(name: str, home: HomeOption, stage: StageLakeOption, *, on: bool) -> None:
    from millrace.cli.terminal.output import say
    from millrace.usecases.schedules import switch_schedule

    with open_existing(home, stage) as runtime:
        switch_schedule(runtime, name, on=on)
    say(f"{name} is {'enabled' if on else 'disabled'}")
