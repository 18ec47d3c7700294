"""All commands, put together."""

from __future__ import annotations

from typing import Annotated

import typer

import millrace
from millrace.cli import (
    feeds,
    generate,
    quality,
    quarantine,
    readers,
    repairs,
    service,
    showcase,
    status,
    workflows,
)

app = typer.Typer(
    name="millrace",
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
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
) -> None:
    """Turns feeds that only tell what is true [bold]now[/bold] into history that can be trusted.

    New here? [bold]millrace demo[/bold] runs everything on a simulated day, with no account and no network.
    """


app.command()(showcase.demo)
app.command()(feeds.poll)
app.command()(feeds.backfill)
app.command()(workflows.run)
app.add_typer(workflows.runs_app, name="runs")
app.command()(readers.query)
app.command()(readers.tables)
app.command()(readers.audit)
app.command()(readers.check)
app.add_typer(quality.quality_app, name="quality")
app.command()(status.status)
app.add_typer(quarantine.quarantine_app, name="quarantine")
app.command()(repairs.versions)
app.command()(repairs.rollback)
app.command()(repairs.reprocess)
app.command()(repairs.vacuum)
app.command()(showcase.preview)
app.command()(showcase.simulate)
app.command()(service.up)
app.add_typer(service.schedules_app, name="schedules")
app.command()(generate.generate)
