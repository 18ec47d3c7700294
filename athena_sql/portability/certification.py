"""The check of Millrace's own statements: none may hold what differs between engines, or what no case proves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain, dropwhile
from typing import Any

from sqlglot import exp

from millrace.athena_sql.portability import dialect
from millrace.athena_sql.portability.constructs import certified, constructs
from millrace.athena_sql.portability.dialect import ATHENA, REFUSED, Refusal
from millrace.athena_sql.ports import Statement
from millrace.athena_sql.statements.parsing import parse_query
from millrace.athena_sql.statements.typed_trees import column_types, typed
from millrace.athena_sql.tables import RAW_COLUMNS, tables

_ROUNDED = (exp.Floor, exp.Ceil, exp.Round)
_DOUBLE = frozenset({exp.DType.DOUBLE})
_DATE = frozenset({exp.DType.DATE})
_DECIMAL = frozenset({exp.DType.DECIMAL})
_TOLD_DIFFERENTLY = frozenset({exp.DType.DOUBLE, exp.DType.FLOAT, exp.DType.TIMESTAMP})


@dataclass(frozen=True, slots=True)
class Problem:
    """`line` and `column` count from 1."""

    statement: str
    line: int
    column: int
    construct: str
    alternative: str

    def __str__(self) -> str:
        return f"{self.statement}, line {self.line}, column {self.column}: {self.construct}; instead {self.alternative}"


def check(statement: Statement) -> list[Problem]:
    """What must not stand in this statement, in the order of the text. Raises QueryError when it cannot be read."""
    query = parse_query(statement)
    tree = typed(query, _schema(query))
    refused = list(chain(_listed(tree), _depending_on_types(tree), _unnested(query), _json_objects(tree)))
    told = {refusal.construct for _, refusal in refused}
    found = [
        Problem(statement.name, *_position(node), refusal.construct, refusal.alternative)
        for node, refusal in chain(refused, [] if told else _not_certified(query))
    ]
    return sorted(set(found), key=lambda problem: (problem.line, problem.column, problem.construct))


def _not_certified(query: exp.Query) -> Iterator[tuple[exp.Expr, Refusal]]:
    known = certified()
    for node, name in constructs(query):
        if name not in known:
            yield node, Refusal(f"{name} is not certified", dialect.NOT_CERTIFIED)


def _listed(tree: exp.Query) -> Iterator[tuple[exp.Expr, Refusal]]:
    for node in tree.walk():
        name = str(node.this).upper() if isinstance(node, exp.Anonymous) else ""
        for refusal in REFUSED:
            if isinstance(node, refusal.nodes) or name in refusal.functions:
                yield node, refusal


def _depending_on_types(tree: exp.Query) -> Iterator[tuple[exp.Expr, Refusal]]:
    for node in tree.walk():
        for kind, refused, refusal in _BY_TYPES:
            if isinstance(node, kind) and refused(node):
                yield node, refusal


def _unnested(query: exp.Query) -> Iterator[tuple[exp.Expr, Refusal]]:
    for unnest in query.find_all(exp.Unnest):
        join = unnest.parent
        if len(unnest.expressions) > 1:
            yield unnest, dialect.REFUSED_MANY_UNNEST
        if unnest.args.get("offset"):
            yield unnest, dialect.REFUSED_ORDINALITY
        if isinstance(join, exp.Join) and join.side:
            yield unnest, dialect.REFUSED_OUTER_UNNEST
    for select in query.find_all(exp.Select):
        joins = [join for join in select.args.get("joins") or [] if isinstance(join, exp.Join)]
        after = dropwhile(lambda join: not isinstance(join.this, exp.Unnest), joins)
        others = [join for join in after if join.args.get("on") and not isinstance(join.this, exp.Unnest)]
        yield from ((join, dialect.REFUSED_JOIN_AFTER_UNNEST) for join in others)


def _json_objects(tree: exp.Query) -> Iterator[tuple[exp.Expr, Refusal]]:
    """A path is known to lead to an object when it is the root, or when the statement also looks inside it."""
    extracts = list(tree.find_all(exp.JSONExtract, exp.JSONExtractScalar))
    paths = [(extract.this.sql(ATHENA), extract.expression.sql(ATHENA).strip("'")) for extract in extracts]
    for extract, (column, path) in zip(extracts, paths, strict=True):
        deeper = any(other == column and longer.startswith((f"{path}.", f"{path}[")) for other, longer in paths)
        if isinstance(extract, exp.JSONExtractScalar) and (path == "$" or deeper):
            yield extract, dialect.REFUSED_JSON_SCALAR


def _divides_no_double(node: exp.Div) -> bool:
    return not (_is(node.this, _DOUBLE) or _is(node.expression, _DOUBLE))


def _date_and_interval(node: exp.Binary) -> bool:
    sides = (node.this, node.expression)
    return any(_is(side, _DATE) for side in sides) and any(side.find(exp.Interval) for side in sides)


def _drops_a_fraction(node: exp.Cast) -> bool:
    return node.to.this in dialect.INTEGERS and _is(node.this, dialect.FRACTIONS) and not _is_whole(node.this)


def _is_whole(node: exp.Expr) -> bool:
    """Whether a DOUBLE or DECIMAL has no fraction: rounded, or a sum, difference or product of such."""
    if isinstance(node, exp.Add | exp.Sub | exp.Mul):
        return _is_whole(node.this) and _is_whole(node.expression)
    if isinstance(node, exp.Paren | exp.Neg):
        return _is_whole(node.this)
    return isinstance(node, _ROUNDED) or _is(node, dialect.INTEGERS)


def _hides_its_direction(node: exp.GenerateSeries) -> bool:
    ends = [node.args.get("start"), node.args.get("end")]
    numbers = [int(end.name) for end in ends if isinstance(end, exp.Literal) and end.name.isdigit()]
    return len(numbers) < len(ends) or numbers[0] > numbers[1]


def _is_text(type_: exp.DataType) -> bool:
    return type_.this in exp.DataType.TEXT_TYPES


def _is(node: exp.Expr, types: frozenset[exp.DType]) -> bool:
    return node.type is not None and node.type.this in types


# What depends on types: the node, whether it is refused, and as what.
_BY_TYPES: tuple[tuple[type[exp.Expr], Callable[[Any], bool], Refusal], ...] = (
    (exp.Div, _divides_no_double, dialect.REFUSED_DIVISION),
    (exp.DataType, lambda node: node.this in dialect.ZONED, dialect.REFUSED_ZONED),
    (exp.Bracket, lambda node: not node.args.get("safe"), dialect.REFUSED_SUBSCRIPT),
    (exp.Add, _date_and_interval, dialect.REFUSED_DATE_INTERVAL),
    (exp.Sub, _date_and_interval, dialect.REFUSED_DATE_INTERVAL),
    (exp.Cast, _drops_a_fraction, dialect.REFUSED_INTEGER_CAST),
    (exp.Cast, lambda node: _is_text(node.to) and _is(node.this, _TOLD_DIFFERENTLY), dialect.REFUSED_TEXT_CAST),
    (exp.Round, lambda node: bool(node.args.get("decimals")) and _is(node.this, _DOUBLE), dialect.REFUSED_ROUND),
    (exp.Avg, lambda node: _is(node.this, _DECIMAL), dialect.REFUSED_MEAN),
    (exp.Floor, lambda node: _is(node.this, dialect.INTEGERS), dialect.REFUSED_WHOLE_FLOOR),
    (exp.Ceil, lambda node: _is(node.this, dialect.INTEGERS), dialect.REFUSED_WHOLE_FLOOR),
    (exp.TimestampTrunc, lambda node: _is(node.this, _DATE), dialect.REFUSED_DATE_TRUNC),
    (exp.DateTrunc, lambda _: True, dialect.REFUSED_DATE_TRUNC),
    (exp.GenerateSeries, _hides_its_direction, dialect.REFUSED_SEQUENCE),
)


def _schema(tree: exp.Query) -> dict[str, Any]:
    declared = {table.name: table.columns for table in tables()}
    schema: dict[str, Any] = {}
    for node in tree.find_all(exp.Table):
        name = f"{node.db}.{node.name}".lower()
        columns = RAW_COLUMNS if node.db.lower() == "raw" else declared.get(name)
        if columns:
            schema.setdefault(node.db.lower(), {})[node.name.lower()] = column_types(columns)
    return schema


def _position(node: exp.Expr) -> tuple[int, int]:
    """Where the node, or else what stands around it, begins."""
    around: exp.Expr | None = node
    while around is not None:
        places = [part.meta for part in around.walk() if "start" in part.meta]
        if places:
            first = min(places, key=lambda meta: int(meta["start"]))
            return int(first["line"]), int(first["col"]) - int(first["end"]) + int(first["start"])
        around = around.parent
    return 1, 1
