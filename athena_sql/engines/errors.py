"""Errors that all engines word alike: one line, with names and places of the user's own SQL."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from millrace.athena_sql.ports import Statement
from millrace.athena_sql.statements.parsing import where
from millrace.errors import QueryError

_MOST_LISTED = 20  # columns


def unknown_column(statement: Statement, name: str, columns: Iterable[str]) -> QueryError:
    """`columns`: the names that the statement's tables offer, for suggestions."""
    place = where(statement, name)
    return QueryError(f"{statement.name}: unknown column {name!r}{place}.", hint=_suggestion(name, sorted(columns)))


def stopped(statement: Statement) -> QueryError:
    """The error of a query that `Engine.interrupt`, or the engine's own operator, has stopped."""
    return QueryError(f"{statement.name}: the query was stopped.")


def one_line(text: str) -> str:
    return " ".join(text.split())


def cannot_transpile(statement: Statement, error: Exception, engine: str) -> QueryError:
    """`error`: sqlglot's, for a construct that it cannot write in the engine's dialect."""
    return QueryError(f"{statement.name}: {one_line(str(error))}.", hint=f"Use a construct that {engine} has.")


def _suggestion(name: str, columns: list[str]) -> str:
    close = get_close_matches(name.lower(), columns, n=3)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    return f"Choose one of: {', '.join(columns[:_MOST_LISTED])}." if columns else ""
