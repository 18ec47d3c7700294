"""Carriers: columns of a result whose type DuckDB does not have, as STRUCTs that name it beside Athena's text.

    STRUCT("interval day to second" INTERVAL, "text" VARCHAR)           2 00:00:00.000
    STRUCT("interval year to month" INTERVAL, "text" VARCHAR)           1-2
    STRUCT("time" TIME, "text" VARCHAR)                                 08:00:00.000
    STRUCT("timestamp with time zone" TIMESTAMPTZ, "text" VARCHAR)      2024-05-30 08:00:00.000 Asia/Singapore

A translated query has them at its end (`translation/times.py`). They compare as their values do.
"""

from __future__ import annotations

from typing import Any

from millrace.sql_quoting import identifier

ZONED = "timestamp with time zone"
TEXT = "text"  # the second field

_CARRIED = (ZONED, "interval day to second", "interval year to month", "time")


def carried_type(type_: Any) -> str:
    """Athena's name of the type that a DuckDB type carries; "" for one that is no carrier."""
    names = list(dict(type_.children)) if type_.id == "struct" else []
    return str(names[0]) if names and names[0] in _CARRIED and names[1:] == [TEXT] else ""


def carried_value(value: str, kind: str) -> str:
    """SQL for what a Result holds of a carrier: an interval's or a time's text, an instant as a TIMESTAMP in UTC."""
    return f"CAST(({value}).{identifier(ZONED)} AS TIMESTAMP)" if kind == ZONED else carried_text(value)


def carried_text(value: str) -> str:
    return f"({value}).{identifier(TEXT)}"
