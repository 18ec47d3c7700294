"""Fetched values as a Result holds them, on every engine."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from millrace.athena_sql.ports import Value


def to_value(value: Any) -> Value:
    """Instants become naive UTC, nested values the text that Athena gives for them; others stay."""
    match value:
        case datetime():
            return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        case None | str() | bool() | int() | float() | Decimal() | date():
            return value
    return _text(value)


def _text(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case list() | tuple():
            return f"[{', '.join(map(_text, value))}]"
        case dict():
            return f"{{{', '.join(f'{name}={_text(item)}' for name, item in value.items())}}}"
        case bytes():
            return value.hex(" ")
    return str(value)
