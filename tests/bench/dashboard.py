"""A refresh of the taxis' dashboard in Grafana, for one day of a year, through the local Athena endpoint."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

from millrace.infra.runtime.query_log import ATHENA_FOLDER
from tests.bench.lake import Lakes
from tests.bench.report import Figures
from tests.end_to_end.athena_api.athena_lake import finished, served
from tests.end_to_end.grafana.grafana_views import MIDNIGHT, DrawnPanel, choosing, drawn_panels, reuse_of
from tests.end_to_end.grafana.year_lake import make_year
from tests.unit.dashboards.grafana.expansion import Viewer

_UID = "millrace-taxis"
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)


def refresh(lakes: Lakes, measured: Callable[[], AbstractContextManager[Figures]]) -> Figures:
    """Every query of every panel, one after the other, a minute after the same; results are reused as panels say.

    `first_seconds`: the time of the first, which finds no result to reuse. `most_bytes`: what a panel scans at most.
    """
    home = lakes.folder / "year"
    if not home.exists():
        make_year(home, dense_days=365)
    panels = [one for one in drawn_panels() if one.dashboard["uid"] == _UID]
    with served(home) as endpoint:
        athena = endpoint.client()
        before = choosing(athena, panels[0].dashboard, MIDNIGHT - _MINUTE, MIDNIGHT + _DAY - _MINUTE)
        began = time.perf_counter()
        most = max(_scanned(athena, panels, before))
        first = time.perf_counter() - began
        viewer = Viewer(before.since + _MINUTE, before.until + _MINUTE, before.chosen)
        with measured() as figures:
            _scanned(athena, panels, viewer)
    shutil.rmtree(home / ATHENA_FOLDER)
    return {**figures, "first_seconds": first, "most_bytes": most}


def _scanned(athena: Any, panels: list[DrawnPanel], viewer: Viewer) -> list[int]:
    """The bytes that each panel scans."""
    found = []
    for one in panels:
        executions = [
            finished(athena, viewer.sees(target["rawSQL"]), **reuse_of(target)) for target in one.drawn["targets"]
        ]
        assert {execution["Status"]["State"] for execution in executions} == {"SUCCEEDED"}
        found.append(sum(execution["Statistics"]["DataScannedInBytes"] for execution in executions))
    return found
