"""The check of Millrace's own statements: none may hold a construct that is silently different between engines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify

from athena_sql import dialect
from athena_sql.dialect import ATHENA, REFUSED, Refusal
from athena_sql.parsing import parse_query
from athena_sql.ports import Statement
from athena_sql.tables import RAW_COLUMNS, tables

_ROUNDED = (exp.Floor, exp.Ceil, exp.Round)
_DOUBLE = frozenset({exp.DType.DOUBLE})
_DATE = frozenset({exp.DType.DATE})


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
    tree = _typed(parse_query(statement))
    found = [
        Problem(statement.name, *_position(node), refusal.construct, refusal.alternative)
        for node, refusal in chain(_listed(tree), _depending_on_types(tree), _json_objects(tree))
    ]
    return sorted(set(found), key=lambda problem: (problem.line, problem.column, problem.construct))


def _listed(tree: exp.Query) -> Iterator[tuple[exp.Expr, Refusal]]:
    for node in tree.walk():
        name = str(node.this).upper() if isinstance(node, exp.Anonymous) else ""
        for refusal in REFUSED:
            if isinstance(node, refusal.nodes) or name in refusal.functions:
                yield node, refusal


def _depending_on_types(tree: exp.Query) -> Iterator[tuple[exp.Expr, Refusal]]:
    for node in tree.walk():
        if isinstance(node, exp.Div) and not (_is(node.this, _DOUBLE) or _is(node.expression, _DOUBLE)):
            yield node, dialect.REFUSED_DIVISION
        elif isinstance(node, exp.DataType) and node.this in dialect.ZONED:
            yield node, dialect.REFUSED_ZONED
        elif isinstance(node, exp.DataType) and node.this is exp.DType.DECIMAL and not node.expressions:
            yield node, dialect.REFUSED_BARE_DECIMAL
        elif isinstance(node, exp.Bracket) and not node.args.get("safe"):
            yield node, dialect.REFUSED_SUBSCRIPT
        elif isinstance(node, exp.Add | exp.Sub) and _date_and_interval(node):
            yield node, dialect.REFUSED_DATE_INTERVAL
        elif isinstance(node, exp.Cast) and _drops_a_fraction(node):
            yield node, dialect.REFUSED_INTEGER_CAST


def _json_objects(tree: exp.Query) -> Iterator[tuple[exp.Expr, Refusal]]:
    """A path is known to lead to an object when it is the root, or when the statement also looks inside it."""
    extracts = list(tree.find_all(exp.JSONExtract, exp.JSONExtractScalar))
    paths = [(extract.this.sql(ATHENA), extract.expression.sql(ATHENA).strip("'")) for extract in extracts]
    for extract, (column, path) in zip(extracts, paths, strict=True):
        deeper = any(other == column and longer.startswith((f"{path}.", f"{path}[")) for other, longer in paths)
        if isinstance(extract, exp.JSONExtractScalar) and (path == "$" or deeper):
            yield extract, dialect.REFUSED_JSON_SCALAR


def _date_and_interval(node: exp.Binary) -> bool:
    sides = (node.this, node.expression)
    return any(_is(side, _DATE) for side in sides) and any(side.find(exp.Interval) for side in sides)


def _drops_a_fraction(node: exp.Cast) -> bool:
    return (
        node.to.this in dialect.INTEGERS and not isinstance(node.this, _ROUNDED) and _is(node.this, dialect.FRACTIONS)
    )


def _is(node: exp.Expr, types: frozenset[exp.DType]) -> bool:
    return node.type is not None and node.type.this in types


def _typed(tree: exp.Query) -> exp.Query:
    """The tree with the types that can be known from the declared tables; without them if a name cannot be resolved."""
    schema = _schema(tree)
    try:
        qualified = qualify(
            tree.copy(), schema=schema, dialect=ATHENA, validate_qualify_columns=False, quote_identifiers=False
        )
        typed = annotate_types(qualified, schema=schema, dialect=ATHENA)
    except SqlglotError:
        typed = annotate_types(tree.copy(), dialect=ATHENA)
    return typed if isinstance(typed, exp.Query) else tree


def _schema(tree: exp.Query) -> dict[str, Any]:
    declared = {table.name: table.columns for table in tables()}
    schema: dict[str, Any] = {}
    for node in tree.find_all(exp.Table):
        name = f"{node.db}.{node.name}".lower()
        columns = RAW_COLUMNS if node.db.lower() == "raw" else declared.get(name)
        if columns:
            types = {column.name: "varchar" if column.type == "string" else column.type for column in columns}
            schema.setdefault(node.db.lower(), {})[node.name.lower()] = types
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
