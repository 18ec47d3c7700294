"""Where something stands in the text of a statement, as Athena says it: `line 2:15`, both from 1."""

from __future__ import annotations

from sqlglot import exp
from sqlglot.errors import TokenError

from millrace.athena_sql.portability.dialect import TRINO


def place_of(node: exp.Expr | None) -> str:
    """Of the first name in a node or, where it has none, around it."""
    while node is not None:
        found = [part.meta for part in node.walk() if "start" in part.meta]
        if found:
            first = min(found, key=lambda meta: int(meta["start"]))
            return f"line {first['line']}:{int(first['col']) - int(first['end']) + int(first['start'])}"
        node = node.parent
    return "line 1:1"


def place_of_word(sql: str, word: str) -> str:
    """Of the first token with this text, whatever its case."""
    try:
        tokens = TRINO.tokenize(sql)
    except TokenError:
        return "line 1:1"
    for token in tokens:
        if token.text.lower() == word.lower():
            return f"line {token.line}:{max(token.col - (token.end - token.start), 1)}"
    return "line 1:1"
