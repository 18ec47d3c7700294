"""DuckDB's errors as Millrace's: one line, in the words and places of the user's own SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches

import duckdb
from sqlglot.errors import SqlglotError

from athena_sql.parsing import where
from athena_sql.ports import Statement
from millrace.errors import QueryError

_KIND = re.compile(r"^[A-Z][A-Za-z -]* Error: ")
_REST = re.compile(r"\n+(LINE \d+:|\s*Candidate functions:|Possible solutions:).*", re.DOTALL)
_COLUMN = re.compile(r'(?:Referenced column|does not have a column named) "([^"]+)"')
_NAME = re.compile(r'"([^"]+)"|with name (\S+)|argument types \'([A-Za-z_0-9]+)\(')
_SHOWN = 20


@contextmanager
def translated(statement: Statement, columns: Iterable[str] = ()) -> Iterator[None]:
    """`columns`: the names that the statement's tables offer, for suggestions."""
    try:
        yield
    except duckdb.InterruptException:
        raise QueryError(f"{statement.name}: it was stopped.") from None
    except duckdb.OutOfMemoryException:
        raise QueryError(
            f"{statement.name}: it needs more memory than there is for queries.",
            hint="Read fewer partitions at a time (WHERE dt = ...), or aggregate earlier.",
        ) from None
    except duckdb.Error as error:
        raise _query_error(statement, str(error), sorted(columns)) from None
    except SqlglotError as error:
        raise QueryError(f"{statement.name}: {_one_line(str(error))}.", hint="Write it in another way.") from None


def _query_error(statement: Statement, text: str, columns: list[str]) -> QueryError:
    if match := _COLUMN.search(text):
        name = match[1]
        place = where(statement, name)
        return QueryError(f"{statement.name}: unknown column {name!r}{place}.", hint=_suggestion(name, columns))
    message = _one_line(_KIND.sub("", _REST.sub("", text)))
    named = _NAME.search(message)
    place = where(statement, next(filter(None, named.groups()))) if named else ""
    return QueryError(f"{statement.name}: {message.rstrip('.')}{place}.")


def _suggestion(name: str, columns: list[str]) -> str:
    close = get_close_matches(name.lower(), columns, n=3)
    if close:
        return f"Did you mean {' or '.join(close)}?"
    return f"There is: {', '.join(columns[:_SHOWN])}." if columns else ""


def _one_line(text: str) -> str:
    return " ".join(text.split())
