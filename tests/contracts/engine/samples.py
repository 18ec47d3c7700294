"""What the tests of the engine write: a table of numbers, and the request for it."""

from __future__ import annotations

from datetime import date, datetime

from millrace.athena_sql.ports import Column, RowData, Statement, WriteRequest
from tests.unit.athena_sql.sql_lake import SqlLake


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text)


NUMBER = (Column("number", "int"), Column("dt", "date"))
NUMBERS = RowData(
    NUMBER,
    tuple({"number": number, "dt": date(2024, 5, 29 + number % 2)} for number in (4, 2, 3, 1, 5)),
)


def request(sql: str, columns: tuple[Column, ...] = NUMBER, partitions: tuple[str, ...] | None = ()) -> WriteRequest:
    return WriteRequest(
        Statement("staging.number", sql), columns, "staging/number/run=a-1/", partitions, {}, {"ops.numbers": NUMBERS}
    )


def on_disk(lake: SqlLake) -> list[str]:
    return sorted(str(path.relative_to(lake.root)) for path in lake.root.rglob("*") if path.is_file())
