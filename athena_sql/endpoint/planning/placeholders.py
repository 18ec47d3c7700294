"""Query parameters: each `?` of a statement, in the order of the text, is replaced by its value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlglot import exp
from sqlglot.tokenizer_core import TokenType

from millrace.athena_sql.endpoint.problems import invalid
from millrace.athena_sql.endpoint.statements.kinds import CreateTableAs, InsertInto, Select, StatementWithQuery, Unload
from millrace.athena_sql.endpoint.statements.parsing import read_expression, read_statement, with_numbered_placeholders
from millrace.athena_sql.endpoint.statements.syntax import tokens_of
from millrace.athena_sql.language.fence import check_allowed
from millrace.errors import RequestRefused, StatementFailed

_NAMES = (exp.Column, exp.Parameter, exp.Placeholder, exp.SessionParameter)
_NOT_TRINO = {TokenType.L_BRACE, TokenType.DCOLON, TokenType.NATIONAL_STRING}
_NEEDS_PARENTHESES = (exp.Binary, exp.Predicate, exp.Not)  # an operator beside the value would change its meaning


@dataclass(frozen=True, slots=True)
class ParameterValues:
    """The values for a statement's parameters, as the client wrote them.

    `are_arguments`: True for the arguments of EXECUTE ... USING, which must be SQL constants; False for
    ExecutionParameters, where Athena takes whatever is not SQL as a string.
    """

    texts: Sequence[str] = ()
    are_arguments: bool = False

    def value(self, number: int) -> exp.Expr:
        """The tree of one value. Raises RequestRefused."""
        return _constant(self.texts[number]) if self.are_arguments else _value_or_string(self.texts[number])


def bind_parameters(statement: StatementWithQuery, sql: str, values: ParameterValues) -> StatementWithQuery:
    """`statement`, which was read from `sql`, with its parameters replaced.

    ExecutionParameters of a statement without a `?` are ignored. Raises RequestRefused for a wrong number of values,
    for a query as a value, and for an argument that is not a constant.
    """
    numbers = _order_in_tree(sql) if "?" in sql else []
    if not numbers and not values.are_arguments:
        return statement
    if len(numbers) != len(values.texts):
        raise invalid(
            f"Incorrect number of parameters: expected {len(numbers)} but found {len(values.texts)}",
            "INVALID_PARAMETER_USAGE",
        )
    query = statement.query.copy()
    for place, number in zip(list(_placeholders(query)), numbers, strict=True):
        value = values.value(number)
        place.replace(exp.Paren(this=value) if isinstance(value, _NEEDS_PARENTHESES) else value)
    return replace(statement, query=query)


def _order_in_tree(sql: str) -> list[int]:
    """The parameters' numbers in the text, in the order in which a walk of the tree meets them."""
    numbered = read_statement(with_numbered_placeholders(sql))
    if not isinstance(numbered, Select | CreateTableAs | InsertInto | Unload):
        return []
    return [int(str(place.this)[1:]) for place in numbered.query.dfs() if isinstance(place, exp.Placeholder)]


def _placeholders(query: exp.Query) -> Iterator[exp.Placeholder]:
    return (node for node in query.dfs() if isinstance(node, exp.Placeholder))


def _constant(text: str) -> exp.Expr:
    value = _expression(text)
    try:
        check_allowed(value.walk())
    except StatementFailed as error:
        raise invalid(f"The parameter {text!r} is refused: {error.message}") from None
    if value.find(exp.Column, exp.Query, exp.Star):
        raise invalid(f"The parameter {text!r} is not a constant. Write a string in single quotes.")
    return value


def _value_or_string(text: str) -> exp.Expr:
    """An expression, not yet checked by the fence; a string where the text does not parse or contains a name."""
    try:
        value = None if _is_other_dialect(text) else _expression(text)
    except RequestRefused:
        value = None
    if value is None:
        return exp.Literal.string(text)
    if (
        value.find(*_NAMES)
        or isinstance(value.unnest(), exp.Star)
        or any(map(_is_dotted_number, value.find_all(exp.Dot)))
    ):
        return exp.Literal.string(text)
    if value.find(exp.Query):
        raise invalid(f"The parameter {text!r} is a query, not a value. Write a string in single quotes.")
    return value


def _is_other_dialect(text: str) -> bool:
    """Whether it has syntax that the parser takes and Trino does not: `[1]`, `{'a': 1}`, `x::int`, `0x1F`, `N'a'`."""
    tokens = tokens_of(text)
    return any(
        token.token_type in _NOT_TRINO or (token.token_type is TokenType.HEX_STRING and text[token.start] == "0")
        for token in tokens
    ) or (bool(tokens) and tokens[0].token_type is TokenType.L_BRACKET)


def _is_dotted_number(dot: exp.Dot) -> bool:
    """Whether the dot stands between digits, as in 10.0.0.1, which is not an expression in Trino."""
    return isinstance(dot.expression, exp.Literal)


def _expression(text: str) -> exp.Expr:
    """Raises RequestRefused."""
    value = read_expression(text)
    read_expression(f"({text}\n)")  # refuses a value with a clause after it, such as `1 LIMIT 0`
    for node in value.walk():
        node.meta.pop("start", None)  # places in the value's own text, not in the statement's
    return value
