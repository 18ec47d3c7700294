"""Parameters: each `?` of a statement, in the order of the text, becomes the value that was given for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType

from millrace.athena_sql.endpoint.api.problems import invalid
from millrace.athena_sql.endpoint.planning.fence import check
from millrace.athena_sql.endpoint.statements.parsing import read, read_expression, with_numbered_placeholders
from millrace.athena_sql.endpoint.statements.statement_kinds import CreateTableAs, InsertInto, Querying, Select, Unload
from millrace.athena_sql.endpoint.statements.syntax import tokens_of
from millrace.errors import RequestRefused, StatementFailed

_NAMES = (exp.Column, exp.Parameter, exp.Placeholder, exp.SessionParameter)
_OTHERS = {TokenType.L_BRACE, TokenType.DCOLON, TokenType.NATIONAL_STRING}
_OPEN = (exp.Binary, exp.Predicate, exp.Not)  # what operators around it would pull apart


@dataclass(frozen=True, slots=True)
class ParameterValue:
    """The texts for the parameters. `are_arguments`: of EXECUTE ... USING, which are SQL as it is written; of
    ExecutionParameters Athena takes what is no SQL for a text."""

    texts: Sequence[str] = ()
    are_arguments: bool = False

    def value(self, number: int) -> exp.Expr:
        """Raises RequestRefused."""
        return _constant(self.texts[number]) if self.are_arguments else _value(self.texts[number])


def bound(statement: Querying, sql: str, given: ParameterValue) -> Querying:
    """The statement that was read from `sql`, with its parameters. ExecutionParameters that it has no use for are
    left aside.

    Raises RequestRefused for a wrong number of them, and for a query as a value; and of arguments, for what is no
    constant.
    """
    numbers = _order(sql) if "?" in sql else []
    if not numbers and not given.are_arguments:
        return statement
    if len(numbers) != len(given.texts):
        raise invalid(
            f"Incorrect number of parameters: expected {len(numbers)} but found {len(given.texts)}",
            "INVALID_PARAMETER_USAGE",
        )
    query = statement.query.copy()
    for place, number in zip(list(_placeholders(query)), numbers, strict=True):
        value = given.value(number)
        place.replace(exp.Paren(this=value) if isinstance(value, _OPEN) else value)
    return replace(statement, query=query)


def _order(sql: str) -> list[int]:
    numbered = read(with_numbered_placeholders(sql))
    if not isinstance(numbered, Select | CreateTableAs | InsertInto | Unload):
        return []
    return [int(str(place.this)[1:]) for place in numbered.query.dfs() if isinstance(place, exp.Placeholder)]


def _placeholders(query: exp.Query) -> Iterator[exp.Placeholder]:
    return (node for node in query.dfs() if isinstance(node, exp.Placeholder))


def _constant(text: str) -> exp.Expr:
    value = _expression(text)
    try:
        check(value)
    except StatementFailed as error:
        raise invalid(f"The parameter {text!r} is refused: {error.message}") from None
    if value.find(exp.Column, exp.Query, exp.Star):
        raise invalid(f"The parameter {text!r} is no constant; a text is written in quotes.")
    return value


def _value(text: str) -> exp.Expr:
    """An expression, which the fence has yet to see, or else a text: of what does not parse or has a name in it."""
    try:
        value = None if _is_no_trino(text) else _expression(text)
    except RequestRefused:
        value = None
    if value is None:
        return exp.Literal.string(text)
    if value.find(*_NAMES) or isinstance(value.unnest(), exp.Star) or any(map(_is_number, value.find_all(exp.Dot))):
        return exp.Literal.string(text)
    if value.find(exp.Query):
        raise invalid(f"The parameter {text!r} is a query, not a value; a text is written in quotes.")
    return value


def _is_no_trino(text: str) -> bool:
    """What only other dialects write so, though the parser takes it: `[1]`, `{'a': 1}`, `x::int`, `0x1F`, `N'a'`."""
    tokens = tokens_of(text)
    return any(
        token.token_type in _OTHERS or (token.token_type is TokenType.HEX_STRING and text[token.start] == "0")
        for token in tokens
    ) or (bool(tokens) and tokens[0].token_type is TokenType.L_BRACKET)


def _is_number(dot: exp.Dot) -> bool:
    """Such as 10.0.0.1, which is none to Trino."""
    return isinstance(dot.expression, exp.Literal)


def _expression(text: str) -> exp.Expr:
    """Raises RequestRefused."""
    value = read_expression(text)
    read_expression(f"({text}\n)")  # a value has no clauses behind it: no `1 LIMIT 0`
    for node in value.walk():
        node.meta.pop("start", None)  # its places are in another text
    return value
