"""Every panel of the page, in the page's order."""

from __future__ import annotations

from millrace.dashboards.definitions.operations import OPERATIONS_PANELS
from millrace.dashboards.definitions.panel import Panel
from millrace.dashboards.definitions.taxis import TAXI_PANELS

PANELS: tuple[Panel, ...] = (*TAXI_PANELS, *OPERATIONS_PANELS)
