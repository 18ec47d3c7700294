"""The entities that the ledger counts in payloads."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from millrace.athena_sql.engines.duckdb.engine import DuckDbEngine
from millrace.firehose.envelope import Snapshot, to_record
from millrace.glue_workflow.ledger.snapshots import AuditedSource, RawPartitions, entities_of_winners, snapshots
from millrace.lake.local import LocalStorage
from tests.unit.athena_sql.sql_lake import SampleTables, SqlLake

DAY = "2024-05-30"


def counted(folder: Path, path: str, *payloads: bytes) -> list[int]:
    """The entities of each payload, one minute apart."""
    times = [datetime(2024, 5, 30, 4, minute, tzinfo=UTC) for minute in range(len(payloads))]
    zone = ZoneInfo("UTC")
    records = [to_record(Snapshot("x", zone, at, at, at, payload)) for at, payload in zip(times, payloads, strict=True)]
    engine = DuckDbEngine(tables := SampleTables(), folder, threads=1)
    keys = set(SqlLake(folder, engine, tables).deliver("x", records))
    raw, source = RawPartitions(LocalStorage(folder)).of("x", DAY), AuditedSource("x", None, path)
    found = entities_of_winners(engine, raw, source, DAY, keys)
    assert set(snapshots(engine, raw, source, DAY).objects) == set(found)
    assert entities_of_winners(engine, raw, source, DAY, set()) == {}
    engine.close()
    return [found[record.snapshot_id] for record in records]


def test_entities_are_the_elements_of_one_array(tmp_path: Path) -> None:
    assert counted(tmp_path, "$.a.b", b'{"a": {"b": [1, 2]}}', b'{"a": {"b": []}}', b"{}") == [2, 0, 0]


def test_entities_of_pages_are_those_of_every_page(tmp_path: Path) -> None:
    pages = b'[{"i": [1, 2]}, {"i": [3]}, {"i": []}, {}]'
    assert counted(tmp_path, "$[*].i", pages, b'[{"i": []}]', b"[{}]") == [3, 0, 0]
