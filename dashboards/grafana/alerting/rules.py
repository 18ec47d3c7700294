"""An alert as an alert rule: its query, reduced to one number per series, against a threshold.

Sources: Grafana's documentation, "Alerting provisioning HTTP API" (`ProvisionedAlertRule`), "Expressions" (reduce,
threshold) and "No data and error states". A range ends now, so that `$__timeTo()` is the time of the evaluation.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from millrace.athena_sql.statements.foreign_texts import foreign_text
from millrace.athena_sql.tables import tables_named
from millrace.dashboards.definitions.alert import Alert, NoData, Side
from millrace.dashboards.definitions.panel import RANGE
from millrace.dashboards.grafana.model import GrafanaDocument
from millrace.dashboards.grafana.parameters import UNTIL, LakeFacts, texts_of
from millrace.dashboards.grafana.targets import PLUGIN, TIME_SERIES, Json, query
from millrace.errors import DefinitionError
from millrace.sql_quoting import identifier

GROUP = "Millrace"  # whose rules are evaluated together
EVERY = timedelta(minutes=10)  # each evaluation is a query that Athena bills
RUNBOOKS = "docs"  # where people find the pages: a folder of Millrace's own, or an address
_MOST_SERIES = 1_000
_EXPRESSION = {"type": "__expr__", "uid": "__expr__"}
_EVALUATORS: Mapping[Side, str] = MappingProxyType({Side.ABOVE: "gt", Side.BELOW: "lt"})
_NO_DATA: Mapping[NoData, str] = MappingProxyType({NoData.FIRES: "Alerting", NoData.TOLD: "NoData"})


def alert_rule(alert: Alert, facts: LakeFacts, *, runbooks: str = RUNBOOKS) -> GrafanaDocument:
    """The rule of an alert. `runbooks`: the address, or the folder, of the pages that it names.

    Raises DefinitionError for a table that Athena does not have, QueryError for broken SQL.
    """
    uid = facts.uid(alert.name)
    content = {
        "uid": uid,
        "title": alert.title,
        "orgID": 1,
        "folderUID": facts.source,
        "ruleGroup": GROUP,
        "condition": "C",
        "data": [_queried(alert, facts), _reduced(), _compared(alert)],
        "for": _duration(alert.condition.pending),
        "noDataState": _NO_DATA[alert.no_data],
        "execErrState": "Error",
        "isPaused": False,
        "labels": {"severity": alert.severity.value},
        "annotations": {
            "summary": _templated(alert),
            "description": alert.description,
            "runbook_url": f"{runbooks.rstrip('/')}/{alert.runbook}",
        },
    }
    return GrafanaDocument(uid, alert.title, content)


def unreadable(alert: Alert, facts: LakeFacts) -> DefinitionError | None:
    """Why an alert cannot be one here: a table that Athena does not have."""
    missing = [name for name in sorted(tables_named(alert.statement.sql)) if not facts.has(name)]
    hint = "Read a table of prod or staging."
    return DefinitionError(f"{missing[0]} is no table of Athena's on a stage.", hint=hint) if missing else None


def statement_of(alert: Alert, facts: LakeFacts) -> str:
    """A number of each series at the end of the range. Raises as `alert_rule` does."""
    if why := unreadable(alert, facts):
        raise why
    own = foreign_text(alert.statement, texts_of(RANGE, None, facts))
    if "${" in own:
        hint = "Take :first_day, :last_day, :since or :until."
        raise DefinitionError(f"{alert.statement.name} takes what is chosen on a dashboard.", hint=hint)
    labels = [f"CAST({identifier(one)} AS VARCHAR) AS {identifier(one)}" for one in alert.labels]
    number = f"CAST({identifier(alert.value)} AS DOUBLE) AS {identifier(alert.value)}"
    columns = ",\n  ".join([f'{UNTIL} AS "time"', *labels, number])
    return f'SELECT\n  {columns}\nFROM (\n{own}\n) AS alert\nORDER BY "time"\nLIMIT {_MOST_SERIES}'


def _queried(alert: Alert, facts: LakeFacts) -> Json:
    source = {"type": PLUGIN, "uid": facts.source}
    model = {"refId": "A", "datasource": source, **query(statement_of(alert, facts), TIME_SERIES)}
    return _step("A", facts.source, model, looks_back=alert.looks_back)


def _reduced() -> Json:
    model = {"refId": "B", "datasource": _EXPRESSION, "type": "reduce", "expression": "A", "reducer": "last"}
    return _step("B", "__expr__", model)


def _compared(alert: Alert) -> Json:
    evaluator = {"type": _EVALUATORS[alert.condition.side], "params": [alert.condition.threshold]}
    model = {
        "refId": "C",
        "datasource": _EXPRESSION,
        "type": "threshold",
        "expression": "B",
        "conditions": [{"evaluator": evaluator}],
    }
    return _step("C", "__expr__", model)


def _step(ref: str, source: str, model: Json, looks_back: timedelta = timedelta(0)) -> Json:
    span = {"from": round(looks_back.total_seconds()), "to": 0}  # seconds before now
    return {"refId": ref, "datasourceUid": source, "queryType": "", "relativeTimeRange": span, "model": model}


def _templated(alert: Alert) -> str:
    found = alert.summary
    for label in alert.labels:
        found = found.replace(f"{{{label}}}", f'{{{{ index $labels "{label}" }}}}')
    return found


def _duration(time: timedelta) -> str:
    """In whole seconds, as Go reads it, in the largest unit that holds it."""
    seconds = round(time.total_seconds())
    return f"{seconds // 60}m" if seconds and seconds % 60 == 0 else f"{seconds}s"
