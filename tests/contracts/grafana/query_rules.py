"""Rules about queries and variables: what a query must have, and what its chart finds in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sqlglot import exp
from sqlglot.errors import SqlglotError

from millrace.athena_sql.portability.dialect import ATHENA
from millrace.dashboards.grafana.targets import Json
from tests.contracts.grafana.layout_rules import DATASOURCE

MOST_ROWS = 10_000
_TIME_SERIES = {"timeseries", "status-history", "stat"}
_LONGEST_REUSE = 7 * 24 * 60  # minutes
_OF_THE_SECOND = re.compile(r"\$__(?!rawTime(From|To)\('yyyy-MM-dd'\))\w+")
_MACRO = re.compile(r"\$__\w+")
_MACROS = {"$__timeFrom", "$__timeTo", "$__rawTimeFrom", "$__rawTimeTo"}
_VARIABLE = re.compile(r"\$(\w+)|\$\{(\w+)(?::(\w+))?\}|\[\[(\w+)")
_FILLS = {"solid", "dash", "dot", "square"}


def query_rules(dashboard: Json, by_date: frozenset[str]) -> Iterator[str]:
    """Every query of a dashboard. `by_date`: the tables with partitions by dt."""
    names = {one["name"] for one in dashboard["templating"]["list"]}
    for where, query in _queries(dashboard):
        yield from (f"{where}: {one}" for one in _of_query(query, names, by_date))
    for panel in dashboard["panels"]:
        yield from (f"panel {panel['title']!r}: {one}" for one in _of_chart(panel))
        repeated = panel.get("repeat")
        if repeated and repeated not in {one["name"] for one in dashboard["templating"]["list"] if one["multi"]}:
            yield f"panel {panel['title']!r}: it is repeated for {repeated}, which is no variable of many values"


def variable_rules(dashboard: Json) -> Iterator[str]:
    """The variables, as Grafana's linter wants them too."""
    variables = dashboard["templating"]["list"]
    names = [one["name"] for one in variables]
    if len(set(names)) < len(names):
        yield "variables: two have one name"
    sources = [one for one in variables if one["type"] == "datasource"]
    if [(one["name"], one["label"]) for one in sources] != [("datasource", "Data source")]:
        yield "variables: there is not one data source, named datasource"  # template-datasource-rule
    for one in variables:
        if not re.fullmatch(r"\w+", one["name"]) or not one.get("label"):
            yield f"variable {one['name']!r}: it has no name of letters and digits, or no label"
        if one["type"] == "query":
            if one["refresh"] != 2:
                yield f"variable {one['name']}: it stays as it is when the time changes"  # template-on-time-change-...
            if one["datasource"] != DATASOURCE:
                yield f"variable {one['name']}: its data source is not the variable"
        if one["type"] == "custom" and one["current"] not in one["options"]:
            yield f"variable {one['name']}: what is chosen is no option"


def _queries(dashboard: Json) -> Iterator[tuple[str, Json]]:
    for panel in dashboard["panels"]:
        yield from ((f"panel {panel['title']!r} {one['refId']}", one) for one in panel["targets"])
    for one in dashboard["templating"]["list"]:
        if one["type"] == "query":
            yield f"variable {one['name']}", one["query"]
    for one in dashboard["annotations"]["list"]:
        if "target" in one:
            yield f"annotation {one['name']!r}", one["target"]


def _of_query(query: Json, variables: set[str], by_date: frozenset[str]) -> Iterator[str]:
    sql = query["rawSQL"]
    if query.get("datasource", DATASOURCE) != DATASOURCE:
        yield "its data source is not the variable"
    if query["connectionArgs"]["resultReuseEnabled"]:
        if found := _OF_THE_SECOND.search(sql):
            yield f"its result is to be reused, and {found[0]} makes its text new each second"
        if not 1 <= query["connectionArgs"]["resultReuseMaxAgeInMinutes"] <= _LONGEST_REUSE:
            yield "its result is to be reused for no time that Athena has"
    yield from statement_rules(sql, variables, by_date)


def statement_rules(sql: str, variables: set[str], by_date: frozenset[str], most: int = MOST_ROWS) -> Iterator[str]:
    """The text of a query. `most`: the most rows that it may ask for."""
    yield from _of_variables(sql, variables)
    if unknown := set(_MACRO.findall(sql)) - _MACROS:
        yield f"{min(unknown)} is no macro for this"
    try:
        tree = parsed(sql)
    except SqlglotError as error:
        yield f"it cannot be parsed: {str(error).splitlines()[0]}"
        return
    limit = tree.args.get("limit")
    if limit is None or int(limit.expression.name) > most:
        yield f"it has no LIMIT up to {most}"
    for table in tree.find_all(exp.Table):
        name = f"{table.text('db')}.{table.name}"
        if name in by_date and not _is_by_date(table):
            yield f"it reads all partitions of {name}"


def _of_variables(sql: str, variables: set[str]) -> Iterator[str]:
    for found in _VARIABLE.finditer(sql):
        name = found[1] or found[2] or found[4]
        if name.startswith("__"):
            continue
        if name not in variables:
            yield f"there is no variable {name}"
        elif found[3] != "sqlstring":
            yield f"{found[0]} is not put in as a text of SQL"


def _is_by_date(table: exp.Table) -> bool:
    select = table.find_ancestor(exp.Select)
    where = select.args.get("where") if select else None
    return where is not None and any(column.name == "dt" for column in where.find_all(exp.Column))


def parsed(sql: str) -> exp.Query:
    """A query with values in place of macros and variables."""
    filled = re.sub(r"\$__raw\w+\([^)]*\)|\$\{\w+(:\w+)?\}|\$\w+\b(?!\()", "'2024-05-30'", sql)
    tree = ATHENA.parse(re.sub(r"\$__\w+\([^)]*\)", "TIMESTAMP '2024-05-30 00:00:00'", filled))[0]
    assert isinstance(tree, exp.Query), sql
    return tree


def _of_chart(panel: Json) -> Iterator[str]:
    targets = panel["targets"]
    refs = [one["refId"] for one in targets]
    if not targets or len(set(refs)) < len(refs):
        yield "it has no query, or two of one refId"
    over_time = panel["type"] in _TIME_SERIES
    for one in targets:
        if one["format"] != (0 if over_time else 1):
            yield f"query {one['refId']} has the format {one['format']}"
        if over_time and not _by_time(one["rawSQL"]):
            yield f"query {one['refId']} gives no time, or not in its order"
    columns = [name for one in targets for name in _columns(one["rawSQL"])]
    if columns:
        yield from _of_overrides(panel["fieldConfig"]["overrides"], columns)
        yield from _of_layers(panel["options"].get("layers", ()), refs, columns)


def _of_overrides(overrides: Sequence[Json], columns: Sequence[str]) -> Iterator[str]:
    for override in overrides:
        named = override["matcher"]["options"]
        if named not in columns:
            yield f"no query gives {named!r}, which an override is of"
        for one in override["properties"]:
            if one["id"] == "custom.fillBelowTo" and one["value"] not in columns:
                yield f"no query gives {one['value']!r}, to which an area is filled"
            if one["id"] == "custom.lineStyle" and one["value"]["fill"] not in _FILLS:
                yield f"no line is {one['value']['fill']!r}"


def _of_layers(layers: Sequence[Json], refs: Sequence[str], columns: Sequence[str]) -> Iterator[str]:
    for layer in layers:
        if layer["filterData"]["options"] not in refs:
            yield f"no query is {layer['filterData']['options']}, which a layer is of"
        if missing := {layer["location"]["longitude"], layer["location"]["latitude"]} - {*columns}:
            yield f"no query gives {min(missing)}, which a layer is at"


def _columns(sql: str) -> list[str]:
    try:
        return parsed(sql).named_selects
    except SqlglotError:
        return []


def _by_time(sql: str) -> bool:
    try:
        tree = parsed(sql)
    except SqlglotError:
        return False
    order = tree.args.get("order")
    first = order.expressions[0] if order else None
    by_time = isinstance(first, exp.Ordered) and first.this.name == "time" and not first.args.get("desc")
    return by_time and "time" in tree.named_selects
