"""Tokens, places in the text, and syntax errors in Athena's form: the place, what was found, what was expected.

A place is `line 2:15`, both numbers from 1.
"""

from __future__ import annotations

import re

from sqlglot.errors import ParseError, TokenError
from sqlglot.tokenizer_core import Token, TokenType

from millrace.athena_sql.endpoint.problems import invalid
from millrace.athena_sql.language.grammar import refused_forms
from millrace.athena_sql.portability.dialect import TRINO
from millrace.errors import RequestRefused

_MAX_NESTING = 200  # of parentheses and CASE: safe for the recursion of parser and generator
OPENING, CLOSING = {TokenType.L_PAREN, TokenType.L_BRACKET}, {TokenType.R_PAREN, TokenType.R_BRACKET}

_NESTING, _UNNESTING = OPENING | {TokenType.CASE}, CLOSING | {TokenType.END}
_UNEXPECTED, _TOO_MANY = "Unexpected token", "number of provided arguments"
_EXPECTING = re.compile(r"Expecting (\S+)")
_EXPECTED_AFTER = {TokenType.SELECT: "'*', 'ALL', 'DISTINCT', <expression>", TokenType.COMMA: "<expression>"}
_ENDS_ITEM = {TokenType.FROM, TokenType.WHERE, TokenType.R_PAREN, TokenType.COMMA, TokenType.SEMICOLON}


def tokens_of(sql: str) -> list[Token]:
    """Raises RequestRefused for an unclosed quote or comment, for too deep nesting, and for backticks."""
    try:
        tokens = list(TRINO.tokenize(sql))
    except (TokenError, ValueError):
        raise invalid("line 1:1: a quote or a comment is not closed.", "MALFORMED_QUERY") from None
    depth = deepest = 0
    for token in tokens:
        if token.text == "`" and token.token_type not in (TokenType.STRING, TokenType.IDENTIFIER):
            advice = "backquoted identifiers are not supported; use double quotes to quote identifiers"
            raise invalid(f"{_place(token)}: {advice}", "MALFORMED_QUERY")
        depth += (token.token_type in _NESTING) - (token.token_type in _UNNESTING)
        deepest = max(deepest, depth)
    if deepest > _MAX_NESTING:
        raise invalid("line 1:1: the statement is nested too deeply.", "MALFORMED_QUERY")
    return tokens


def check_selects(sql: str, tokens: list[Token]) -> None:
    """Refuse an empty SELECT list and an empty item after a comma, which the parser accepts. Raises RequestRefused."""
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        expected = _EXPECTED_AFTER.get(token.token_type)
        if expected and (following is None or following.token_type in _ENDS_ITEM):
            raise mismatched(sql, following, expected)


def check_forms(sql: str, tokens: list[Token]) -> None:
    """Refuse what the parser accepts of other dialects, such as `::`. Raises RequestRefused."""
    for token, _ in refused_forms(tokens):
        raise mismatched(sql, token)


def syntax_error(sql: str, error: ParseError) -> RequestRefused:
    """The refusal for a parser error, which names the unexpected token or else the last one that was accepted."""
    if not error.errors:
        return invalid("The statement cannot be parsed.", "MALFORMED_QUERY")
    first = error.errors[0]
    tokens = [token for token in tokens_of(sql) if token.token_type is not TokenType.SEMICOLON]
    at = next((at for at, token in enumerate(tokens) if (token.line, token.col) == (first["line"], first["col"])), -1)
    if _TOO_MANY in first["description"]:
        return invalid(f"{_place(tokens[at])}: too many arguments", "MALFORMED_QUERY")
    if _UNEXPECTED in first["description"]:
        return mismatched(sql, tokens[at])
    wanted = _EXPECTING.fullmatch(first["description"])
    expected = f"'{wanted[1]}'" if wanted else "<expression>"
    return mismatched(sql, tokens[at + 1] if at + 1 < len(tokens) else None, expected)


def mismatched(sql: str, token: Token | None, expected: str = "") -> RequestRefused:
    """`token`: the unexpected one; None for the end of the text."""
    expecting = f" Expecting: {expected}" if expected else ""
    if token is None or token.token_type is TokenType.SEMICOLON:
        return invalid(f"{_end(sql)}: mismatched input '<EOF>'.{expecting}", "MALFORMED_QUERY")
    return invalid(f"{_place(token)}: mismatched input '{token.text}'.{expecting}", "MALFORMED_QUERY")


def _place(token: Token) -> str:
    return f"line {token.line}:{max(token.col - len(token.text) + 1, 1)}"


def _end(sql: str) -> str:
    lines = sql.rstrip("; \t\r\n").split("\n")
    return f"line {len(lines)}:{len(lines[-1]) + 1}"


def place_of_word(sql: str, word: str) -> str:
    """The place of the first token with this text, in any case."""
    try:
        tokens = TRINO.tokenize(sql)
    except TokenError:
        return "line 1:1"
    for token in tokens:
        if token.text.lower() == word.lower():
            return f"line {token.line}:{max(token.col - (token.end - token.start), 1)}"
    return "line 1:1"


def has_word(sql: str, word: str) -> bool:
    try:
        return any(token.text.lower() == word.lower() for token in TRINO.tokenize(sql))
    except TokenError:
        return False
