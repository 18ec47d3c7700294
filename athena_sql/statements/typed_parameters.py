"""The values of SQL parameters that people write as text: on the page, on a command line, in a saved query's header."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from millrace.athena_sql.ports import Parameter, Value


def typed_parameters(texts: Mapping[str, str]) -> dict[str, Parameter]:
    return {name: typed_value(text) for name, text in texts.items()}


def typed_value(text: str) -> Value:
    """A date (YYYY-MM-DD), a whole or decimal number, true or false; any other text is a string."""
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        return _date(text)
    if re.fullmatch(r"[+-]?\d+", text):
        return int(text)
    if text in ("true", "false"):
        return text == "true"
    try:
        return Decimal(text) if re.fullmatch(r"[+-]?\d+\.\d+", text) else text
    except InvalidOperation:
        return text


def _date(text: str) -> Value:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text
