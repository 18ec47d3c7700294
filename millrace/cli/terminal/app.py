"""The application: the group of all commands, with the options of `millrace` itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import millrace
from millrace.cli.terminal.interruption import AFTER, interruption
from millrace.cli.terminal.lazy_commands import LazyCommands
from millrace.cli.terminal.options import root_options

app = typer.Typer(
    name="millrace",
    cls=LazyCommands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"millrace {millrace.__version__}")
        raise typer.Exit


@app.callback()
def root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    project: Annotated[
        Path | None,
        typer.Option(
            help="The project's folder. Default: MILLRACE_PROJECT, or the nearest folder upward with a millrace.toml, "
            "or what ships with Millrace.",
            metavar="DIR",
        ),
    ] = None,
) -> None:
    """Turns feeds that only tell what is true [bold]now[/bold] into history that can be trusted.

    New here? [bold]millrace demo[/bold] runs everything on a simulated day, with no account and no network.
    """
    root_options.project = project
    if context.invoked_subcommand in AFTER:
        interruption.message = AFTER[context.invoked_subcommand]
