"""The same rows from every statement and every saved query on every engine, in whole runs of the workflows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path

import pytest

from millrace.athena_sql.portability.parity import Parity
from millrace.athena_sql.ports import StreamingEngine
from millrace.firehose.envelope import Snapshot, to_record
from millrace.firehose.ports import Record
from millrace.infra.runtime.local import LocalRuntime
from millrace.lake.kind import open_lake
from millrace.settings import EngineName, Settings
from millrace.usecases.audit import audit_rows
from millrace.usecases.verify import ComparedLakes, compared_tables, queries_and_checks
from tests.contracts.athena_engine import athena_engine
from tests.contracts.engines import each_engine
from tests.end_to_end.feed import response
from tests.shipped import PROJECT, TABLES
from tests.unit.athena_sql.sql_lake import SINGAPORE, SampleTables, SqlLake, attempt, local

DAY = "2024-05-30"
EVE = "2024-05-29"
NOW = datetime(2024, 5, 31, tzinfo=UTC)


def taxis(observed: str, positions: Sequence[tuple[float, float]], *, polled: str | None = None) -> Record:
    at = local(observed)
    payload = response([f"[{east},{north}]" for east, north in positions], at)
    polled_at = local(polled) if polled else at + timedelta(seconds=2)
    return to_record(Snapshot("taxi_availability", SINGAPORE, at, at, polled_at, payload))


def crowd(count: int) -> list[tuple[float, float]]:
    """Positions over the whole box, some twice, some with more digits than are kept."""
    return [(103.6 + taxi * 7919 % 5000 / 10_000.0001, 1.2 + taxi * 7907 % 2500 / 10_000.0001) for taxi in range(count)]


def taxi_objects() -> list[list[Record]]:
    """Midnight, duplicates within and across objects, superseded snapshots, and a number of taxis that drops."""
    minutes = [f"{DAY} 08:{minute:02d}:00" for minute in range(0, 40, 2)]
    counts = [300] * 12 + [40] * 3 + [310] * 5
    ordinary = [taxis(at, crowd(count)) for at, count in zip(minutes, counts, strict=True)]
    return [
        [taxis(f"{EVE} 23:59:59", crowd(20))],
        [taxis(f"{DAY} 00:00:00", crowd(30)), taxis(f"{DAY} 00:00:00", crowd(30), polled=f"{DAY} 00:05:00")],
        [*ordinary[:10], ordinary[3]],
        [ordinary[5], *ordinary[10:]],
        [
            taxis(f"{DAY} 12:00:00", crowd(60), polled=f"{DAY} 12:00:10"),
            taxis(f"{DAY} 12:00:00", crowd(50), polled=f"{DAY} 12:00:20"),
            taxis(f"{DAY} 12:04:59", [(103.8000005, 1.2999995), (104.15, 1.5), (103.8000005, 1.2999995)]),
        ],
    ]


def poll_objects() -> list[list[Record]]:
    """Every outcome, attempts delivered again, a gap, and a duplicate snapshot over midnight."""
    delivered = [attempt(n, f"{DAY} 08:{n:02d}:00") for n in range(10)]
    return [
        [attempt(900, f"{EVE} 23:58:00"), attempt(901, f"{EVE} 23:59:00", observed=f"{EVE} 23:58:00")],
        [*delivered, delivered[4]],
        [attempt(20, f"{DAY} 08:20:00", "failed"), attempt(21, f"{DAY} 08:21:00", "quarantined")],
        [
            attempt(40, f"{DAY} 08:40:30", reason='裕廊 "late"\\'),
            attempt(41, f"{DAY} 08:41:00", observed=f"{DAY} 08:40:30"),
        ],
        [attempt(60, f"{DAY} 10:00:00", interval_seconds=300, source="rainfall")],
    ]


def rain(at: str, values: Sequence[tuple[str, object]], *, listed: Sequence[str] = ("S1", "S2", "S2")) -> Record:
    observed = local(at)
    stations = [
        {
            "id": name,
            "deviceId": name,
            "name": f"Road – {name}",
            "location": {"latitude": 1.3, "longitude": 103.8000005},
        }
        for name in listed
    ]
    reading = {"timestamp": observed.isoformat(), "data": [{"stationId": one, "value": value} for one, value in values]}
    rained = {"stations": stations, "readings": [reading], "readingType": "TB1 Rainfall 5 Minute", "readingUnit": "mm"}
    payload = json.dumps({"code": 0, "data": rained, "errorMsg": None}, ensure_ascii=False).encode()
    return to_record(Snapshot("rainfall", SINGAPORE, observed, observed, observed + timedelta(seconds=2), payload))


def rain_objects() -> list[list[Record]]:
    """Stations listed twice and not at all, no rain, and more digits than are kept."""
    return [
        [rain(f"{EVE} 23:55:00", [("S1", 0), ("S2", 1.005)])],
        [rain(f"{DAY} 00:00:00", [("S1", 0.2), ("S2", 12.4)]), rain(f"{DAY} 00:00:00", [("S1", 0.2), ("S2", 12.4)])],
        [rain(f"{DAY} 08:05:00", [("S1", 0), ("S2", 0), ("S1", 0.25)], listed=("S1", "S2"))],
    ]


class AthenaParityRuntime(LocalRuntime):
    """A local runtime with Athena as a further engine."""

    def engine_named(self, name: EngineName | None) -> StreamingEngine:
        return self.athena if name is EngineName.ATHENA else super().engine_named(name)

    @cached_property
    def athena(self) -> StreamingEngine:
        return athena_engine(self.tables, self.home)


def lake(home: Path) -> LocalRuntime:
    runtime = AthenaParityRuntime(Settings(home=home, feed="simulated"))
    open_lake(runtime.storage, "simulated", runtime.clock)
    raw = SqlLake(runtime.home, runtime.engine, SampleTables())
    for source, objects in (
        ("taxi_availability", taxi_objects()),
        ("polls", poll_objects()),
        ("rainfall", rain_objects()),
    ):
        raw.deliver(source, *objects)
        for day in (EVE, DAY, "2024-05-31"):  # the last is touched, and empty
            runtime.pending.add(source, day, NOW)
    return runtime


@pytest.fixture(scope="module", params=each_engine("athena", "spark"))
def lakes(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComparedLakes]:
    folder = tmp_path_factory.mktemp("lakes")
    with lake(folder / "reference") as reference, lake(folder / "other") as other:
        made = ComparedLakes(reference, other, EngineName(request.param))
        assert len(list(made.run_workflows())) == 6
        yield made


def different(parities: Iterator[Parity]) -> list[Parity]:
    found = list(parities)
    assert sum(parity.rows for parity in found) > 0
    return [parity for parity in found if not parity.equal]


def test_every_statement_gives_equal_rows(lakes: ComparedLakes) -> None:
    assert {table.name for table in TABLES if table.statement} <= set(compared_tables(PROJECT))
    assert different(lakes.tables()) == []


def test_every_table_has_rows_to_compare(lakes: ComparedLakes) -> None:
    empty = {parity.name for parity in lakes.tables() if not parity.rows}
    assert empty == {"staging.poll_set_aside"}


def test_every_saved_query_gives_equal_rows_over_files_of_the_other(lakes: ComparedLakes) -> None:
    assert len(queries_and_checks(PROJECT)) == len(list(lakes.queries(DAY)))
    assert different(lakes.queries(DAY)) == []


def test_the_ledgers_balance_alike(lakes: ComparedLakes) -> None:
    ours, theirs = (audit_rows(runtime, [], lambda done, of: None) for runtime in (lakes.reference, lakes.other))
    assert ours == theirs
