from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, timezone

import duckdb
import pytest

from millrace.athena_sql.ports import Column, Parameter, Result, Statement
from millrace.ingestors.polling.history import EnginePollHistory
from tests.doubles.reading_engine import GivenParameters, GivenTables, ReadingEngine

START, END = datetime(2024, 5, 30, 0, 0, tzinfo=UTC), datetime(2024, 5, 31, 0, 0, tzinfo=UTC)


def utc(day: int, hour: int, minute: int) -> datetime:
    """A time as the engine returns it: in UTC, without a time zone."""
    return datetime(2024, 5, day, hour, minute, tzinfo=UTC).replace(tzinfo=None)


ROWS = [
    ("taxi_availability", "accepted", utc(30, 0, 0), date(2024, 5, 30)),
    ("taxi_availability", "accepted", utc(30, 0, 0), date(2024, 5, 30)),  # asked for twice
    ("taxi_availability", "duplicate", utc(30, 0, 1), date(2024, 5, 29)),  # answered with the day before
    ("taxi_availability", "failed", utc(30, 0, 2), date(2024, 5, 30)),
    ("taxi_availability", "quarantined", utc(30, 0, 3), date(2024, 5, 30)),
    ("rainfall", "accepted", utc(30, 0, 4), date(2024, 5, 30)),
    ("taxi_availability", "accepted", utc(31, 0, 0), date(2024, 5, 31)),
    ("taxi_availability", "accepted", utc(31, 0, 1), date(2024, 5, 31)),  # after the end
    ("taxi_availability", "accepted", utc(29, 23, 59), date(2024, 5, 30)),  # before the start
]


class Polls(ReadingEngine):
    """An engine over `ops.polls` with these rows; the parameters are bound by DuckDB itself."""

    def __init__(self) -> None:
        self.asked: list[Mapping[str, Parameter]] = []
        self._connection = duckdb.connect()
        self._connection.execute("CREATE SCHEMA ops")
        self._connection.execute(
            "CREATE TABLE ops.polls (source VARCHAR, outcome VARCHAR, requested_at TIMESTAMP, dt DATE)"
        )
        self._connection.executemany("INSERT INTO ops.polls VALUES (?, ?, ?, ?)", ROWS)

    def answer(self, statement: Statement, parameters: GivenParameters, tables: GivenTables) -> Result:
        sql = statement.sql
        for name in parameters:
            sql = sql.replace(f":{name}", f"${name}")
        self.asked.append(parameters)
        rows = self._connection.execute(sql, dict(parameters)).fetchall()
        return Result((Column("requested_at", "timestamp"),), rows)

    def close(self) -> None:
        self._connection.close()


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=8))])
def test_the_answered_slots_are_those_with_a_snapshot(zone: timezone) -> None:
    engine = Polls()
    found = EnginePollHistory(engine).slots_with_snapshot(
        "taxi_availability", START.astimezone(zone), END.astimezone(zone)
    )
    engine.close()
    assert found == {START, START + timedelta(minutes=1), END}


def test_the_partitions_that_are_read_are_bounded() -> None:
    engine = Polls()
    EnginePollHistory(engine).slots_with_snapshot("taxi_availability", START, END)
    engine.close()
    assert (engine.asked[0]["from_dt"], engine.asked[0]["to_dt"]) == (date(2024, 5, 28), date(2024, 6, 1))
