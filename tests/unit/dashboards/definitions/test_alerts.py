"""Alerts that cannot be, and alerts in Grafana."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from millrace.athena_sql.ports import Statement
from millrace.dashboards.data.zones import LocalZones
from millrace.dashboards.definitions.alert import Alert, AlertCondition, NoData, Severity, Side
from millrace.dashboards.grafana.alerting.rules import alert_rule
from millrace.dashboards.grafana.parameters import LakeFacts
from millrace.errors import DefinitionError
from millrace.schedules.expressions import UTC_ZONE

FACTS = LakeFacts(LocalZones(UTC_ZONE), frozenset({"prod.bikes"}))
FEW_BIKES = Alert(
    name="few-bikes",
    title="Few bikes",
    summary="{place}: few bikes",
    description="How many bikes stand.",
    statement=Statement(
        "few",
        "SELECT place, min(bikes) AS bikes FROM prod.bikes "
        "WHERE dt BETWEEN :first_day AND :last_day AND at >= :since GROUP BY place",
    ),
    value="bikes",
    labels=("place",),
    condition=AlertCondition(Side.BELOW, 3, timedelta(minutes=5)),
    severity=Severity.WARNING,
    runbook="runbooks.md#few-bikes",
    looks_back=timedelta(hours=2),
)


def test_a_rule_has_the_condition_the_range_and_the_policy_of_its_alert() -> None:
    rule: Mapping[str, Any] = alert_rule(FEW_BIKES, FACTS, runbooks="https://example.org/docs/").content
    query, _, compared = rule["data"]
    assert compared["model"]["conditions"] == [{"evaluator": {"type": "lt", "params": [3]}}]
    assert query["relativeTimeRange"] == {"from": 7200, "to": 0}
    assert (rule["for"], rule["noDataState"], rule["labels"]["severity"]) == ("5m", "Alerting", "warning")
    assert rule["annotations"]["summary"] == '{{ index $labels "place" }}: few bikes'
    assert rule["annotations"]["runbook_url"] == "https://example.org/docs/runbooks.md#few-bikes"
    told = alert_rule(replace(FEW_BIKES, no_data=NoData.TOLD), FACTS).content
    assert told["noDataState"] == "NoData"


def test_its_text_is_the_same_each_time_and_its_identity_is_its_name() -> None:
    first, second = (alert_rule(replace(FEW_BIKES, title=title), FACTS) for title in ("Few", "Fewer"))
    assert first.uid == second.uid == "millrace-few-bikes"
    assert first.text() == alert_rule(replace(FEW_BIKES, title="Few"), FACTS).text() != second.text()
    assert len(alert_rule(replace(FEW_BIKES, name="few-" * 20 + "bikes"), FACTS).uid) == 40


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": "Few bikes"}, "its name is not of small letters"),
        ({"runbook": "runbooks.md"}, "is no heading of a page"),
        ({"looks_back": timedelta(0)}, "it looks back for no time"),
        ({"summary": "{station}: few"}, "names {station}, which is no label"),
    ],
)
def test_what_cannot_be_is_refused_with_the_alerts_name(changes: Mapping[str, Any], said: str) -> None:
    with pytest.raises(DefinitionError, match="the alert ") as refused:
        replace(FEW_BIKES, **changes)
    assert said in refused.value.message


@pytest.mark.parametrize(
    ("sql", "facts", "said"),
    [
        ("SELECT place, bikes FROM prod.bikes WHERE dt = :day", FACTS, "takes what is chosen on a dashboard"),
        (
            "SELECT place, bikes FROM ops.bikes",
            replace(FACTS, databases={"prod": "p"}),
            "ops.bikes is no table of Athena",
        ),
    ],
)
def test_what_grafana_cannot_ask_is_refused(sql: str, facts: LakeFacts, said: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        alert_rule(replace(FEW_BIKES, statement=Statement("few", sql)), facts)
    assert said in refused.value.message
