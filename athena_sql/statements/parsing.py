"""Parsing: a statement's text to a syntax tree of one SELECT (or WITH), or a QueryError with the place."""

from __future__ import annotations

import re
from collections.abc import Sequence

from sqlglot import exp
from sqlglot.errors import ParseError, TokenError
from sqlglot.tokenizer_core import Token, TokenType

from millrace.athena_sql.language.argument_counts import note_counts
from millrace.athena_sql.language.fence import note_names
from millrace.athena_sql.language.grammar import refused_forms
from millrace.athena_sql.portability.dialect import ATHENA, TRINO
from millrace.athena_sql.ports import Statement
from millrace.athena_sql.statements.numerals import write_out
from millrace.athena_sql.statements.raw_views import expand_raw_views
from millrace.athena_sql.statements.values_clauses import rows_of, write_out_values
from millrace.errors import QueryError

_STARTS = {TokenType.SELECT, TokenType.WITH, TokenType.VALUES, TokenType.L_PAREN}
_WRITES = (exp.DML, exp.DDL, exp.Command, exp.Into)
_NO_PARAMETER = re.compile(r"Required keyword: '\w+' missing for <class '[^>]*>|The number of provided arguments .*")
_TOKEN_IN_MESSAGE = re.compile(r"<Token [^>]*? text: (.*?), line: [^>]*>")


def parse_query(statement: Statement) -> exp.Query:
    """The tree, with its numbers and the views of raw records written out.

    Raises QueryError for anything but one SELECT that can be parsed.
    """
    tokens = _tokens(statement)
    if not tokens:
        raise QueryError(f"{statement.name}: the SQL is empty.", hint="Write one SELECT.")
    if tokens[0].token_type not in _STARTS:
        raise _refused(statement, tokens[0].text.upper(), tokens[0])
    for token, refusal in refused_forms(tokens):
        raise QueryError(
            f"{statement.name}: {refusal.construct} is not in Athena's grammar"
            f"{_at(token.line, token.col - len(token.text) + 1)}.",
            hint=f"Use instead: {refusal.alternative}.",
        )
    try:
        trees = [tree for tree in ATHENA.parser().parse(tokens, statement.sql) if tree is not None]
    except ParseError as error:
        raise _parse_error(statement, error) from None
    if len(trees) > 1:
        raise QueryError(f"{statement.name}: the SQL has {len(trees)} statements.", hint="Write one SELECT at a time.")
    tree = rows_of(trees[0]) if isinstance(trees[0], exp.Values) else trees[0]
    written = tree.find(*_WRITES)
    if isinstance(tree, exp.Query) and written is None:
        write_out_text(tree, statement.sql, tokens)
        expand_raw_views(tree)
        return tree
    raise _refused(statement, (written or tree).key.upper(), tokens[0])


def write_out_text(tree: exp.Expr, sql: str, tokens: list[Token]) -> None:
    """Changes a parsed tree in place: notes what only its text has, and writes out its numbers and VALUES."""
    note_names(tree, sql)
    note_counts(tree, tokens)
    write_out(tree)
    write_out_values(tree)


def where(statement: Statement, name: str) -> str:
    """The first place of the word `name` in the statement, as ` at line 2, column 8`; "" if it has none."""
    for token in _tokens(statement):
        if token.text.lower() == name.lower() and token.token_type is not TokenType.STRING:
            return _at(token.line, token.col - len(token.text) + 1)
    return ""


def _at(line: int, column: int) -> str:
    return f" at line {line}, column {max(column, 1)}"


def _tokens(statement: Statement) -> list[Token]:
    try:
        return list(TRINO.tokenize(statement.sql))
    except TokenError:
        raise QueryError(
            f"{statement.name}: cannot read the SQL.", hint="Look for a quote or a comment that is not closed."
        ) from None


def _refused(statement: Statement, what: str, token: Token) -> QueryError:
    return QueryError(
        f"{statement.name}: {what} is not allowed{_at(token.line, token.col - len(token.text) + 1)}.",
        hint="Only a SELECT can be run; it may begin with WITH.",
    )


def _parse_error(statement: Statement, error: ParseError) -> QueryError:
    first = error.errors[0]
    of = _function_before(_tokens(statement), first["line"], first["col"])
    said = _NO_PARAMETER.sub(f"{of} has too few or too many parameters", first["description"])
    what = _TOKEN_IN_MESSAGE.sub(_quoted_token, said)
    near = first["highlight"] or ""
    place = _at(first["line"], first["col"] - len(near) + 1)
    found = f" near {near!r}" if near else ""
    return QueryError(f"{statement.name}: {what}{place}{found}.", hint="Correct the SQL there.")


def _function_before(tokens: Sequence[Token], line: int, column: int) -> str:
    """The function whose call ends at this place."""
    depth = 0
    end = next((at for at, token in enumerate(tokens) if (token.line, token.col) == (line, column)), 0)
    for at in range(end, 0, -1):
        depth += {TokenType.R_PAREN: 1, TokenType.L_PAREN: -1}.get(tokens[at].token_type, 0)
        if depth == 0:
            return f"the function {tokens[at - 1].text.lower()}" if at < end else "a function"
    return "a function"


def _quoted_token(match: re.Match[str]) -> str:
    return "the end" if match[1] == "SENTINEL" else repr(match[1])
