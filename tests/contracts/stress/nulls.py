"""Where a NULL may be in a statement over VALUES or the certified tables: which nodes are given one."""

from __future__ import annotations

from collections.abc import Iterator, Set

from sqlglot import exp

from millrace.athena_sql.portability.certified_tables import TABLES
from millrace.athena_sql.ports import ParquetData, RowData

_NEVER = (exp.Count, exp.CountIf, exp.DenseRank, exp.Exists, exp.Is, exp.Rank, exp.RowNumber)
_NEVER_COMPARED = (exp.NullSafeEQ, exp.NullSafeNEQ)
_FROM_VALUES = (exp.Bracket, exp.JSONExtract, exp.JSONExtractScalar, exp.Lag, exp.Lead, exp.Nullif, exp.TryCast)


def nodes_that_may_be_null(tree: exp.Query) -> Set[int]:
    """The ids of nodes that are given a value which may be NULL, and of such values in PARTITION BY."""
    names = _nullable_names(tree)
    found = {id(node) for node in tree.walk() if any(_may_be_null(part, names) for part in _given(node))}
    parts = [part for window in tree.find_all(exp.Window) for part in window.args.get("partition_by") or ()]
    return found | {id(part) for part in parts if _may_be_null(part, names)}


def _nullable_names(tree: exp.Query) -> Set[str]:
    """The names of columns and of lambdas' parameters that may be NULL, wherever in the statement they are."""
    names: set[str] = set()
    size = -1
    while len(names) > size:
        size = len(names)
        for node in tree.walk():
            names |= {name.lower() for name in _named_by(node, names)}
    return names


def _named_by(node: exp.Expr, names: Set[str]) -> Iterator[str]:
    match node:
        case exp.Table():
            data = TABLES.get(f"{node.db}.{node.name}".lower())
            yield from (column.name for column in data.columns) if isinstance(data, RowData | ParquetData) else ()
        case exp.Values():
            rows = [row.expressions if isinstance(row, exp.Tuple) else [row] for row in node.expressions]
            yield from _nullable_columns(node, [list(values) for values in zip(*rows, strict=True)], names)
        case exp.Unnest():
            yield from _nullable_columns(node, [[value] for value in node.expressions], names)
        case exp.Alias() if _may_be_null(node.this, names):
            yield node.alias
        case exp.Transform() | exp.ArrayFilter() if _may_be_null(node.this, names):
            yield from (one.name for one in node.expression.find_all(exp.Identifier) if one.parent is node.expression)


def _nullable_columns(node: exp.Expr, values: list[list[exp.Expr]], names: Set[str]) -> Iterator[str]:
    """`values`: those of each column."""
    alias = node.args.get("alias") or (node.parent.args.get("alias") if node.parent else None)
    columns = alias.columns if isinstance(alias, exp.TableAlias) else []
    for column, of_column in zip(columns, values, strict=False):
        if any(_may_be_null(value, names) for value in of_column):
            yield column.name


def _given(node: exp.Expr) -> Iterator[exp.Expr]:
    if isinstance(node, exp.Distinct) and not node.expressions and isinstance(node.parent, exp.Select):
        yield from node.parent.selects
    elif isinstance(node, exp.SetOperation):
        yield from (*node.left.selects, *node.right.selects)
    elif isinstance(node, exp.Window):
        yield from node.this.iter_expressions()
    else:
        yield from node.iter_expressions()


def _may_be_null(node: exp.Expr, names: Set[str]) -> bool:
    match node:
        case exp.Null():
            return True
        case exp.Column() | exp.Identifier():
            return node.name.lower() in names
        case exp.Coalesce():
            return all(_may_be_null(part, names) for part in (node.this, *node.expressions))
        case exp.Query():
            return any(_may_be_null(one.unalias(), names) for one in node.selects)
        case exp.Case() if node.args.get("default") is None:
            return True
    if isinstance(node, _NEVER + _NEVER_COMPARED):
        return False
    return isinstance(node, _FROM_VALUES) or any(_may_be_null(part, names) for part in node.iter_expressions())
