"""The command that says what a stage costs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from millrace.cli.terminal.options import Format, FormatOption, HomeOption, open_project, open_unchecked

_MOST = 100_000  # an hour


def cost(
    stage: Annotated[str, typer.Option("--stage", help="dev, test, uat, staging or prod.", metavar="NAME")],
    polls: Annotated[
        float | None,
        typer.Option("--polls-per-hour", help="Of each source, instead of its schedule.", min=0, max=_MOST),
    ] = None,
    runs: Annotated[
        float | None,
        typer.Option("--runs-per-hour", help="Of each workflow, instead of its schedule.", min=0, max=_MOST),
    ] = None,
    viewers: Annotated[
        float | None, typer.Option(help="People who have a dashboard open. Default: 1.", min=0, max=_MOST)
    ] = None,
    refresh: Annotated[
        float | None,
        typer.Option(help="Seconds between two refreshes of a dashboard. Default: 300.", min=1, max=86_400),
    ] = None,
    months: Annotated[
        float | None, typer.Option(help="Months of data that the lake holds. Default: 12.", min=0, max=1_200)
    ] = None,
    assume: Annotated[
        list[str] | None,
        typer.Option(help="Another number for an assumption, as they stand below the table.", metavar="NAME=NUMBER"),
    ] = None,
    prices: Annotated[
        Path | None, typer.Option(help="A file of prices that differ from those that ship.", metavar="FILE")
    ] = None,
    template: Annotated[
        Path | None, typer.Option(help="Price this template instead of the stage's.", metavar="FILE")
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="Print services by how jobs are done, and no items.")
    ] = False,
    home: HomeOption = None,
    form: FormatOption = Format.TABLE,
) -> None:
    """Estimate what a stage costs a month, item by item, from its template. Needs no credentials and no network.

    The template says how often polls and runs come. How large snapshots are is measured in the lake, if there is one
    here. Everything else is an assumption, which is said.

    Example: [bold]millrace cost --stage prod --viewers 3[/bold]
    """
    from millrace.cli.terminal.output import print_rows, say
    from millrace.infra.pricing.assumptions import CostAssumptions
    from millrace.infra.pricing.template_view import Frequencies
    from millrace.usecases.deployment.cost import CostRequest, stage_cost

    said = {"viewers": viewers, "refresh_seconds": refresh, "months": months}
    given = [f"{name}={value}" for name, value in said.items() if value is not None]
    request = CostRequest(CostAssumptions.given([*(assume or ()), *given]), Frequencies(polls, runs), prices, template)
    with open_unchecked(home) as runtime:
        here = runtime if runtime.settings.runtime == "local" else None  # one on AWS would need credentials
        found = stage_cost(open_project(), stage, request, here, named=home is not None)
    if not compare:
        print_rows(found.items(), form, title=f"stage {stage}, a month")
    if found.ways and (compare or form is Format.TABLE):
        print_rows(found.comparison(), form, title="by how jobs are done")
    for line in found.notes:
        say(line)
