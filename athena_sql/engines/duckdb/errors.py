"""DuckDB's errors as Millrace's: one line, with names and places of the user's own SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import duckdb
from sqlglot.errors import SqlglotError

from millrace.athena_sql.engines.duckdb.messages import in_athenas_words
from millrace.athena_sql.engines.errors import (
    cannot_transpile,
    one_line,
    refused,
    stopped,
    unknown_column,
    unreadable_file,
)
from millrace.athena_sql.ports import Statement
from millrace.athena_sql.statements.parsing import where
from millrace.errors import LakeError, QueryError, StatementFailed

_CTRL_C = "Query interrupted"  # what DuckDB's client makes of the KeyboardInterrupt that waits to be raised
_KIND = re.compile(r"^[A-Z][A-Za-z -]* Error: ")
_DETAILS = re.compile(r"\n+(LINE \d+:|Stack Trace:|\s*Candidate functions:|Possible solutions:).*", re.DOTALL)
_COLUMN = re.compile(r'(?:Referenced column|does not have a column named) "([^"]+)"')
_NAME = re.compile(r'"([^"]+)"|for function (\w+)|Function \'(\w+)\'')
# A lake's file in a message: DuckDB writes a path in quotes, or after a colon. SQL cannot name files (the session's
# reader functions are closed to it), so a message that names one is about the lake's data.
_FILE = re.compile(r"""["' ]((?:/|s3://)[^"'\n]+\.(?:parquet|json\.gz))\b""")
_NOT_DAMAGED = ("JSON transform error", "write")
_DAMAGED = ("TProtocolException", "Failed to decode gzip stream", "Failed to read Parquet", "Decompression failure")


@contextmanager
def translated(statement: Statement, columns: Iterable[str] = ()) -> Iterator[None]:
    """Raises QueryError for errors of DuckDB and sqlglot, LakeError for a file that cannot be read, and
    KeyboardInterrupt after Ctrl-C.

    `columns`: those of the statement's tables, for hints.
    """
    try:
        yield
    except duckdb.InterruptException:
        raise stopped(statement) from None
    except duckdb.OutOfMemoryException:
        raise QueryError(
            f"{statement.name}: the query needs more memory than DuckDB may use.",
            hint="Read fewer partitions at a time (WHERE dt = ...), or aggregate earlier.",
        ) from None
    except duckdb.Error as error:
        raise _query_error(statement, str(error), sorted(columns)) from None
    except RuntimeError as error:
        if str(error) == _CTRL_C:
            raise KeyboardInterrupt from None
        raise
    except StatementFailed as error:
        raise refused(statement, error) from None
    except SqlglotError as error:
        raise cannot_transpile(statement, error) from None


def _query_error(statement: Statement, text: str, columns: list[str]) -> QueryError | LakeError:
    if found := _unreadable(statement, text):
        return found
    if match := _COLUMN.search(text):
        return unknown_column(statement, match[1], columns)
    said = one_line(_KIND.sub("", _DETAILS.sub("", text)))
    message, _ = in_athenas_words(said, lambda name: bool(where(statement, name)))
    named = _NAME.search(message)
    place = where(statement, next(filter(None, named.groups()))) if named else ""
    return QueryError(f"{statement.name}: {message.rstrip('.')}{place}.")


def _unreadable(statement: Statement, text: str) -> LakeError | None:
    """None for an error that is not about a file, or about a cast of what a file holds, or a write."""
    said = _DETAILS.sub("", text)
    if any(words in said for words in _NOT_DAMAGED):
        return None
    if match := _FILE.search(said):
        return unreadable_file(statement, match[1], _without_file(said, match[1]))
    if any(words in said for words in _DAMAGED):
        return unreadable_file(statement, "a file of its tables", _KIND.sub("", said))
    return None


def _without_file(text: str, file: str) -> str:
    """Such as `Unexpected end of GZIP stream`."""
    before = r"[:,]?(?: (?:of|in|that match the pattern))?(?: file)? ?"
    return _KIND.sub("", re.sub(f"""{before}["']?{re.escape(file)}["']?""", "", text))
