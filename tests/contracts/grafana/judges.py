"""All judges of a dashboard, and of an alert rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from millrace.dashboards.grafana.targets import Json
from tests.contracts.grafana.alert_rules import alert_rules
from tests.contracts.grafana.layout_rules import dashboard_rules, panel_rules
from tests.contracts.grafana.outside import foundation_sdk, grafana_schema
from tests.contracts.grafana.query_rules import query_rules, variable_rules
from tests.contracts.grafana.shipped import by_date

JUDGES: Mapping[str, Callable[[Json], list[str]]] = {
    "the Foundation SDK": foundation_sdk,
    "@grafana/schema": grafana_schema,
    "dashboard rules": lambda dashboard: [*dashboard_rules(dashboard)],
    "panel rules": lambda dashboard: [*panel_rules(dashboard)],
    "query rules": lambda dashboard: [*query_rules(dashboard, by_date() | by_date("dev"))],
    "variable rules": lambda dashboard: [*variable_rules(dashboard)],
}
ALERT_JUDGES: Mapping[str, Callable[[Json], list[str]]] = {
    "the Foundation SDK": lambda rule: foundation_sdk(rule, "rule"),
    "alert rules": lambda rule: [*alert_rules(rule, by_date() | by_date("dev"))],
}
