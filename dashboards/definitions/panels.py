"""The list of all dashboards, and the order of the panels on the page."""

from __future__ import annotations

from millrace.dashboards.definitions import operations, taxis
from millrace.dashboards.definitions.panel import Dashboard, Panel

DASHBOARDS: tuple[Dashboard, ...] = (taxis.DASHBOARD, operations.DASHBOARD)
PANELS: tuple[Panel, ...] = tuple(panel for dashboard in DASHBOARDS for panel in dashboard.panels)
