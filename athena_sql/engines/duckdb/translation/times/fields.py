"""Rewrites of times: differences, fields, and what a query's own columns need to keep of their kinds."""

from __future__ import annotations

from collections.abc import Iterator

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.casts import text_cast
from millrace.athena_sql.engines.duckdb.translation.parts import call, row, unsupported
from millrace.athena_sql.engines.duckdb.translation.times.carriers import TEXT
from millrace.athena_sql.engines.duckdb.translation.times.formats import text_of_time
from millrace.athena_sql.engines.duckdb.translation.times.intervals import check_units, interval_field, text_of_interval
from millrace.athena_sql.engines.duckdb.translation.times.kind_finder import AGAIN, columns_under_star, note_kinds
from millrace.athena_sql.engines.duckdb.translation.times.kinds import (
    ANY_ZONE,
    INTERVALS,
    LOCAL,
    ZONE_NAMES,
    Kind,
    is_interval,
    noted,
)
from millrace.athena_sql.engines.duckdb.translation.times.zones import (
    SOURCE_NAMES,
    SOURCES,
    UNKNOWN,
    instant_of,
    is_zoned,
    refuse_lost_zone,
    zone_field,
    zoned_text,
)
from millrace.athena_sql.statements.places import place_of
from millrace.errors import StatementFailed

_EXTRACTED = {
    **{name: name for name in ("YEAR", "QUARTER", "MONTH", "WEEK", "DAY", "DOY", "HOUR", "MINUTE", "SECOND")},
    "DAY_OF_MONTH": "DAY", "DAY_OF_WEEK": "ISODOW", "DOW": "ISODOW", "DAYOFWEEK": "ISODOW", "DAY_OF_YEAR": "DOY",
    "YEAR_OF_WEEK": "ISOYEAR", "YOW": "ISOYEAR",
}  # fmt: skip
_LACKS = {Kind.DATE: ("HOUR", "MINUTE", "SECOND"), Kind.TIME: frozenset(_EXTRACTED) - {"HOUR", "MINUTE", "SECOND"}}
# Nodes whose parts' kinds count.
_OF_KINDS = (
    *LOCAL, exp.Extract, exp.Cast, exp.TimestampTrunc, exp.DateTrunc, exp.DateAdd, exp.DateDiff, exp.Add, exp.Sub,
    exp.Mul, exp.Div, exp.Sum, exp.Avg, exp.AtTimeZone,
    exp.GenerateSeries,
)  # fmt: skip
_OF_KIND_NAMES = ZONE_NAMES | {"to_milliseconds"}
_CARRIED = (*INTERVALS, Kind.TIME)
_COMPARISONS = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE)
_NESTING = (exp.Array, exp.Struct, exp.ArrayAgg, exp.Map)
_HOLDERS = (*_NESTING, exp.DPipe, exp.Concat)  # an interval inside one of these would not be shown as Athena does
_STAR = "* over a time with a zone or an interval; use instead: the columns' names"
_SEVERAL_ZONES = (
    "times of several zones are not compared here; use instead: x AT TIME ZONE 'UTC', or another zone, around each"
)


def note_times(query: exp.Query) -> None:
    """Notes the kinds that rewrites ask for, before any node is rewritten.

    Raises StatementFailed for a zone or an interval where it would be lost.
    """
    nodes = list(query.walk())
    has_intervals = any(map(_makes_interval, nodes))
    parts = [part for node in nodes if _is_of_kinds(node, has_intervals) for part in _parts_of(node)]
    if any(map(_has_zones, nodes)):
        expand_stars(query)
        note_kinds(list(query.walk()))
        for node in nodes:
            refuse_lost_zone(node)
        for part in parts:
            if noted(part) is None and isinstance(part, exp.Column | exp.Func | exp.Bracket | exp.Dot):
                part.meta[UNKNOWN] = True
    elif parts or has_intervals:
        expand_stars(query)
        holders = _HOLDERS if has_intervals else _NESTING
        nested = [part for node in nodes if isinstance(node, holders) for part in node.iter_expressions()]
        note_kinds([*parts, *_results(query), *nested])
    for node in nodes:
        if isinstance(node, _HOLDERS) and any(is_interval(part) for part in node.iter_expressions()):
            raise unsupported(node, "an interval inside this is not supported; use instead: CAST(x AS VARCHAR)")


def expand_stars(query: exp.Query) -> None:
    """Names the columns that a star stands for where one of them needs a carrier."""
    for star in [one for one in _results(query) if one.is_star]:
        select = star.parent
        if not isinstance(select, exp.Select):
            continue
        found = columns_under_star(select, star)
        kinds = [kind for _, columns in found for kind in columns.values() if kind is not None]
        if not any(kind.kind in _CARRIED or kind.kind is Kind.ZONED for kind in kinds):
            continue
        is_using = any(join.args.get("using") for join in select.args.get("joins") or ())
        if is_using or not all(columns and AGAIN not in "".join(columns) for _, columns in found):
            raise unsupported(star, _STAR)
        names = [exp.column(name, table=table or None, quoted=True) for table, columns in found for name in columns]
        named = [part for one in select.expressions for part in (names if one is star else [one])]
        select.set("expressions", named)


def _makes_interval(node: exp.Expr) -> bool:
    return isinstance(node, exp.Interval) or (
        isinstance(node, exp.Anonymous) and str(node.this).lower() == "parse_duration"
    )


def _has_zones(node: exp.Expr) -> bool:
    """Whether the node makes a time with a zone."""
    if isinstance(node, exp.Anonymous):
        return str(node.this).lower() in SOURCE_NAMES
    return isinstance(node, SOURCES) or (isinstance(node, exp.Cast) and node.to.this is exp.DType.TIMESTAMPTZ)


def _is_of_kinds(node: exp.Expr, has_intervals: bool) -> bool:
    if has_intervals and isinstance(node, _COMPARISONS):
        return True
    return isinstance(node, _OF_KINDS) or (isinstance(node, exp.Anonymous) and str(node.this).lower() in _OF_KIND_NAMES)


def _parts_of(node: exp.Expr) -> list[exp.Expr]:
    if isinstance(node, exp.Anonymous):
        return node.expressions[:1]
    return [
        part for name in ("this", "expression", "start", "step") if isinstance(part := node.args.get(name), exp.Expr)
    ]


def _results(query: exp.Query) -> Iterator[exp.Expr]:
    """The columns of the whole query, of each of its parts if it is a UNION."""
    for part in _parts(query):
        if isinstance(part, exp.Select):
            yield from part.expressions


def _parts(query: exp.Expr) -> Iterator[exp.Query]:
    """The SELECTs that give the query's rows, and the UNIONs over them."""
    if isinstance(query, exp.Subquery):
        yield from _parts(query.this)
    elif isinstance(query, exp.SetOperation):
        yield query
        yield from _parts(query.this)
        yield from _parts(query.expression)
    elif isinstance(query, exp.Select):
        yield query


def carry_results(query: exp.Query) -> None:
    """A result column whose kind DuckDB's types do not have becomes a carrier: a STRUCT with a field of the kind's name
    (`carriers.py`). Raises StatementFailed for a time whose zone is not known, or would make rows differ."""
    parts = list(_parts(query))
    selects = [part.expressions for part in parts if isinstance(part, exp.Select)]
    _require_columns(selects)
    for columns in list(zip(*selects, strict=False)):
        values = [_value_of(column) for column in columns]
        if any(map(is_zoned, values)):
            _require_comparable(values, parts)
            for value in values:
                if not isinstance(value, exp.Null):
                    _carry(value, Kind.ZONED, instant_of(value), zoned_text(value, 3))
            continue
        for column, value in zip(columns, values, strict=True):
            kind = noted(column)
            if kind is not None and kind.kind in _CARRIED:
                shown = text_of_time(value, kind) if kind.kind is Kind.TIME else text_of_interval(value, kind)
                _carry(value, kind.kind, value.copy(), shown)


def _value_of(column: exp.Expr) -> exp.Expr:
    """A column without its name, which a subquery has in itself. Changes the tree in place."""
    if isinstance(column, exp.Subquery) and column.alias:
        value = column.copy()
        value.set("alias", None)
        column.replace(exp.Alias(this=value, alias=column.args["alias"].this))
        return value
    return column.this if isinstance(column, exp.Alias) else column


def _require_columns(selects: list[list[exp.Expr]]) -> None:
    """Raises StatementFailed for a star whose columns are not known, in a UNION that has carriers."""
    columns = [column for one in selects for column in one]
    star = next((column for column in columns if column.is_star), None)
    if star is None or len(selects) == 1:
        return
    kinds = [kind for column in columns if (kind := noted(column)) is not None]
    if any(kind.kind in _CARRIED for kind in kinds) or any(map(is_zoned, columns)):
        raise unsupported(star, _STAR)


def _require_comparable(values: list[exp.Expr], parts: list[exp.Query]) -> None:
    """Raises StatementFailed where rows are put together by a column of several zones: one instant is one row."""
    zones = {kind.zone for value in values if (kind := noted(value)) is not None} - {ANY_ZONE}
    if "" not in zones and len(zones) == 1:
        return
    is_computed = all(value.find(exp.AggFunc) for value in values)
    if any(part.args.get("distinct") or (part.args.get("group") and not is_computed) for part in parts):
        raise unsupported(values[0], _SEVERAL_ZONES)


def _carry(value: exp.Expr, kind: Kind, given: exp.Expr, shown: exp.Expr) -> None:
    carrier = row([(kind.value, given), (TEXT, shown)], quoted=True)
    is_named = isinstance(value, exp.Column | exp.Dot) and not isinstance(value.parent, exp.Alias)
    value.replace(exp.alias_(carrier, value.output_name.lower(), quoted=True) if is_named else carrier)


def date_of(node: exp.Expr) -> exp.Expr:
    """date(x): a cast."""
    if [part for part in node.args.values() if part] != [node.this]:
        raise StatementFailed("FUNCTION_NOT_FOUND", f"{place_of(node)}: Unexpected parameters for function date")
    cast = exp.Cast(this=node.this.copy(), to=exp.DataType.build("DATE"), safe=False)
    return text_cast(cast) or cast


def date_diff(node: exp.Expr) -> exp.Expr:
    """Whole units that have passed, not boundaries crossed: from 10:59 to 11:01 is 0 hours."""
    check_units(node)
    unit = exp.Literal.string(node.args["unit"].name.lower() if node.args.get("unit") else "day")
    return call("DATE_SUB", unit, node.expression.copy(), node.this.copy())


def extract_field(node: exp.Expr) -> exp.Expr | None:
    """Trino's fields under DuckDB's names: Sunday is 7."""
    if (changed := interval_field(node) or zone_field(node)) is not None:
        return changed
    field = node.name.upper()
    if field not in _EXTRACTED:
        raise StatementFailed("SYNTAX_ERROR", f"{place_of(node)}: Invalid EXTRACT field: {field}")
    kind = noted(node.expression)
    if kind is not None and field in _LACKS.get(kind.kind, ()):
        raise StatementFailed("TYPE_MISMATCH", f"{place_of(node)}: Cannot extract {field} from {kind.kind.value}")
    if _EXTRACTED[field] == field:
        return None
    return exp.Extract(this=exp.var(_EXTRACTED[field]), expression=node.expression.copy())
