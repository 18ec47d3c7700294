"""The certified cases on every engine, and local hours when clocks change."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from millrace.athena_sql.portability.certified_cases import CASES, CertifiedCase
from millrace.athena_sql.ports import ViewData
from millrace.glue_workflow.lake_tables import utc_offsets
from tests.shipped import TABLES
from tests.unit.athena_sql.sql.test_poll_statements import instants, local_hours
from tests.unit.athena_sql.sql_lake import SqlLake, attempt

CLOCK_CHANGES = [
    ("America/New_York", "2024-11-03"),
    pytest.param("America/Sao_Paulo", "2018-11-04", marks=pytest.mark.soak),
    pytest.param("Australia/Lord_Howe", "2024-04-07", marks=pytest.mark.soak),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_a_dialect_case_gives_the_known_rows(lake: SqlLake, case: CertifiedCase) -> None:
    found = lake.engine.query(case.statement).rows
    assert found == case.rows
    assert [list(map(type, row)) for row in found] == [list(map(type, row)) for row in case.rows]


def test_each_case_has_a_title_of_its_own() -> None:
    assert len({case.title for case in CASES}) == len(CASES)


@pytest.mark.parametrize(("name", "day"), CLOCK_CHANGES)
def test_hours_have_their_local_time_and_slots_when_clocks_change(lake: SqlLake, name: str, day: str) -> None:
    zone = ZoneInfo(name)
    lake.tables.data["ops.polls"] = ViewData(TABLES.statement("ops.polls"))
    lake.tables.data["ops.utc_offsets"] = utc_offsets({"taxi_availability": zone})
    slots = instants(zone, day, 15)
    polls = [
        attempt(number, at.isoformat(), interval_seconds=900, zone=zone)
        for number, at in enumerate(slots)
        if number % 7 or number in (0, len(slots) - 1)
    ]
    for record in polls:
        lake.deliver("polls", [record])
    for table in ("staging.poll", "prod.poll_freshness"):
        lake.build(table, day)
    rows = lake.sql("SELECT * FROM prod.poll_freshness ORDER BY hour_start").dicts()
    assert [(row["hour_start"], row["hour_local"]) for row in rows] == local_hours(zone, instants(zone, day, 1))
    assert sum(int(str(row["expected"])) for row in rows) == len(slots)
    assert sum(int(str(row["accepted"])) for row in rows) == len(polls)
    assert sum(int(str(row["gaps"])) for row in rows) == len(slots) - len(polls)
