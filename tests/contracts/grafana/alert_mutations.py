"""Wrong alert rules: what is changed in a right one, which judge has to refuse it, and what it says."""

from __future__ import annotations

from collections.abc import Callable

from millrace.dashboards.grafana.targets import Json
from tests.contracts.grafana.mutations import SDK, WrongDashboard, put, whole

RULES = "alert rules"


def step(number: int) -> Callable[[Json], Json]:
    def find(rule: Json) -> Json:
        found: Json = rule["data"][number]
        return found

    return find


def text(old: str, new: str) -> Callable[[Json], object]:
    """The query with another text, which must have had the old one."""

    def change(rule: Json) -> None:
        model = rule["data"][0]["model"]
        assert old in model["rawSQL"], model["rawSQL"]
        model["rawSQL"] = model["rawSQL"].replace(old, new)

    return change


ALERT_MUTATIONS = [
    WrongDashboard("a field of no rule", SDK, "unexpected field 'priority'", put(whole, priority=1)),
    WrongDashboard("no group", SDK, "ruleGroup: required field is missing", lambda rule: rule.pop("ruleGroup")),
    WrongDashboard("a pending time as a number", SDK, "for: json: cannot unmarshal", put(whole, **{"for": 600})),
    WrongDashboard("labels that are a list", SDK, "labels: json: cannot unmarshal", put(whole, labels=["critical"])),
    WrongDashboard("a range in words", SDK, "relativeTimeRange", put(step(0), "relativeTimeRange", **{"from": "7d"})),
    WrongDashboard("a misspelt query", SDK, "unexpected field 'rawSql'", put(step(0), "model", rawSql="SELECT 1")),
    WrongDashboard("a field of no expression", SDK, "unexpected field", put(step(1), "model", reduce="last")),
    WrongDashboard("no data is well", RULES, "noDataState: OK is silence", put(whole, noDataState="OK")),
    WrongDashboard("no data is as before", RULES, "KeepLast is silence", put(whole, noDataState="KeepLast")),
    WrongDashboard("a failing query is well", RULES, "execErrState: OK is silence", put(whole, execErrState="OK")),
    WrongDashboard("no severity", RULES, "severity: None is none", lambda rule: rule["labels"].pop("severity")),
    WrongDashboard("a severity of its own", RULES, "severity: 'bad'", put(whole, "labels", severity="bad")),
    WrongDashboard("paused", RULES, "it is paused", put(whole, isPaused=True)),
    WrongDashboard("no runbook", RULES, "there is no runbook_url", lambda rule: rule["annotations"].pop("runbook_url")),
    WrongDashboard(
        "a heading that is not there",
        RULES,
        "has no heading 'stale'",
        put(whole, "annotations", runbook_url="docs/runbooks.md#stale"),
    ),
    WrongDashboard(
        "a page that is not there",
        RULES,
        "there is no page 'docs/alerts.md'",
        put(whole, "annotations", runbook_url="docs/alerts.md#stale-data"),
    ),
    WrongDashboard(
        "all partitions", RULES, "reads all partitions of staging.poll", text("dt BETWEEN", "requested_at BETWEEN")
    ),
    WrongDashboard("no LIMIT", RULES, "it has no LIMIT up to 1000", text("LIMIT 1000", "")),
    WrongDashboard("a macro in local time", RULES, "no macro for this", text("$__timeTo()", "$__timeGroup(a, '1m')")),
    WrongDashboard("a chosen day", RULES, "takes a variable", text("'1' DAY", "${day:sqlstring} DAY")),
    WrongDashboard("no time", RULES, "not a time, labels", text('$__timeTo() AS "time",\n', "")),
    WrongDashboard("a table", RULES, "the format 1", put(step(0), "model", format=1)),
    WrongDashboard("another condition", RULES, "the condition is not the last", put(whole, condition="B")),
    WrongDashboard("a threshold on the query", RULES, "C does not compare B", put(step(2), "model", expression="A")),
    WrongDashboard("a range in the past", RULES, "does not end now", put(step(0), "relativeTimeRange", to=600)),
    WrongDashboard("a time that is none", RULES, "for: 'ten minutes'", put(whole, **{"for": "ten minutes"})),
    WrongDashboard("another data source", RULES, "its data source is another one", put(step(0), datasourceUid="prod")),
]
