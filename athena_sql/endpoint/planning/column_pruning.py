"""Column pruning (projection pushdown): the columns of a table that a query can use; the reader omits the others."""

from __future__ import annotations

from sqlglot import exp

from millrace.athena_sql.ports import Column


def named_columns(table: exp.Table, columns: tuple[Column, ...]) -> tuple[Column, ...]:
    """The columns whose names occur anywhere in the whole query that `table` is part of.

    All columns, where the query can use one without naming it (`*`, NATURAL JOIN, `FROM t AS a (x, y)`). At least one,
    since a reader is a SELECT.
    """
    query = table.root()
    if _renames_columns(table) or any(_uses_all(node) for node in query.find_all(exp.Star, exp.Join)):
        return columns
    names = {identifier.name.lower() for identifier in query.find_all(exp.Identifier)}
    return tuple(column for column in columns if column.name.lower() in names) or columns[:1]


def _renames_columns(table: exp.Table) -> bool:
    """`FROM t AS a (x, y)` renames columns by position."""
    alias = table.args.get("alias")
    return alias is not None and bool(alias.args.get("columns"))


def _uses_all(node: exp.Expr) -> bool:
    match node:
        case exp.Join():
            return bool(node.args.get("method"))  # NATURAL
        case _:
            return not isinstance(node.parent, exp.Count)
