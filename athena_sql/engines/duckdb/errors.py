"""DuckDB's errors as Millrace's: one line, with names and places of the user's own SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import duckdb
from sqlglot.errors import SqlglotError

from millrace.athena_sql.engines.errors import cannot_transpile, one_line, stopped, unknown_column
from millrace.athena_sql.ports import Statement
from millrace.athena_sql.statements.parsing import where
from millrace.errors import QueryError

_CTRL_C = "Query interrupted"  # what DuckDB's client makes of the KeyboardInterrupt that waits to be raised
_KIND = re.compile(r"^[A-Z][A-Za-z -]* Error: ")
_DETAILS = re.compile(r"\n+(LINE \d+:|\s*Candidate functions:|Possible solutions:).*", re.DOTALL)
_COLUMN = re.compile(r'(?:Referenced column|does not have a column named) "([^"]+)"')
_NAME = re.compile(r'"([^"]+)"|with name (\S+)|argument types \'([A-Za-z_0-9]+)\(')


@contextmanager
def translated(statement: Statement, columns: Iterable[str] = ()) -> Iterator[None]:
    """Raises QueryError for errors of DuckDB and sqlglot, and KeyboardInterrupt after Ctrl-C.

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
    except SqlglotError as error:
        raise cannot_transpile(statement, error, "DuckDB") from None


def _query_error(statement: Statement, text: str, columns: list[str]) -> QueryError:
    if match := _COLUMN.search(text):
        return unknown_column(statement, match[1], columns)
    message = one_line(_KIND.sub("", _DETAILS.sub("", text)))
    named = _NAME.search(message)
    place = where(statement, next(filter(None, named.groups()))) if named else ""
    return QueryError(f"{statement.name}: {message.rstrip('.')}{place}.")
