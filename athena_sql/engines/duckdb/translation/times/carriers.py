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


def carried_text(value: str) -> str:
    return f"({value}).{identifier(TEXT)}"


def carried_instant(value: str) -> str:
    """Of a carrier of a time with a zone, as a TIMESTAMPTZ."""
    return f"({value}).{identifier(ZONED)}"


def carrier_of(instant: str, text: str) -> str:
    """SQL for the carrier of a time with a zone."""
    return f"struct_pack({identifier(ZONED)} := {instant}, {identifier(TEXT)} := {text})"


def in_utc(instant: str) -> str:
    """SQL for a TIMESTAMPTZ as a TIMESTAMP in UTC, whatever the session's zone."""
    return f"timezone('UTC', {instant})"


def instant_text(instant: str) -> str:
    """SQL for Athena's text of a TIMESTAMPTZ, whose zone is UTC where no carrier names another."""
    return f"{milliseconds_text(in_utc(instant))} || ' UTC'"


def milliseconds_text(timestamp: str) -> str:
    """SQL for Athena's text of a TIMESTAMP, rounded to milliseconds. A TIMESTAMP_MS itself would become one in
    nanoseconds, which has no years before 1677."""
    return f"strftime(CAST(CAST({timestamp} AS TIMESTAMP_MS) AS TIMESTAMP), '%Y-%m-%d %H:%M:%S.%g')"
