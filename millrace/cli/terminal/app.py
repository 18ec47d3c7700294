"""The application: the group of all commands, with the options of `millrace` itself."""

from __future__ import annotations

from typing import Annotated

import typer

import millrace
from millrace.cli.terminal.lazy_commands import LazyCommands

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
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Turns feeds that only tell what is true [bold]now[/bold] into history that can be trusted.

    New here? [bold]millrace demo[/bold] runs everything on a simulated day, with no account and no network.
    """
