"""What kinds the nodes of a tree are: by their classes, and through subqueries, WITH and VALUES by their columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.times.kinds import (
    ANY_ZONE,
    INTERVALS,
    MONTH_UNITS,
    UTC,
    ZONES_SET,
    Kind,
    TimeKind,
    note_kind,
    offset_text,
    takes_zone,
    zone_of_text,
    zone_shown,
)
from millrace.athena_sql.statements.with_names import ctes_around

AGAIN = "\n"  # in the name, here, of a column whose name another one has
_BY_TYPE = {
    exp.DType.DATE: Kind.DATE,
    exp.DType.TIME: Kind.TIME,
    exp.DType.TIMESTAMP: Kind.TIMESTAMP,
    exp.DType.TIMESTAMPNTZ: Kind.TIMESTAMP,
    exp.DType.TIMESTAMPTZ: Kind.ZONED,
}
_NO_TIMES = frozenset({*exp.DataType.TEXT_TYPES, exp.DType.BOOLEAN, exp.DType.JSON})
# Functions that give a value of the kind of their first argument, or of several.
_LIKE_FIRST = (
    exp.Alias, exp.Paren, exp.Max, exp.Min, exp.ArgMax, exp.ArgMin, exp.Lag, exp.Lead, exp.FirstValue, exp.LastValue,
    exp.NthValue, exp.AnyValue, exp.Window, exp.Filter, exp.IgnoreNulls, exp.Try, exp.TimestampTrunc, exp.DateTrunc,
    exp.DateAdd, exp.Nullif, exp.Neg, exp.Avg, exp.Sum,
)  # fmt: skip
_LIKE_ALL = (exp.Coalesce, exp.Greatest, exp.Least)
_LIKE_SIDES = (exp.Add, exp.Sub, exp.Mul, exp.Div)
_CONSTANT: dict[type[exp.Expr], TimeKind] = {
    exp.CurrentTimestamp: TimeKind(Kind.ZONED, 3, UTC),
    exp.CurrentDate: TimeKind(Kind.DATE),
    exp.Localtimestamp: TimeKind(Kind.TIMESTAMP),
    exp.Localtime: TimeKind(Kind.TIME),
    exp.FromISO8601Date: TimeKind(Kind.DATE),
    exp.Date: TimeKind(Kind.DATE),
    exp.LastDay: TimeKind(Kind.DATE),
    exp.StrToTime: TimeKind(Kind.TIMESTAMP),
}


def note_kinds(nodes: Iterable[exp.Expr]) -> None:
    """Notes the kinds of these nodes, before any is rewritten."""
    kinds = _Kinds()
    for node in nodes:
        if (found := kinds.of(node)) is not None:
            note_kind(node, found)


def columns_under_star(select: exp.Select, star: exp.Expr) -> list[tuple[str, dict[str, TimeKind | None]]]:
    """Alias and columns of all that a SELECT's `*` or `t.*` stands for; without columns where they are not known."""
    return _Kinds().under_star(select, star)


@dataclass(slots=True)
class _Kinds:
    """`known`: by a node's id; None also while the node is being looked at."""

    known: dict[int, TimeKind | None] = field(default_factory=dict)
    columns: dict[int, dict[str, TimeKind | None]] = field(default_factory=dict)

    def of(self, node: exp.Expr | None) -> TimeKind | None:
        if node is None:
            return None
        if id(node) not in self.known:
            self.known[id(node)] = None
            self.known[id(node)] = self._found(node)
        return self.known[id(node)]

    def _found(self, node: exp.Expr) -> TimeKind | None:
        if constant := _CONSTANT.get(type(node)):
            return constant
        if isinstance(node, _LIKE_FIRST):
            return self.of(node.this)
        if isinstance(node, _LIKE_ALL):
            return self._common([node.this, *node.expressions])
        if isinstance(node, _LIKE_SIDES):
            return self._sides(node)
        return self._composed(node) or self._made(node) or _by_type(node)

    def _composed(self, node: exp.Expr) -> TimeKind | None:
        match node:
            case exp.If():
                return self._common([node.args["true"], node.args.get("false")])
            case exp.Case():
                return self._common([*(one.args["true"] for one in node.args["ifs"]), node.args.get("default")])
            case exp.Query():
                return next(iter(self._columns(node).values()), None)
            case exp.Column():
                return self._column(node)
        return None

    def _made(self, node: exp.Expr) -> TimeKind | None:
        match node:
            case exp.Cast():
                return self._cast(node)
            case exp.Interval():
                return TimeKind(Kind.MONTHS if _unit(node) in MONTH_UNITS else Kind.SECONDS)
            case exp.FromISO8601Timestamp(this=exp.Expr()):
                if node.this.is_string:
                    return TimeKind(Kind.ZONED, 3, zone_of_text(node.this.name))
                return TimeKind(Kind.ZONED, 3, "" if takes_zone(node) else UTC)
            case exp.UnixToTime():
                return TimeKind(Kind.ZONED, 3, _zone_of_unix(node))
            case exp.ParseDatetime():
                return TimeKind(Kind.ZONED, 3, UTC)
            case exp.AtTimeZone():
                return self._in_zone(node.this, node.args["zone"])
            case exp.Anonymous() if str(node.this).lower() in ZONES_SET and len(node.expressions) == 2:
                return self._in_zone(*node.expressions)
            case exp.Anonymous() if str(node.this).lower() == "parse_duration":
                return TimeKind(Kind.SECONDS)
        return None

    def _in_zone(self, value: exp.Expr, zone: exp.Expr) -> TimeKind:
        before = self.of(value)
        return TimeKind(Kind.ZONED, before.precision if before else 3, zone_shown(zone.name) if zone.is_string else "")

    def _cast(self, node: exp.Cast) -> TimeKind | None:
        kind = _BY_TYPE.get(node.to.this)
        if kind is None:
            return None
        given = node.to.find(exp.DataTypeParam)
        precision = int(given.name) if given and given.name.isdigit() else 3
        if kind is not Kind.ZONED:
            return TimeKind(kind, precision)
        if isinstance(node.this, exp.Null):
            return TimeKind(kind, precision, ANY_ZONE)
        before = self.of(node.this)
        if before is not None:
            return TimeKind(kind, precision, before.zone if before.kind is Kind.ZONED else UTC)
        return TimeKind(kind, precision, zone_of_text(node.this.name) if node.this.is_string else "")

    def _sides(self, node: exp.Expr) -> TimeKind | None:
        left, right = self.of(node.this), self.of(node.expression)
        is_shift = [side is not None and side.kind in INTERVALS for side in (left, right)]
        if left and right and isinstance(node, exp.Sub) and not any(is_shift):
            return TimeKind(Kind.SECONDS)
        if all(is_shift):
            return left if isinstance(node, exp.Add | exp.Sub) else None
        if not any(is_shift):
            return None
        value, shift = (right, left) if is_shift[0] else (left, right)
        if isinstance(node, exp.Mul | exp.Div) or value is None or shift is None:
            return shift if isinstance(node, exp.Mul | exp.Div) else None
        return replace(value, precision=max(value.precision, 3 if shift.kind is Kind.SECONDS else 0))

    def _common(self, nodes: Iterable[exp.Expr | None]) -> TimeKind | None:
        return _common(self.of(node) for node in nodes if node is not None and not isinstance(node, exp.Null))

    def _column(self, column: exp.Column) -> TimeKind | None:
        """That of the column of a subquery, a WITH or VALUES that it names."""
        if column.type is not None and column.type.this in _NO_TIMES:
            return None
        name, table = column.name.lower(), column.table.lower()
        select = column.find_ancestor(exp.Select)
        while select is not None:
            for source in _sources(select):
                if table in ("", source.alias_or_name.lower()) and name in (found := self.source(source)):
                    return found[name]
            select = select.find_ancestor(exp.Select)
        return None

    def under_star(self, select: exp.Select, star: exp.Expr) -> list[tuple[str, dict[str, TimeKind | None]]]:
        table = star.table.lower() if isinstance(star, exp.Column) else ""
        sources = [one for one in _sources(select) if table in ("", one.alias_or_name.lower())]
        return [(one.alias_or_name, self.source(one)) for one in sources]

    def source(self, source: exp.Expr) -> dict[str, TimeKind | None]:
        alias = source.args.get("alias")
        names = [one.name.lower() for one in alias.columns] if isinstance(alias, exp.TableAlias) else []
        match source:
            case exp.Subquery():
                return _renamed(self._columns(source.this), names)
            case exp.Values():
                rows = [one.expressions if isinstance(one, exp.Tuple) else [one] for one in source.expressions]
                return dict(zip(names, map(self._common, zip(*rows, strict=False)), strict=False))
            case exp.Unnest():
                return dict(zip(names, map(self._element, source.expressions), strict=False))
            case exp.Table(this=exp.Query() as view):
                return self._columns(view)
            case exp.Table() if not source.args.get("db"):
                query = next(ctes_around(source, source.name), None)
                return {} if query is None else _renamed(self._columns(query.this), names or _names(query))
        return {}

    def _element(self, node: exp.Expr) -> TimeKind | None:
        """Of an array's entries."""
        if isinstance(node, exp.GenerateSeries):
            return self.of(node.args["start"])
        return self._common(node.expressions) if isinstance(node, exp.Array) else None

    def _columns(self, query: exp.Expr) -> dict[str, TimeKind | None]:
        """By name, in order; of a star: those of all that it stands for."""
        if id(query) not in self.columns:
            self.columns[id(query)] = {}  # also while they are being looked at: a query may read itself
            self.columns[id(query)] = self._columns_of(query)
        return self.columns[id(query)]

    def _columns_of(self, query: exp.Expr) -> dict[str, TimeKind | None]:
        while isinstance(query, exp.Subquery):
            query = query.this
        if isinstance(query, exp.SetOperation):
            left, right = self._columns(query.this), self._columns(query.expression)
            return {
                name: _common(both)
                for name, both in zip(left, zip(left.values(), right.values(), strict=False), strict=False)
            }
        found: dict[str, TimeKind | None] = {}
        if not isinstance(query, exp.Select):
            return found
        for at, one in enumerate(query.expressions):
            if one.is_star:
                for _, columns in self.under_star(query, one):
                    for name, kind in columns.items():
                        _add(found, name, kind)
            else:
                name = one.output_name if isinstance(one, exp.Alias | exp.Column | exp.Dot) else one.alias
                _add(found, name.lower() or f"_col{at}", self.of(one))
        return found


def _add(columns: dict[str, TimeKind | None], name: str, kind: TimeKind | None) -> None:
    columns[f"{name}{AGAIN}{len(columns)}" if name in columns else name] = kind


def _common(kinds: Iterable[TimeKind | None]) -> TimeKind | None:
    """The kind of values that may be of any of these; without a zone where the zones differ."""
    found = [kind for kind in kinds if kind is not None]
    if not found:
        return None
    order = list(Kind)
    widest = max(found, key=lambda one: order.index(one.kind))
    precision = max(one.precision for one in found)
    if widest.kind is not Kind.ZONED:
        return replace(widest, precision=precision)
    zones = {one.zone if one.kind is Kind.ZONED else UTC for one in found} - {ANY_ZONE} or {ANY_ZONE}
    return replace(widest, precision=precision, zone=zones.pop() if len(zones) == 1 else "")


def _by_type(node: exp.Expr) -> TimeKind | None:
    kind = _BY_TYPE.get(node.type.this) if node.type is not None else None
    return TimeKind(kind) if kind else None


def _unit(interval: exp.Interval) -> str:
    unit = interval.args.get("unit")
    return (unit.this.name if isinstance(unit, exp.IntervalSpan) else unit.name).upper() if unit else ""


def _zone_of_unix(node: exp.UnixToTime) -> str:
    zone, hours = node.args.get("zone"), node.args.get("hours")
    if hours is not None:
        minutes = node.args.get("minutes")
        return zone_shown(offset_text(hours, minutes))
    return UTC if zone is None else zone_shown(zone.name) if zone.is_string else ""


def _sources(select: exp.Select) -> Iterator[exp.Expr]:
    first = select.args.get("from_")
    for part in [first, *(select.args.get("joins") or ()), *(select.args.get("laterals") or ())]:
        if part is not None:
            yield part.this if isinstance(part, exp.From | exp.Join) else part


def _names(cte: exp.CTE) -> list[str]:
    alias = cte.args.get("alias")
    return [one.name.lower() for one in alias.columns] if isinstance(alias, exp.TableAlias) else []


def _renamed(columns: dict[str, TimeKind | None], names: list[str]) -> dict[str, TimeKind | None]:
    return dict(zip(names, columns.values(), strict=False)) if names else columns
