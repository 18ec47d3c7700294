"""Rows of a report as CSV: RFC 4180, with a header, and no text that a spreadsheet would take for a formula.

A text that begins with one of `= + - @`, a tab or a carriage return gets an apostrophe before it, as spreadsheets
themselves mark a text (OWASP, "CSV Injection"). Numbers stay as they are. Each text is in quotes, so NULL, which is an
empty field without, is none of them.
"""

from __future__ import annotations

from millrace.athena_sql.ports import Result, Value

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_END = "\r\n"


def csv_bytes(result: Result) -> bytes:
    """In UTF-8."""
    lines = [[_quoted(column.name) for column in result.columns]]
    lines += [[_field(value) for value in row] for row in result.rows]
    return "".join(",".join(line) + _END for line in lines).encode()


def _field(value: Value) -> str:
    match value:
        case None:
            return ""
        case str():
            return _quoted(value)
        case bool():
            return str(value).lower()
    return str(value)


def _quoted(text: str) -> str:
    safe = f"'{text}" if text.startswith(_FORMULA) else text
    return '"' + safe.replace('"', '""') + '"'
