"""Comparisons of a string literal with a column of another type: Athena refuses them, DuckDB would cast."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlglot import exp

from millrace.athena_sql.endpoint.lake.catalog_view import sql_type
from millrace.athena_sql.endpoint.planning.name_resolution import names_defined_in, table_aliases
from millrace.athena_sql.ports import Column
from millrace.athena_sql.statements.places import place_of
from millrace.errors import StatementFailed

_OPERATORS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.NullSafeEQ: "IS NOT DISTINCT FROM",
    exp.NullSafeNEQ: "IS DISTINCT FROM",
}
_TEXTS = ("string", "varchar", "char")
_TYPE = "?"


def refuse_text_comparisons(query: exp.Query, columns: Iterable[Column]) -> None:
    """Raises StatementFailed. `columns`: those of all tables that `query` reads.

    Not checked: a name that the query itself defines, or that two tables have with different types.
    """
    compared = list(_compared(query))
    known = _types(query, columns) if compared else {}
    for column, message in compared:
        type_ = known.get(column.name.lower(), _TEXTS[0])
        if not type_.startswith(_TEXTS):
            raise StatementFailed("TYPE_MISMATCH", f"{place_of(column)}: {message.replace(_TYPE, sql_type(type_))}")


def _types(query: exp.Query, columns: Iterable[Column]) -> dict[str, str]:
    """The type of each column name that has exactly one."""
    types: dict[str, set[str]] = {}
    for column in columns:
        types.setdefault(column.name.lower(), set()).add(column.type)
    renamed = names_defined_in(query)
    return {name: found.pop() for name, found in types.items() if len(found) == 1 and name not in renamed}


def _compared(query: exp.Query) -> Iterator[tuple[exp.Column, str]]:
    """Columns that are compared with a string literal, each with its message; _TYPE stands for the column's type."""
    tables = table_aliases(query)
    for node in query.find_all(*_OPERATORS, exp.In, exp.Between):
        sides = [node.this.unnest(), node.expression.unnest()] if isinstance(node, exp.Binary) else [node.this.unnest()]
        column = next((side for side in sides if isinstance(side, exp.Column)), None)
        if column is None or column.args.get("db") or (column.table and column.table.lower() not in tables):
            continue  # a field of a row, which is written like a column of a table
        if message := _message(node, sides):
            yield column, message


def _message(node: exp.Expr, sides: list[exp.Expr]) -> str:
    """The message, or "" where no string literal is compared."""
    if isinstance(node, exp.In):
        texts = [_varchar(each) for each in node.expressions if _is_text(each)]
        found = f"Found: {_TYPE}, {texts[0]}" if texts else ""
        return f"IN value and list items must be of the same type, or coercible to one. {found}" if texts else ""
    if isinstance(node, exp.Between):
        ends = [node.args["low"], node.args["high"]]
        shown = " and ".join(_varchar(end) if _is_text(end) else _TYPE for end in ends)
        return f"Cannot check if {_TYPE} is BETWEEN {shown}" if any(map(_is_text, ends)) else ""
    left, right = (_varchar(side) if _is_text(side) else _TYPE for side in sides)
    return f"Cannot apply operator: {left} {_OPERATORS[type(node)]} {right}" if any(map(_is_text, sides)) else ""


def _is_text(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and bool(node.is_string)


def _varchar(text: exp.Expr) -> str:
    return f"varchar({len(text.name)})"
