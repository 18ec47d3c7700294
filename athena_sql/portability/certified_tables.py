"""The small tables that the certified cases read."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from millrace.athena_sql.ports import Column, ParquetData, RowData, Statement, TableData, ViewData


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text)


READING = RowData(
    (
        Column("station", "string"),
        Column("observed_at", "timestamp"),
        Column("count", "int"),
        Column("share", "decimal(9,6)"),
        Column("dt", "date"),
    ),
    (
        {
            "station": "Jurong – 裕廊",
            "observed_at": utc("2024-05-29 15:59:59"),
            "count": 7,
            "share": Decimal("0.100000"),
            "dt": date(2024, 5, 29),
        },
        {
            "station": "O'Brien's",
            "observed_at": utc("2024-05-29 16:00:00"),
            "count": 2,
            "share": Decimal("0.200000"),
            "dt": date(2024, 5, 30),
        },
        {"station": None, "observed_at": None, "count": None, "share": None, "dt": None},
    ),
)
TABLES: dict[str, TableData] = {
    "ops.reading": READING,
    "ops.empty": RowData(READING.columns, ()),
    "staging.empty": ParquetData(READING.columns[:-1], ()),
    "ops.counted": ViewData(Statement("ops.counted", "SELECT dt, sum(count) AS counted FROM ops.reading GROUP BY dt")),
}
