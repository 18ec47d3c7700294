"""Saved queries and checks on days when a source's clocks change: local times skip an hour, or come twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from millrace.athena_sql.ports import Column, RowData, Value
from millrace.athena_sql.statements.saved_queries import SavedQuery
from millrace.glue_workflow.lake_tables import utc_offsets
from tests.shipped import PROJECT
from tests.unit.athena_sql.sql_lake import SqlLake

NEW_YORK = ZoneInfo("America/New_York")


def observe(lake: SqlLake, day: str, *utc: str) -> None:
    """Snapshots of a feed in New York."""
    columns = (
        Column("observed_at", "timestamp"),
        Column("observed_at_local", "timestamp"),
        Column("snapshot_id", "string"),
        Column("dt", "date"),
    )
    instants = [datetime.fromisoformat(at).replace(tzinfo=UTC) for at in utc]
    rows: tuple[Mapping[str, Value], ...] = tuple(
        {
            "observed_at": at.replace(tzinfo=None),
            "observed_at_local": at.astimezone(NEW_YORK).replace(tzinfo=None),
            "snapshot_id": f"taxis-{at.isoformat()}",
            "dt": date.fromisoformat(day),
        }
        for at in instants
    )
    for table in ("staging.taxi_position", "prod.taxi_availability"):
        lake.tables.data[table] = RowData(columns, rows)
    lake.tables.data["ops.utc_offsets"] = utc_offsets({"taxi_availability": NEW_YORK})


def saved(lake: SqlLake, queries: Sequence[SavedQuery], name: str, **parameters: Any) -> list[dict[str, Any]]:
    [query] = [one for one in queries if one.label == name]
    return lake.engine.query(query.statement, parameters).dicts()


@pytest.mark.parametrize(
    ("day", "utc", "minutes"),
    [
        ("2024-03-10", ("2024-03-10 06:58", "2024-03-10 07:01"), []),  # 01:58, then 03:01: three minutes later
        ("2024-11-03", ("2024-11-03 05:58", "2024-11-03 06:58"), [60.0]),  # 01:58, and again 01:58: an hour later
        ("2024-11-03", ("2024-11-03 05:30", "2024-11-03 05:33", "2024-11-03 06:01"), [28.0]),
    ],
)
def test_gaps_are_times_that_passed(lake: SqlLake, day: str, utc: tuple[str, ...], minutes: list[float]) -> None:
    observe(lake, day, *utc)
    found = saved(lake, PROJECT.queries(), "gaps", day=date.fromisoformat(day), minutes=5)
    assert [row["minutes"] for row in found] == minutes


def test_the_newest_snapshot_is_the_last_and_not_the_one_with_the_highest_local_time(lake: SqlLake) -> None:
    observe(lake, "2024-11-03", "2024-11-03 05:58", "2024-11-03 06:10")
    [row] = saved(lake, PROJECT.checks(), "newest_snapshot of taxi_availability", day=date(2024, 11, 3))
    assert row["newest_local"] == datetime(2024, 11, 3) + timedelta(hours=1, minutes=10)  # noqa: DTZ001
