"""Rules about alert rules: that each is told to somebody with a way to mend it, and that silence is never health."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlglot.errors import SqlglotError

from millrace.dashboards.grafana.targets import Json
from tests.contracts.grafana.query_rules import parsed, statement_rules

SOURCE_UID = "millrace"
MOST_SERIES = 1_000
_ROOT = Path(__file__).parents[3]
_SEVERITIES = ("warning", "critical")
_GO_DURATION = re.compile(r"(\d+(s|m|h))+")
_UID = re.compile(r"[a-zA-Z0-9_-]{1,40}")


def alert_rules(rule: Json, by_date: frozenset[str]) -> Iterator[str]:
    """Everything that is wrong with a rule. `by_date`: the tables with partitions by dt."""
    if not _UID.fullmatch(str(rule.get("uid"))):
        yield f"uid: {rule.get('uid')!r} is none"
    if not (rule["title"] and rule["ruleGroup"] and rule["folderUID"]):
        yield "it has no title, no group or no folder"
    if rule["noDataState"] not in ("Alerting", "NoData"):
        yield f"noDataState: {rule['noDataState']} is silence"
    if rule["execErrState"] not in ("Alerting", "Error"):
        yield f"execErrState: {rule['execErrState']} is silence"
    if not _GO_DURATION.fullmatch(rule["for"]):
        yield f"for: {rule['for']!r} is no time"
    if rule["labels"].get("severity") not in _SEVERITIES:
        yield f"severity: {rule['labels'].get('severity')!r} is none"
    if rule.get("isPaused"):
        yield "it is paused"
    yield from _of_annotations(rule["annotations"])
    yield from _of_steps(rule)
    yield from _of_query(rule["data"][0], by_date)


def _of_annotations(annotations: Mapping[str, str]) -> Iterator[str]:
    for name in ("summary", "description", "runbook_url"):
        if not annotations.get(name):
            yield f"annotations: there is no {name}"
    page, _, anchor = annotations.get("runbook_url", "").partition("#")
    file = _ROOT / page
    if not (page.startswith("docs/") and file.is_file()):
        yield f"runbook_url: there is no page {page!r}"
    elif anchor not in _headings(file):
        yield f"runbook_url: {page} has no heading {anchor!r}"


def _headings(file: Path) -> set[str]:
    """As anchors, by GitHub's way: small letters, hyphens for blanks."""
    found = re.findall(r"^#+ (.+)$", file.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


def _of_steps(rule: Json) -> Iterator[str]:
    """A query, its newest number, and a threshold on that, which is the condition."""
    steps = rule["data"]
    if [one["refId"] for one in steps] != ["A", "B", "C"] or rule["condition"] != "C":
        yield "the condition is not the last of A, B and C"
        return
    query, reduced, compared = steps
    if (
        query["datasourceUid"] != rule["folderUID"]
        or not query["datasourceUid"].startswith(SOURCE_UID)
        or {one["datasourceUid"] for one in steps[1:]} != {"__expr__"}
    ):
        yield "its data source is another one, or an expression has one"
    if any(one["datasourceUid"] != one["model"]["datasource"]["uid"] for one in steps):
        yield "a model names another data source than its step"
    if (reduced["model"].get("type"), reduced["model"].get("expression")) != ("reduce", "A"):
        yield "B does not reduce A"
    if (compared["model"].get("type"), compared["model"].get("expression")) != ("threshold", "B"):
        yield "C does not compare B"
    for one in compared["model"].get("conditions", ()):
        evaluator = one["evaluator"]
        if evaluator["type"] not in ("gt", "lt") or len(evaluator["params"]) != 1:
            yield f"no threshold is {evaluator['type']} {evaluator['params']}"
    if not query["relativeTimeRange"]["from"] > query["relativeTimeRange"]["to"] == 0:
        yield "its range does not end now"


def _of_query(step: Mapping[str, Any], by_date: frozenset[str]) -> Iterator[str]:
    model = step["model"]
    yield from statement_rules(model["rawSQL"], set(), by_date, MOST_SERIES)
    if model["format"] != 0:
        yield f"its query has the format {model['format']}: no series"
    if "${" in model["rawSQL"]:
        yield "its query takes a variable of a dashboard"
    try:
        columns = parsed(model["rawSQL"]).named_selects
    except SqlglotError:
        return
    if columns[:1] != ["time"] or len(columns) < 3:
        yield f"its query gives {', '.join(columns)}: not a time, labels and a number"
