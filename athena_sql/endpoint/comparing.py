"""Comparisons that Athena refuses and the engine would make: of a column with a text, where the column is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sqlglot import exp

from athena_sql.endpoint.catalog_view import sql_type
from athena_sql.endpoint.places import place_of
from athena_sql.ports import Column
from millrace.errors import StatementFailed

_OPERATORS: dict[type[exp.Expr], str] = {
    exp.EQ: "=",
    exp.NEQ: "<>",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
}
_TEXTS = ("string", "varchar", "char")
_TYPE = "?"


def refuse_texts(query: exp.Query, columns: Iterable[Column]) -> None:
    """Raises StatementFailed. `columns`: of all the tables that `query` reads.

    A name that the query gives to something else, or that two tables have with different types, is passed over.
    """
    compared = list(_compared(query))
    known = _types(query, columns) if compared else {}
    for column, message in compared:
        type_ = known.get(column.name.lower(), _TEXTS[0])
        if not type_.startswith(_TEXTS):
            raise StatementFailed("TYPE_MISMATCH", f"{place_of(column)}: {message.replace(_TYPE, sql_type(type_))}")


def _types(query: exp.Query, columns: Iterable[Column]) -> dict[str, str]:
    """By name."""
    types: dict[str, set[str]] = {}
    for column in columns:
        types.setdefault(column.name.lower(), set()).add(column.type)
    renamed = {alias.alias.lower() for alias in query.find_all(exp.Alias)}
    renamed |= {name.name.lower() for alias in query.find_all(exp.TableAlias) for name in alias.columns}
    renamed |= {name.name.lower() for node in query.find_all(exp.Lambda) for name in node.expressions}
    return {name: found.pop() for name, found in types.items() if len(found) == 1 and name not in renamed}


def _compared(query: exp.Query) -> Iterator[tuple[exp.Column, str]]:
    """Columns that are compared with a text, and what is to be said of it; _TYPE stands for the column's type."""
    for node in query.find_all(*_OPERATORS, exp.In, exp.Between):
        match node:
            case exp.In(this=exp.Column() as column) if texts := list(filter(_is_text, node.expressions)):
                found = f"Found: {_TYPE}, {_varchar(texts[0])}"
                yield column, f"IN value and list items must be of the same type, or coercible to one. {found}"
            case exp.Between(this=exp.Column() as column) if _is_text(node.args["low"]) or _is_text(node.args["high"]):
                yield column, f"Cannot check if {_TYPE} is BETWEEN {' and '.join(_shown(node))}"
            case exp.Binary(this=exp.Column() as column, expression=exp.Literal() as text) if text.is_string:
                yield column, f"Cannot apply operator: {_TYPE} {_OPERATORS[type(node)]} {_varchar(text)}"
            case exp.Binary(this=exp.Literal() as text, expression=exp.Column() as column) if text.is_string:
                yield column, f"Cannot apply operator: {_varchar(text)} {_OPERATORS[type(node)]} {_TYPE}"


def _shown(between: exp.Between) -> list[str]:
    ends = (between.args["low"], between.args["high"])
    return [_varchar(end) if _is_text(end) else _TYPE for end in ends]


def _is_text(node: exp.Expr) -> bool:
    return isinstance(node, exp.Literal) and bool(node.is_string)


def _varchar(text: exp.Expr) -> str:
    return f"varchar({len(text.name)})"
