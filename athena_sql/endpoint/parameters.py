"""Execution parameters: each `?` of a statement, in the order of the text, becomes the expression that was given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlglot import exp

from athena_sql.endpoint.fence import check
from athena_sql.endpoint.problems import invalid
from athena_sql.endpoint.reading import read, read_expression, with_numbered_placeholders
from athena_sql.endpoint.statement_kinds import CreateTableAs, InsertInto, Querying, Select, Unload
from millrace.errors import StatementFailed


def bound(statement: Querying, sql: str, parameters: Sequence[str]) -> Querying:
    """The statement that was read from `sql`, with its parameters.

    Raises RequestRefused for a wrong number of them, and for what is no constant.
    """
    numbers = _order(sql) if "?" in sql else []
    if len(numbers) != len(parameters):
        raise invalid(
            f"Incorrect number of parameters: expected {len(numbers)} but found {len(parameters)}",
            "MALFORMED_QUERY",
        )
    if not numbers:
        return statement
    query = statement.query.copy()
    for place, number in zip(list(_placeholders(query)), numbers, strict=True):
        value = _constant(parameters[number])
        place.replace(exp.Paren(this=value) if isinstance(value, exp.Binary) else value)
    return replace(statement, query=query)


def _order(sql: str) -> list[int]:
    numbered = read(with_numbered_placeholders(sql))
    if not isinstance(numbered, Select | CreateTableAs | InsertInto | Unload):
        return []
    return [int(str(place.this)[1:]) for place in numbered.query.dfs() if isinstance(place, exp.Placeholder)]


def _placeholders(query: exp.Query) -> Iterator[exp.Placeholder]:
    return (node for node in query.dfs() if isinstance(node, exp.Placeholder))


def _constant(text: str) -> exp.Expr:
    value = read_expression(text)
    try:
        check(value)
    except StatementFailed as error:
        raise invalid(f"The parameter {text!r} is refused: {error.message}") from None
    if value.find(exp.Column, exp.Query):
        raise invalid(f"The parameter {text!r} is no constant; a text is written in quotes.")
    for node in value.walk():
        node.meta.pop("start", None)  # its places are in another text
    return value
