"""Athena's errors as Millrace's: one line, in Athena's words, with the line of the user's own SQL if certain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from millrace.athena_sql.engines.errors import one_line, unreadable_file
from millrace.athena_sql.ports import Statement
from millrace.aws.calls import code_of
from millrace.aws.calls import translated as aws_translated
from millrace.errors import LakeError, QueryError, RequestRefused

_INVALID = "InvalidRequestException"
_PLACE = re.compile(r"line (\d+):(\d+): ")
_WORD = re.compile(r'"?(\w+)')
# Athena's codes for objects that are missing or damaged (its troubleshooting guide).
_UNREADABLE = ("HIVE_CANNOT_OPEN_SPLIT", "HIVE_BAD_DATA", "HIVE_CURSOR_ERROR", "HIVE_FILESYSTEM_ERROR")
_MAX_SHOWN = 40  # characters of the query


@contextmanager
def translated() -> Iterator[None]:
    """Raises RequestRefused, with Athena's own message, for an invalid request, such as a query that Athena cannot
    parse (see `query_error`); other errors of AWS as `millrace.aws.calls` translates them."""
    from botocore.exceptions import ClientError

    with aws_translated("athena", "a query"):
        try:
            yield
        except ClientError as error:
            if code_of(error) != _INVALID:
                raise
            message = str(error.response.get("Error", {}).get("Message", ""))
            raise RequestRefused(_INVALID, message) from None


def query_error(statement: Statement, reason: str, sql: str) -> QueryError | LakeError:
    """Athena's reason, with the text at its place in `sql` (which Athena got) and, if certain, the statement's line.

    LakeError for an object that Athena could not read.
    """
    if reason.startswith(_UNREADABLE):
        return unreadable_file(statement, "an object of its tables", reason)
    place = _PLACE.search(reason)
    message = one_line(_PLACE.sub("", reason)).rstrip(".") or "Athena gives no reason"
    text = _text_at(sql, int(place[1]), int(place[2])) if place else ""
    line = _only_line_with(statement.sql, text)
    near = f" ({f'line {line}, ' if line else ''}at `{text[:_MAX_SHOWN]}`)" if text else ""
    return QueryError(f"{statement.name}: {message}{near}.")


def _text_at(sql: str, line: int, column: int) -> str:
    """The text from this place to the end of its line; `line` and `column` count from 1."""
    lines = sql.split("\n")
    return lines[line - 1][column - 1 :].strip() if line <= len(lines) else ""


def _only_line_with(statement: str, text: str) -> int | None:
    """The line of the statement with the first word of `text`, if that word stands in the statement exactly once."""
    word = _WORD.match(text)
    if word is None:
        return None
    lines = [statement.count("\n", 0, at.start()) + 1 for at in re.finditer(rf"\b{word[1]}\b", statement, re.I)]
    return lines[0] if len(lines) == 1 else None
