"""Wrong dashboards: what is changed in a right one, which judge has to refuse it, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from millrace.dashboards.grafana.targets import Json

SDK, SCHEMA, WHOLE, PANELS, QUERIES, VARIABLES = (
    "the Foundation SDK",
    "@grafana/schema",
    "dashboard rules",
    "panel rules",
    "query rules",
    "variable rules",
)


@dataclass(frozen=True)
class WrongDashboard:
    """`change` makes the taxis' dashboard wrong in place."""

    name: str
    judge: str
    said: str
    change: Callable[[Json], object]


Find = Callable[[Json], Any]


def put(find: Find, *path: str | int, **values: object) -> Callable[[Json], object]:
    """Other values in what is found, or in a part of it."""

    def change(dashboard: Json) -> None:
        place = find(dashboard)
        for step in path:
            place = place[step]
        place.update(values)

    return change


def whole(dashboard: Json) -> Json:
    return dashboard


def panel(kind: str) -> Find:
    """The first panel of a kind."""
    return lambda dashboard: next(one for one in dashboard["panels"] if one["type"] == kind)


lines = panel("timeseries")


def custom(dashboard: Json) -> Json:
    found: Json = lines(dashboard)["fieldConfig"]["defaults"]["custom"]
    return found


def query(dashboard: Json) -> Json:
    found: Json = lines(dashboard)["targets"][0]
    return found


def variable(name: str) -> Find:
    return lambda dashboard: next(one for one in dashboard["templating"]["list"] if one["name"] == name)


def reworded(old: str, new: str) -> Callable[[Json], object]:
    """The first query with another text, which must have had the old one."""

    def change(dashboard: Json) -> None:
        one = query(dashboard)
        assert old in one["rawSQL"], one["rawSQL"]
        one["rawSQL"] = one["rawSQL"].replace(old, new)

    return change


def reused(since: str, minutes: int = 15) -> Callable[[Json], object]:
    """The first query again with a time in it, and with its result reused."""

    def change(dashboard: Json) -> None:
        reworded("dt = DATE", f"observed_at >= {since} AND dt = DATE")(dashboard)
        again = {"resultReuseEnabled": True, "resultReuseMaxAgeInMinutes": minutes}
        put(query, "connectionArgs", **again)(dashboard)

    return change


def override(column: str) -> Find:
    """That of a column of the first chart."""
    return lambda dashboard: next(
        one for one in lines(dashboard)["fieldConfig"]["overrides"] if one["matcher"]["options"] == column
    )


def value(column: str, name: str) -> Find:
    """A property of a column."""
    return lambda dashboard: next(one for one in override(column)(dashboard)["properties"] if one["id"] == name)


def one_id(dashboard: Json) -> None:
    dashboard["panels"][1]["id"] = dashboard["panels"][0]["id"]


MUTATIONS = [
    # Fields, by Grafana's schemas.
    WrongDashboard("a field of no dashboard", SDK, "unexpected field 'colour'", put(whole, colour="red")),
    WrongDashboard("a field of no panel", SDK, "unexpected field 'height'", put(lines, height=9)),
    WrongDashboard("no query text", SDK, "rawSQL: required field is missing", lambda d: query(d).pop("rawSQL")),
    WrongDashboard("a misspelt query", SDK, "unexpected field 'rawSql'", put(query, rawSql="SELECT 1")),
    WrongDashboard("a format in words", SDK, "format: json: cannot unmarshal", put(query, format="table")),
    WrongDashboard("a title that is a number", SDK, "title: json: cannot", put(lines, title=7)),
    WrongDashboard("a width with a fraction", SDK, "gridPos.w: json", put(lines, "gridPos", w=11.5)),
    WrongDashboard("a line width in words", SDK, "lineWidth: json", put(custom, lineWidth="thick")),
    WrongDashboard("an option of no chart", SDK, "unexpected field 'stack'", put(lines, "options", stack=1)),
    WrongDashboard("an option of another chart", SDK, "unexpected field", put(panel("table"), type="stat")),
    WrongDashboard("a variable without a type", SDK, "type: required", lambda d: variable("day")(d).pop("type")),
    WrongDashboard("a mark's unknown field", SDK, "unexpected field", put(whole, "annotations", "list", 1, colour=1)),
    # Words, by @grafana/schema.
    WrongDashboard(
        "a legend as a grid", SCHEMA, "no LegendDisplayMode", put(lines, "options", "legend", displayMode="grid")
    ),
    WrongDashboard("dots for a line", SCHEMA, "no GraphDrawStyle", put(custom, drawStyle="dots")),
    WrongDashboard("points at times", SCHEMA, "no VisibilityMode", put(custom, showPoints="sometimes")),
    WrongDashboard(
        "a colour by chance",
        SCHEMA,
        "no FieldColorModeId",
        put(panel("status-history"), "fieldConfig", "defaults", "color", mode="random"),
    ),
    WrongDashboard(
        "a tooltip of charts on a map",
        SCHEMA,
        "no geomap.TooltipMode",
        put(panel("geomap"), "options", "tooltip", mode="multi"),
    ),
    WrongDashboard(
        "places by address",
        SCHEMA,
        "no FrameGeometrySourceMode",
        put(panel("geomap"), "options", "layers", 0, "location", mode="address"),
    ),
    WrongDashboard(
        "a cell as a pie",
        SCHEMA,
        "no TableCellDisplayMode",
        put(panel("table"), "fieldConfig", "defaults", "custom", "cellOptions", type="pie"),
    ),
    WrongDashboard("a unit of nothing", SCHEMA, "no unit 'taxis'", put(lines, "fieldConfig", "defaults", unit="taxis")),
    WrongDashboard("options asked for at times", SCHEMA, "no VariableRefresh", put(variable("day"), refresh=9)),
    # The dashboard as a whole.
    WrongDashboard("a uid with a blank", WHOLE, "uid: 'two words' is none", put(whole, uid="two words")),
    WrongDashboard("a uid that is too long", WHOLE, "is none", put(whole, uid="m" * 41)),
    WrongDashboard("the id of one Grafana", WHOLE, "it is of one Grafana", put(whole, id=12)),
    WrongDashboard("an old schema", WHOLE, "schemaVersion: 36", put(whole, schemaVersion=36)),
    WrongDashboard("a zone that is none", WHOLE, "there is no 'Asia/Singapur'", put(whole, timezone="Asia/Singapur")),
    WrongDashboard("a refresh each five seconds", WHOLE, "refresh: '5s'", put(whole, refresh="5s")),
    WrongDashboard(
        "no marks by hand", WHOLE, "Grafana's own is there not once", lambda d: d["annotations"]["list"].pop(0)
    ),
    # Panels.
    WrongDashboard("two panels of one id", PANELS, "two have one id", one_id),
    WrongDashboard("an id of zero", PANELS, "its id is 0", put(lines, id=0)),
    WrongDashboard("a kind that is none", PANELS, "its kind is 'graph'", put(lines, type="graph")),
    WrongDashboard("no title", PANELS, "no title", put(lines, title="")),
    WrongDashboard("no description", PANELS, "no description", lambda d: lines(d).pop("description")),
    WrongDashboard("panels over each other", PANELS, "overlap", put(whole, "panels", 1, "gridPos", y=0)),
    WrongDashboard("a panel over the edge", PANELS, "outside of the grid", put(lines, "gridPos", x=1)),
    WrongDashboard("no unit", PANELS, "no unit", lambda d: lines(d)["fieldConfig"]["defaults"].pop("unit")),
    WrongDashboard(
        "zero for no data", PANELS, "does not say so in words", put(lines, "fieldConfig", "defaults", noValue="0")
    ),
    WrongDashboard(
        "a data source of one Grafana",
        PANELS,
        "not the variable",
        put(lines, datasource={"type": "grafana-athena-datasource", "uid": "P7E099F39B84EA795"}),
    ),
    WrongDashboard(
        "a colour that is none", PANELS, "is no colour", put(value("low", "color"), "value", fixedColor="#12345")
    ),
    # Queries.
    WrongDashboard("no LIMIT", QUERIES, "it has no LIMIT", reworded("LIMIT 10000", "")),
    WrongDashboard("a LIMIT of a million", QUERIES, "it has no LIMIT up to", reworded("LIMIT 10000", "LIMIT 1000000")),
    WrongDashboard(
        "no partition",
        QUERIES,
        "reads all partitions of prod.taxi_availability",
        reworded("dt = DATE", "business_hours OR '' < "),
    ),
    WrongDashboard(
        "the macro of other times",
        QUERIES,
        "$__timeFilter is no macro",
        reworded("dt = DATE", "$__timeFilter(observed_at) AND dt = DATE"),
    ),
    WrongDashboard(
        "a macro that is none", QUERIES, "$__today is no macro", reworded("DATE ${day:sqlstring}", "$__today()")
    ),
    WrongDashboard(
        "a variable that is none",
        QUERIES,
        "there is no variable date",
        reworded("${day:sqlstring}", "${date:sqlstring}"),
    ),
    WrongDashboard(
        "a variable as it is", QUERIES, "not put in as a text of SQL", reworded("${day:sqlstring}", "'${day}'")
    ),
    WrongDashboard(
        "a variable with other quotes",
        QUERIES,
        "not put in as a text",
        reworded("${day:sqlstring}", "${day:singlequote}"),
    ),
    WrongDashboard("no SQL", QUERIES, "cannot be parsed", reworded("SELECT", "SELECT FROM")),
    WrongDashboard(
        "rows in no order", QUERIES, "not in its order", reworded('ORDER BY "time"', 'ORDER BY "taxis_hundreds"')
    ),
    WrongDashboard(
        "rows from the newest", QUERIES, "not in its order", reworded('ORDER BY "time"', 'ORDER BY "time" DESC')
    ),
    WrongDashboard("a chart of a table", QUERIES, "has the format 1", put(query, format=1)),
    WrongDashboard("two queries of one name", QUERIES, "two of one refId", put(query, refId="B")),
    WrongDashboard("no query", QUERIES, "it has no query", put(lines, targets=[])),
    WrongDashboard(
        "a label for no column",
        QUERIES,
        "no query gives 'taxis'",
        put(override("taxis_hundreds"), "matcher", options="taxis"),
    ),
    WrongDashboard(
        "a band to nowhere",
        QUERIES,
        "to which an area is filled",
        put(value("high", "custom.fillBelowTo"), value="lowest"),
    ),
    WrongDashboard(
        "a line of waves", QUERIES, "no line is 'wave'", put(value("median", "custom.lineStyle"), "value", fill="wave")
    ),
    WrongDashboard(
        "a layer of no query",
        QUERIES,
        "which a layer is of",
        put(panel("geomap"), "options", "layers", 1, "filterData", options="C"),
    ),
    WrongDashboard(
        "a layer nowhere",
        QUERIES,
        "gives lat, which a layer is at",
        put(panel("geomap"), "options", "layers", 0, "location", latitude="lat"),
    ),
    WrongDashboard(
        "a query of another source",
        QUERIES,
        "not the variable",
        put(query, datasource={"type": "grafana-athena-datasource", "uid": "other"}),
    ),
    WrongDashboard("a repetition for nothing", QUERIES, "is repeated for source", put(lines, repeat="source")),
    WrongDashboard("a repetition for one value", QUERIES, "no variable of many values", put(lines, repeat="day")),
    WrongDashboard(
        "reuse of another second's result", QUERIES, "makes its text new each second", reused("$__timeFrom()")
    ),
    WrongDashboard(
        "reuse of another minute's result",
        QUERIES,
        "makes its text new each second",
        reused("TIMESTAMP $__rawTimeFrom('yyyy-MM-dd HH:mm')"),
    ),
    WrongDashboard(
        "reuse for longer than a week", QUERIES, "no time that Athena has", reused("TIMESTAMP '2024-05-30'", 10_081)
    ),
    # Variables.
    WrongDashboard("two variables of one name", VARIABLES, "two have one name", put(variable("day"), name="area")),
    WrongDashboard(
        "no data source to choose", VARIABLES, "there is not one data source", lambda d: d["templating"]["list"].pop(0)
    ),
    WrongDashboard(
        "another name of it", VARIABLES, "there is not one data source", put(variable("datasource"), name="ds")
    ),
    WrongDashboard("a variable without a label", VARIABLES, "or no label", put(variable("area"), label="")),
    WrongDashboard("options that stay", VARIABLES, "it stays as it is", put(variable("day"), refresh=1)),
    WrongDashboard(
        "options of another source", VARIABLES, "is not the variable", put(variable("area"), datasource={"uid": "x"})
    ),
    WrongDashboard(
        "a choice that is no option",
        VARIABLES,
        "is no option",
        put(variable("hours"), current={"text": "Night", "value": "night", "selected": True}),
    ),
]
