"""Commands for dashboards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from millrace.cli.terminal.options import Format, FormatOption, load_settings, open_project

if TYPE_CHECKING:
    from millrace.usecases.definitions.publishing import Publishing

dashboards_app = typer.Typer(no_args_is_help=True, help="The project's dashboards: listed, and in Grafana.")
DashboardStage = Annotated[
    str | None,
    typer.Option("--stage", help="For Athena on this stage: dev, test, uat, staging or prod.", metavar="NAME"),
]
UrlOption = Annotated[
    str | None, typer.Option("--url", help="The address of Grafana. Default: MILLRACE_GRAFANA_URL.", metavar="URL")
]
FolderOption = Annotated[
    str, typer.Option("--folder", help="The title of the folder in Grafana. Default: Millrace, and the stage.")
]
RunbooksOption = Annotated[
    str, typer.Option("--runbooks", help="The address at which people read the folder docs/.", metavar="URL")
]


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
    stage: DashboardStage = None,
    provisioning: Annotated[
        bool, typer.Option("--provisioning", help="Write the files of docker compose and of Grafana's own folder too.")
    ] = False,
    contact: Annotated[
        str, typer.Option("--contact", help="With --provisioning: how people are told: webhook or email.")
    ] = "webhook",
    runbooks: RunbooksOption = "docs",
) -> None:
    """Write the dashboards and alert rules as Grafana's JSON, a file for each. The same project gives the same bytes.

    Example: [bold]millrace dashboards render --output grafana[/bold]

    With containers: [bold]millrace dashboards render --provisioning --output grafana[/bold]
    """
    from millrace.cli.terminal.output import say
    from millrace.usecases.definitions.dashboards import (
        contact_named,
        left_out,
        rendered_alerts,
        rendered_dashboards,
        write_dashboards,
    )

    told, project = contact_named(contact), open_project()
    found, alerts = rendered_dashboards(project, stage), rendered_alerts(project, stage, runbooks=runbooks)
    for line in left_out(project, stage):
        say(f"warning: {line}")
    for file in write_dashboards(found.values(), alerts, output, stage, contact=told if provisioning else None):
        say(f"wrote {file}")


@dashboards_app.command()
def publish(
    stage: DashboardStage = None,
    url: UrlOption = None,
    folder: FolderOption = "",
    runbooks: RunbooksOption = "docs",
    force: Annotated[bool, typer.Option("--force", help="Overwrite what people changed in Grafana too.")] = False,
) -> None:
    """Make or update folder, data source, dashboards and alert rules in Grafana. What people changed there is kept.

    The token of a service account is in MILLRACE_GRAFANA_TOKEN. Exit status 1: something that people changed was kept.

    Example: [bold]millrace dashboards publish --url https://grafana.example.org/ --stage dev[/bold]
    """
    from millrace.cli.terminal.output import say

    kept = []
    for one in _opened(stage, url, folder, runbooks).publish(force=force):
        is_kept = one.is_by_a_person and not force
        kept += [one] if is_kept else []
        said = "kept as people changed it" if is_kept else _DONE[one.change]
        say(f"{one.thing.kind} {one.thing.title}: {said}")
    if kept:
        say("to look at the changes: millrace dashboards diff; to take dashboards over: pull --output DIR;")
        say("to overwrite what was changed: publish --force")
        raise typer.Exit(1)


@dashboards_app.command()
def diff(
    stage: DashboardStage = None,
    url: UrlOption = None,
    folder: FolderOption = "",
    runbooks: RunbooksOption = "docs",
) -> None:
    """Show what `publish` would change in Grafana, line by line. Exit status 1: there is something.

    Example: [bold]millrace dashboards diff --url https://grafana.example.org/ --stage dev[/bold]
    """
    from millrace.cli.terminal.output import say
    from millrace.dashboards.grafana.publishing.plans import NeededChange

    different = [one for one in _opened(stage, url, folder, runbooks).plan() if one.change is not NeededChange.NONE]
    for one in different:
        say(f"{one.thing.kind} {one.thing.title}: {one.change}")
        for line in one.difference():
            print(line)
    if different:
        raise typer.Exit(1)
    say("Grafana has everything as it is defined")


@dashboards_app.command()
def pull(
    output: Annotated[Path, typer.Option("--output", help="Write the files into this folder.", metavar="DIR")],
    stage: DashboardStage = None,
    url: UrlOption = None,
    folder: FolderOption = "",
    runbooks: RunbooksOption = "docs",
) -> None:
    """Write the dashboards that people changed in Grafana as files, to be taken over into the definitions.

    Example: [bold]millrace dashboards pull --url https://grafana.example.org/ --output changed[/bold]
    """
    from millrace.cli.terminal.output import say
    from millrace.usecases.definitions.publishing import pull as pulled

    files = pulled(_opened(stage, url, folder, runbooks).plan(), output)
    for file in files:
        say(f"wrote {file}")
    if not files:
        say("nobody changed a dashboard in Grafana")


_DONE = {"create": "made", "update": "updated", "unchanged": "as it was", "changed in Grafana": "overwritten"}


def _opened(stage: str | None, url: str | None, folder: str, runbooks: str) -> Publishing:
    """Raises SettingError for what is missing, and UsageError for a Grafana that cannot be used."""
    from millrace.cli.terminal.output import say
    from millrace.usecases.definitions.publishing import grafana_server, publishing

    settings = load_settings()
    server = grafana_server(settings, url)
    found = publishing(open_project(), stage, server, settings, folder=folder, runbooks=runbooks)
    for line in found.left_out:
        say(f"warning: {line}")
    return found
