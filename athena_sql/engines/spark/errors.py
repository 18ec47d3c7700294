"""Spark's errors as Millrace's: one line, with names and places of the user's own SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlglot.errors import SqlglotError

from millrace.athena_sql.engines.errors import cannot_transpile, one_line, unknown_column
from millrace.athena_sql.ports import Statement
from millrace.athena_sql.statements.parsing import where
from millrace.errors import QueryError

_CONDITION = re.compile(r"\[([A-Z][A-Z0-9_]*(?:\.[A-Z0-9_]+)*)\] (.*?)(?:\s+SQLSTATE: \w+)?(?:\n|;|$)")
_COLUMN = re.compile(r"with name ((?:`[^`]*`\.?)+) cannot be resolved")
_QUOTED = re.compile(r"`([^`]+)`")
_ADVICE = re.compile(r" (?:If necessary set|To tolerate malformed input|Use `try_|To return NULL instead|Consider).*")
_MEMORY = ("OutOfMemoryError", "GC overhead limit", "Unable to acquire")


@contextmanager
def translated(statement: Statement, columns: Iterable[str] = ()) -> Iterator[None]:
    """Raises QueryError for errors of Spark and sqlglot. `columns`: those of the statement's tables, for hints."""
    from py4j.protocol import Py4JError  # type: ignore[import-untyped]
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise _query_error(statement, str(error), columns) from None
    except SqlglotError as error:
        raise cannot_transpile(statement, error, "Spark") from None


def _query_error(statement: Statement, text: str, columns: Iterable[str]) -> QueryError:
    if any(words in text for words in _MEMORY):
        return QueryError(
            f"{statement.name}: the query needs more memory than Spark has.",
            hint="Read fewer partitions at a time (WHERE dt = ...), aggregate earlier, or set spark.driver.memory.",
        )
    if match := _COLUMN.search(text):
        return unknown_column(statement, _QUOTED.findall(match[1])[-1], columns)
    message = _ADVICE.sub("", _innermost(text))
    named = _QUOTED.search(message)
    place = where(statement, named[1].split(".")[-1]) if named else ""
    return QueryError(f"{statement.name}: {one_line(message).rstrip('.')}{place}.")


def _innermost(text: str) -> str:
    """The message of the last error condition in the text, which caused the others; without any, the first line."""
    conditions = _CONDITION.findall(text)
    if conditions:
        return str(conditions[-1][1])
    return next(line for line in [*text.splitlines(), "Spark gave no reason"] if line.strip())
