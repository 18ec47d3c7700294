"""The views of raw records: what they keep, and what is written where the records are read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from millrace.athena_sql.engines.duckdb.engine import DuckDbEngine
from millrace.athena_sql.portability.dialect import ATHENA
from millrace.athena_sql.portability.statement_check import portability_problems
from millrace.athena_sql.ports import Statement
from millrace.athena_sql.statements.parsing import parse_query
from tests.shipped import TABLES
from tests.unit.athena_sql.sql_lake import SampleTables, SqlLake, taxis

NOON = datetime(2024, 5, 30, 12)  # noqa: DTZ001 - local, as the sample lake takes it
COUNT = "cardinality(CAST(json_extract(payload, '$.features') AS ARRAY(JSON)))"


@dataclass(frozen=True)
class Sent:
    """A record that was sent: minutes after noon, and which of a few payloads it has."""

    observed: int
    polled: int
    payload: int


sent = st.builds(Sent, st.integers(0, 2), st.integers(3, 6), st.integers(0, 2))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.lists(sent, min_size=1, max_size=4), min_size=1, max_size=4))
def test_records_are_kept_once_and_snapshots_as_they_were_polled_last(objects: list[list[Sent]]) -> None:
    first: dict[str, tuple[str, str]] = {}
    with TemporaryDirectory() as folder:
        lake = SqlLake(Path(folder), DuckDbEngine(tables := SampleTables(), Path(folder), threads=1), tables)
        for records in objects:
            made = [taxis(minute(one.observed), [(one.payload, 0)], polled=minute(one.polled)) for one in records]
            lake.deliver("taxi_availability", made)
            for one, record in zip(records, made, strict=True):
                times = (minute(one.observed), minute(one.polled))
                first[record.snapshot_id] = min(first.get(record.snapshot_id, times), times)
        kept = {view: ids(lake, view) for view in ("records", "snapshots")}
        lake.engine.close()
    last: dict[str, tuple[str, str]] = {}
    for snapshot_id, (observed, polled) in first.items():
        last[observed] = max(last.get(observed, ("", "")), (polled, snapshot_id))
    assert kept == {"records": sorted(first), "snapshots": sorted(one for _, one in last.values())}


def minute(number: int) -> str:
    return (NOON + timedelta(minutes=number)).isoformat(" ")


def ids(lake: SqlLake, view: str) -> list[object]:
    return [one for (one,) in lake.rows(f"SELECT snapshot_id FROM raw.taxi_availability.{view} ORDER BY snapshot_id")]


@pytest.mark.parametrize("view", ["records", "snapshots"])
@pytest.mark.parametrize(
    ("sql", "where", "payload"),
    [
        (f"SELECT {COUNT} AS n FROM raw.x.{{view}} WHERE dt IN (:partitions)", "dt IN (:partitions)", False),
        (f"SELECT s.dt, {COUNT} AS n FROM raw.x.{{view}} AS s WHERE s.dt = :d AND s.hour < '08'", "dt = :d", False),
        (f"SELECT {COUNT} AS n FROM raw.x.{{view}} WHERE payload <> '' AND source = 'x'", None, True),
        (f"SELECT sum({COUNT}) AS n FROM raw.x.{{view}}", None, True),
        (f"SELECT {COUNT} AS n, * FROM raw.x.{{view}} WHERE dt = :d OR source = 'x'", None, True),
        ("SELECT payload AS p FROM raw.x.{view} JOIN staging.y ON y.dt = {view}.dt WHERE y.dt = :d", None, True),
    ],
)
def test_conditions_on_the_keys_and_the_payload_go_where_records_are_read(
    view: str, sql: str, where: str | None, payload: bool
) -> None:
    tree = parse_query(Statement("test", sql.format(view=view)))
    [raw] = [table for table in tree.find_all(exp.Table) if table.db == "raw"]
    read = raw.parent_select
    assert read is not None
    found = read.args.get("where")
    assert (found.sql(ATHENA) if found else "").startswith(f"WHERE {where}" if where else "")
    assert (found is None) == (where is None)
    assert ("payload" in [one.output_name for one in read.expressions]) == payload
    assert not portability_problems(Statement("test", sql.format(view=view)), TABLES)


def test_other_names_of_three_parts_stay_as_they_are() -> None:
    for name in ("awsdatacatalog.raw.records", "raw.x.y", "raw.records"):
        assert parse_query(Statement("test", f"SELECT 1 FROM {name}")).sql() == f"SELECT 1 FROM {name}"
