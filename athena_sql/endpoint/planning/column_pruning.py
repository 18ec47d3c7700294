"""Which of a table's columns a query can mean: what a reader leaves out, the engine need not bind."""

from __future__ import annotations

from sqlglot import exp

from millrace.athena_sql.ports import Column


def named_columns(table: exp.Table, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """Those whose names stand anywhere in the query around `table`; all of them, where it may mean more than it names.

    At least one: a SELECT has columns.
    """
    query = table.root()
    if _has_positions(table) or any(_means_all(node) for node in query.find_all(exp.Star, exp.Join)):
        return columns
    names = {identifier.name.lower() for identifier in query.find_all(exp.Identifier)}
    return tuple(column for column in columns if column.name.lower() in names) or columns[:1]


def _has_positions(table: exp.Table) -> bool:
    """`FROM t AS a (x, y)` names columns by their places."""
    alias = table.args.get("alias")
    return alias is not None and bool(alias.args.get("columns"))


def _means_all(node: exp.Expr) -> bool:
    match node:
        case exp.Join():
            return bool(node.args.get("method"))  # NATURAL
        case _:
            return not isinstance(node.parent, exp.Count)
