"""Commands for dashboards."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from millrace.cli.terminal.options import Format, FormatOption, open_project

dashboards_app = typer.Typer(no_args_is_help=True, help="List the project's dashboards, or render them for Grafana.")


@dashboards_app.command("list")
def list_dashboards(form: FormatOption = Format.TABLE) -> None:
    """List the project's dashboards: their address in Grafana, how many panels, and which of them only the page draws.

    Example: [bold]millrace dashboards list[/bold]
    """
    from millrace.cli.terminal.output import print_rows
    from millrace.usecases.definitions.dashboards import DASHBOARD_COLUMNS, dashboard_rows

    print_rows(dashboard_rows(open_project()), form, columns=DASHBOARD_COLUMNS)


@dashboards_app.command()
def render(
    output: Annotated[Path, typer.Option("--output", help="Write the files into this folder.", metavar="DIR")],
    stage: Annotated[
        str | None,
        typer.Option("--stage", help="For Athena on this stage: dev, test, uat, staging or prod.", metavar="NAME"),
    ] = None,
    provisioning: Annotated[
        bool, typer.Option("--provisioning", help="Write the files of docker compose and of Grafana's own folder too.")
    ] = False,
    contact: Annotated[
        str, typer.Option("--contact", help="With --provisioning: how people are told: webhook or email.")
    ] = "webhook",
    runbooks: Annotated[
        str, typer.Option("--runbooks", help="The address at which people read the folder docs/.", metavar="URL")
    ] = "docs",
) -> None:
    """Write the dashboards and alert rules as Grafana's JSON, a file for each. The same project gives the same bytes.

    Example: [bold]millrace dashboards render --output grafana[/bold]

    With containers: [bold]millrace dashboards render --provisioning --output grafana[/bold]
    """
    from millrace.cli.terminal.output import say
    from millrace.usecases.definitions.dashboards import (
        alerts_left_out,
        contact_named,
        rendered_alerts,
        rendered_dashboards,
        write_dashboards,
    )

    told, project = contact_named(contact), open_project()
    found, alerts = rendered_dashboards(project, stage), rendered_alerts(project, stage, runbooks=runbooks)
    for one in found:
        for panel, error in one.left_out.items():
            say(f"warning: {one.name} is without the panel {panel}: {error}")
    for name, error in alerts_left_out(project, stage).items():
        say(f"warning: there is no alert {name}: {error}")
    for file in write_dashboards(found, alerts, output, stage, contact=told if provisioning else None):
        say(f"wrote {file}")
