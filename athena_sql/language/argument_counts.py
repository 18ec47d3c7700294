"""Calls with more or fewer arguments than Athena's functions take, which the parser reads as other dialects' forms.

The tree lacks what the parser drops, so that arguments are counted in the text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from millrace.athena_sql.language.refused import AthenaRefusal
from millrace.athena_sql.language.trino_functions import counts_of
from millrace.athena_sql.portability.refusals import Refusal

_WRONG_CALLS = "wrong_calls"  # key of a statement's meta: nodes that have the places and names of these calls
_COUNT = "count"  # key of such a node's meta
# After these, a name and parentheses are an alias with its columns, a method or a type.
_NO_CALL_AFTER = frozenset(
    (TokenType.ALIAS, TokenType.DOT, TokenType.IDENTIFIER, TokenType.INTO, TokenType.R_PAREN, TokenType.TABLE)
) | {TokenType.VAR}
_OPENING = (TokenType.L_PAREN, TokenType.L_BRACKET)
_CLOSING = (TokenType.R_PAREN, TokenType.R_BRACKET)


def note_counts(tree: exp.Expr, tokens: Sequence[Token]) -> None:
    """Notes at a statement's query the calls in its text that have a wrong number of arguments."""
    if found := list(_wrong_calls(tokens)):
        (tree.find(exp.Query) or tree).meta[_WRONG_CALLS] = found


def refused_counts(nodes: Iterable[exp.Expr]) -> Iterator[tuple[exp.Expr, AthenaRefusal]]:
    for node in nodes:
        for call in node.meta_get(_WRONG_CALLS, ()):
            yield call, _refused(str(call.this), int(call.meta[_COUNT]))


def _refused(name: str, count: int) -> AthenaRefusal:
    expected = counts_of(name)
    if not expected:
        words = f"{name} with parentheses"
        return AthenaRefusal("SYNTAX_ERROR", words, Refusal(words, name))
    if name == "listagg" and _is_of(count, expected):
        words = "listagg without WITHIN GROUP"
        return AthenaRefusal("SYNTAX_ERROR", words, Refusal(words, "listagg(...) WITHIN GROUP (ORDER BY x)"))
    words = f"Unexpected parameters for function {name}: {count} instead of {_shown(expected)}"
    return AthenaRefusal("FUNCTION_NOT_FOUND", words, Refusal(words, f"{name} with {_shown(expected)}"))


def _shown(counts: str) -> str:
    return f"{counts[:-1]} or more" if counts.endswith("+") else " or ".join(counts.split())


def _wrong_calls(tokens: Sequence[Token]) -> Iterator[exp.Expr]:
    for at, token in enumerate(tokens[:-1]):
        if tokens[at + 1].token_type is not TokenType.L_PAREN or token.token_type is TokenType.STRING:
            continue
        expected = counts_of(token.text.lower())
        if expected is None or (at and tokens[at - 1].token_type in _NO_CALL_AFTER):
            continue
        count, end = _count(tokens, at + 2)
        is_cut = token.text.lower() == "listagg" and _text_at(tokens, end + 1) not in ("WITHIN", "WITHIN GROUP")
        if (is_cut or not _is_of(count, expected)) and not _is_head_of_with(tokens, end):
            call = exp.Anonymous(this=token.text.lower())
            call.meta.update(line=token.line, col=token.col, start=token.start, end=token.end)
            call.meta[_COUNT] = count
            yield call


def _count(tokens: Sequence[Token], start: int) -> tuple[int, int]:
    """How many arguments there are from here, and where the parentheses end. What is ordered by is none."""
    depth, commas, is_ordered = 0, 0, False
    for at in range(start, len(tokens)):
        kind = tokens[at].token_type
        if kind in _CLOSING and depth == 0:
            return (commas + 1 if at > start else 0), at
        depth += (kind in _OPENING) - (kind in _CLOSING)
        is_ordered = is_ordered or (kind is TokenType.ORDER_BY and depth == 0)
        commas += kind is TokenType.COMMA and depth == 0 and not is_ordered
    return commas + 1, len(tokens)


def _is_of(count: int, expected: str) -> bool:
    if expected.endswith("+"):
        return count >= int(expected[:-1])
    return str(count) in expected.split()


def _text_at(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].text.upper() if at < len(tokens) else ""


def _is_head_of_with(tokens: Sequence[Token], end: int) -> bool:
    """Whether `AS (` follows: the name is a query's, in WITH, with those of its columns."""
    after = [token.token_type for token in tokens[end + 1 : end + 3]]
    return after == [TokenType.ALIAS, TokenType.L_PAREN]
