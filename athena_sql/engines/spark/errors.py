"""Spark's errors as Millrace's: one line, with names and places of the user's own SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from sqlglot.errors import SqlglotError

from millrace.athena_sql.engines.errors import cannot_transpile, one_line, refused, unknown_column, unreadable_file
from millrace.athena_sql.ports import Statement
from millrace.athena_sql.statements.parsing import where
from millrace.errors import LakeError, QueryError, StatementFailed

_CONDITION = re.compile(r"\[([A-Z][A-Z0-9_]*(?:\.[A-Z0-9_]+)*)\] (.*?)(?:\s+SQLSTATE: \w+)?(?:\n|;|$)")
_COLUMN = re.compile(r"with name ((?:`[^`]*`\.?)+) cannot be resolved")
_QUOTED = re.compile(r"`([^`]+)`")
_ADVICE = re.compile(r" (?:If necessary set|To tolerate malformed input|Use `try_|To return NULL instead|Consider).*")
_FILE = re.compile(
    r"(?:does not exist: |reading file |File |RuntimeException: )((?:file:|s3a?:)?/\S+?\.(?:parquet|json\.gz))\b"
)
_DAMAGED = ("java.io.EOFException", "java.util.zip.", "org.apache.parquet.", "not a gzip file")
# A value that is not of its type, in a file that can be read: Spark names the file all the same.
_NOT_DAMAGED = ("_LEGACY_ERROR_TEMP_2133", "CANNOT_PARSE_JSON_FIELD", "MALFORMED_RECORD_IN_PARSING")
_RAISED = re.compile(r"java\.lang\.RuntimeException: (.+)")  # by RAISE_ERROR
_MEMORY = ("OutOfMemoryError", "GC overhead limit", "Unable to acquire")


@contextmanager
def translated(statement: Statement, columns: Iterable[str] = ()) -> Iterator[None]:
    """Raises QueryError for errors of Spark and sqlglot, and LakeError for a file that cannot be read.

    `columns`: those of the statement's tables, for hints.
    """
    from py4j.protocol import Py4JError  # type: ignore[import-untyped]
    from pyspark.errors import PySparkException

    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise _query_error(statement, str(error), columns) from None
    except StatementFailed as error:
        raise refused(statement, error) from None
    except SqlglotError as error:
        raise cannot_transpile(statement, error) from None


def _query_error(statement: Statement, text: str, columns: Iterable[str]) -> QueryError | LakeError:
    if any(words in text for words in _MEMORY):
        return QueryError(
            f"{statement.name}: the query needs more memory than Spark has.",
            hint="Read fewer partitions at a time (WHERE dt = ...), aggregate earlier, or set spark.driver.memory.",
        )
    damaged = not any(words in text for words in _NOT_DAMAGED)
    if damaged and (match := _FILE.search(text)):
        return unreadable_file(statement, match[1], _cause(text))
    if damaged and any(f"Caused by: {kind}" in text for kind in _DAMAGED):
        return unreadable_file(statement, "a file of its tables", _cause(text))
    if match := _COLUMN.search(text):
        return unknown_column(statement, _QUOTED.findall(match[1])[-1], columns)
    message = _ADVICE.sub("", _innermost(text))
    named = _QUOTED.search(message)
    place = where(statement, named[1].split(".")[-1]) if named else ""
    return QueryError(f"{statement.name}: {one_line(message).rstrip('.')}{place}.")


def _innermost(text: str) -> str:
    """The message of the last error condition in the text, which caused the others; without any, what the statement
    raised, or the first line."""
    conditions = _CONDITION.findall(text)
    if conditions:
        return str(conditions[-1][1])
    if raised := _RAISED.search(text):
        return raised[1]
    return next(line for line in [*text.splitlines(), "Spark gave no reason"] if line.strip())


def _cause(text: str) -> str:
    """The innermost cause of an error about a file, without its class and the file's name."""
    causes = re.findall(r"Caused by: [\w.$]+: ([^\n]+)", text)
    return _FILE.sub("", causes[-1]).strip() if causes else "it does not exist"
