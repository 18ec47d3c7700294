"""What every engine's errors are made of: one line, in the words and places of the user's own SQL."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from millrace.athena_sql.ports import Statement
from millrace.athena_sql.statements.parsing import where
from millrace.errors import QueryError

_SHOWN = 20


def unknown_column(statement: Statement, name: str, columns: Iterable[str]) -> QueryError:
    """`columns`: the names that the statement's tables offer, for suggestions."""
    place = where(statement, name)
    return QueryError(f"{statement.name}: unknown column {name!r}{place}.", hint=_suggestion(name, sorted(columns)))


def stopped(statement: Statement) -> QueryError:
    return QueryError(f"{statement.name}: it was stopped.")


def one_line(text: str) -> str:
    return " ".join(text.split())


def _suggestion(name: str, columns: list[str]) -> str:
    close = get_close_matches(name.lower(), columns, n=3)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    return f"Choose one of: {', '.join(columns[:_SHOWN])}." if columns else ""
