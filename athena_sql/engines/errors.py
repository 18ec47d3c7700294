"""Errors that all engines word alike: one line, with names and places of the user's own SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from millrace.athena_sql.ports import Statement
from millrace.athena_sql.statements.parsing import where
from millrace.errors import LakeError, QueryError, QueryStopped, StatementFailed

_MAX_LISTED = 20  # columns
_UNSUPPORTED = "a part of the statement cannot be translated for this engine"


def unknown_column(statement: Statement, name: str, columns: Iterable[str]) -> QueryError:
    """`columns`: the names that the statement's tables offer, for suggestions."""
    place = where(statement, name)
    return QueryError(f"{statement.name}: unknown column {name!r}{place}.", hint=_suggestion(name, sorted(columns)))


def stopped(statement: Statement) -> QueryStopped:
    """The error of a query that `Engine.interrupt`, or the engine's own operator, has stopped."""
    return QueryStopped(f"{statement.name}: the query was stopped.", hint="Run it again.")


def unreadable_file(statement: Statement, file: str, why: str) -> LakeError:
    """The error of a file of the lake that is missing or damaged: the lake's fault, never the query's."""
    return LakeError(
        f"{statement.name}: {file} cannot be read: {one_line(why).rstrip('.')}.",
        hint="`millrace doctor` says what is wrong with the lake and what mends it.",
    )


def one_line(text: str) -> str:
    return " ".join(text.split())


def refused(statement: Statement, error: StatementFailed) -> QueryError:
    """`error`: what the language does not allow, with Athena's code and the place."""
    return QueryError(f"{statement.name}: {error.message.rstrip('.')}.", hint=error.hint)


def cannot_transpile(statement: Statement, error: Exception) -> QueryError:
    """`error`: sqlglot's, for a construct that it cannot write in the engine's dialect.

    Its message may name what only sqlglot or the engine has; what is said is the first word that the statement has.
    """
    words = re.findall(r"\w+", str(error))
    written = next((word for word in words if len(word) > 2 and where(statement, word)), "")
    what = f"{written.lower()} is not supported as it is used{where(statement, written)}" if written else _UNSUPPORTED
    return QueryError(
        f"{statement.name}: {what}.",
        hint="Use what docs/your_own_project.md lists as constructs that every engine runs alike.",
    )


def _suggestion(name: str, columns: list[str]) -> str:
    close = get_close_matches(name.lower(), columns, n=3)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    return f"Choose one of: {', '.join(columns[:_MAX_LISTED])}." if columns else ""
