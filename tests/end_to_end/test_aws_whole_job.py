"""The whole job on AWS: poll to prod by Firehose, S3, Glue and DynamoDB, the jobs on Athena and on Spark.

moto stands for the services, a double for Firehose, and the local endpoint, over moto's Glue and S3, for Athena.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest

from glue_workflow.definitions import workflows
from infra.athena import serving_athena
from infra.reading import audit_rows, run_query
from infra.running import run_workflow
from infra.runtime import LocalRuntime
from infra.runtime_base import Runtime
from ingestors.ports import Outcome
from ingestors.registry import source
from ingestors.simulator.city import SimulatedCity
from ingestors.simulator.misbehaviour import CATALOGUE, asked_between, only
from ingestors.simulator.server import SERVED, Simulator
from millrace.background_server import Address
from millrace.clock import ManualClock
from millrace.settings import EngineName, Settings
from tests.contracts.engines import SPARK_MARKS
from tests.doubles.faults import Fault, Faults, Killed, Plan
from tests.end_to_end.aws_lake import AwsLake, aws_lake, environment

START = datetime(2024, 5, 30, 15, 45, tzinfo=UTC)  # a quarter before midnight in Singapore
FIVE = timedelta(minutes=5)
SLOTS = [START + number * FIVE for number in range(6)]
BAD = START + FIVE  # what the taxi feed answers for this slot is no snapshot
AUDIT_COLUMNS = {"run_id", "ingested_at", "source_object"}
READ = {"prod.area_cell": "SELECT area_id, count(*) AS cells, sum(cell_id) AS sum FROM prod.area_cell GROUP BY area_id"}


@pytest.fixture(scope="module")
def feeds() -> Iterator[dict[str, str]]:
    bad = only(asked_between(BAD, BAD + FIVE), CATALOGUE["html"]())
    with Simulator(SimulatedCity(1), Evening(), misbehaviours=[bad]) as simulator:
        yield simulator.urls


class Evening(ManualClock):
    """It stays an hour after the first slot; who waits for Athena gives way to it, for a few milliseconds."""

    def __init__(self) -> None:
        super().__init__(START + timedelta(hours=1))

    def sleep(self, seconds: float) -> None:
        time.sleep(min(seconds, 0.02))


def poll(runtime: Runtime, slots: list[datetime] = SLOTS) -> None:
    """Each slot once, the first of the taxis twice: its second snapshot is a duplicate."""
    handler = runtime.poll_handler()
    for slot in slots:
        for name in SERVED:
            result = handler.poll(source(name), slot, historical=True)
            wrong = name == SERVED[0] and slot == BAD
            assert result.outcome is (Outcome.QUARANTINED if wrong else Outcome.DELIVERED), result.reason
    assert handler.poll(source(SERVED[0]), slots[0], historical=True).outcome is Outcome.DELIVERED


def run_all(runtime: Runtime) -> None:
    for name in workflows():
        record = run_workflow(runtime, name, [], full=False, progress=lambda _: None)
        assert record.state == "succeeded", record.error


def prod(runtime: Runtime) -> dict[str, Any]:
    """Every prod table's rows, as readers see them, audit columns aside."""
    found = {}
    names = {table for workflow in workflows().values() for table in (*workflow.dimensions, *workflow.prod)}
    for name in sorted(names):
        result = run_query(runtime, READ.get(name, f"SELECT * FROM {name}"))
        kept = [place for place, column in enumerate(result.columns) if column.name not in AUDIT_COLUMNS]
        found[name] = (
            [result.columns[place].name for place in kept],
            sorted(tuple(row[place] for place in kept) for row in result.rows),
        )
    return found


def ledgers(runtime: Runtime) -> list[dict[str, Any]]:
    rows, imbalances = audit_rows(runtime, [], lambda done, of: None)
    assert imbalances == []
    return rows


@pytest.fixture(scope="module")
def local(feeds: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, Any], list[Any]]:
    """What a lake in a folder has of the same polls: prod, and the ledgers."""
    home = tmp_path_factory.mktemp("local")
    with LocalRuntime(Settings(home, "simulated", source_urls=feeds), clock=Evening()) as runtime:
        poll(runtime)
        runtime.stream.flush(everything=True)
        run_all(runtime)
        return prod(runtime), ledgers(runtime)


@contextmanager
def on_athena(lake: AwsLake) -> Iterator[AwsLake]:
    """The lake with an endpoint as its Athena."""
    with lake.runtime() as runtime, serving_athena(runtime, Address()) as server:
        yield lake.with_athena(server.url)


@pytest.mark.parametrize("engine", [EngineName.ATHENA, pytest.param(EngineName.SPARK, marks=SPARK_MARKS)])
def test_prod_is_that_of_a_local_run(engine: EngineName, feeds: dict[str, str], local: Any, tmp_path: Path) -> None:
    stage = "uat" if engine is EngineName.SPARK else "test"  # one of the settings'; each its own
    with aws_lake(tmp_path, feeds, Evening(), stage=stage) as deployed, on_athena(deployed) as lake:
        with lake.runtime() as runtime:
            poll(runtime)
            ledgers(runtime)
            lake.double.deliver(everything=True)
        run_in_a_process(lake, engine)
        with lake.runtime() as runtime:
            assert prod(runtime) == local[0]
            assert ledgers(runtime) == local[1]


def run_in_a_process(lake: AwsLake, engine: EngineName) -> None:
    """One of its own: Spark's settings are those of the process that starts it first."""
    command = [sys.executable, "-m", "tests.end_to_end.workflows_child"]
    given = {**os.environ, **environment(lake, engine)}
    done = subprocess.run(command, env=given, capture_output=True, text=True, timeout=600, check=False)
    if "UNRESOLVED DEPENDENCIES" in done.stderr and not os.environ.get("CI"):
        pytest.skip("Spark's connector for S3 cannot be had: no network, or no repository of Java packages")
    told = [f"{name} succeeded " for name in workflows()]
    assert done.stdout.splitlines()[-len(told) :] == told, done.stderr[-2000:]


def test_throttling_and_lost_answers_change_nothing(feeds: dict[str, str], local: Any, tmp_path: Path) -> None:
    luck = Random(5)

    def plan(number: int, operation: str) -> Fault:
        return luck.choices([Fault.NONE, Fault.THROTTLED, Fault.LOST], [10, 1, 1])[0]

    with aws_lake(tmp_path, feeds, Evening()) as deployed, on_athena(deployed) as lake:
        faults = Faults(plan)
        lake.double.fault = lambda records: {number for number in range(len(records)) if luck.random() < 0.3}
        with lake.runtime(watch=faults.watch) as runtime:
            poll(runtime)
            lake.double.deliver(everything=True)
            run_all(runtime)
        services = {operation.partition(".")[0] for operation in faults.hit}
        assert services >= {"athena", "dynamodb", "firehose", "glue", "s3"}
        with lake.runtime() as runtime:
            assert prod(runtime) == local[0]
            assert ledgers(runtime) == local[1]


@pytest.mark.parametrize(("first", "trouble"), [("polls", "in flight"), ("rainfall", "unexplained")])
def test_what_the_stream_still_holds_is_in_flight_for_a_while(
    feeds: dict[str, str], tmp_path: Path, first: str, trouble: str
) -> None:
    """Whichever of the two records comes first, the attempt or its snapshot."""
    time_of_day = Evening()
    with aws_lake(tmp_path, feeds, time_of_day) as deployed, on_athena(deployed) as lake:
        with lake.runtime() as runtime:
            assert runtime.poll_handler().poll(source("rainfall"), START, historical=True).outcome is Outcome.DELIVERED
        assert lake.double.deliver(everything=True, below=f"raw/{first}/") == 1
        with lake.runtime() as runtime:
            (ledger,) = ledgers(runtime)
            terms = ("accepted", "in_flight", "pending")
            assert [ledger[term] for term in terms] == [1, *((1, 0) if first == "polls" else (0, 1))]
        time_of_day.set(time_of_day.now() + timedelta(hours=2))
        with lake.runtime() as runtime:
            assert trouble in " ".join(audit_rows(runtime, [], lambda done, of: None)[1])
            lake.double.deliver(everything=True)
            assert [ledger["pending"] for ledger in ledgers(runtime)] == [1]


CHANGES = ("Create", "Delete", "Put", "Start", "Transact", "Update", "Batch", "Receive")


def dies_before(nth: int) -> Plan:
    """The process dies before its n-th call that changes something; what it reads in between makes no difference."""
    changing = count(1)

    def plan(number: int, operation: str) -> Fault:
        verb = operation.partition(".")[2]
        is_change = verb.startswith(CHANGES) and not verb.startswith("BatchGet")
        return Fault.KILLED if is_change and next(changing) == nth else Fault.NONE

    return plan


def poll_rain(runtime: Runtime, slot: datetime) -> None:
    assert runtime.poll_handler().poll(source("rainfall"), slot, historical=True).outcome is Outcome.DELIVERED


def run_rain(runtime: Runtime, lake: AwsLake) -> None:
    lake.double.deliver(everything=True)
    run = run_workflow(runtime, "rainfall", [], full=False, progress=lambda _: None)
    assert run.state == "succeeded", run.error


def rain(runtime: Runtime) -> list[tuple[Any, ...]]:
    sql = "SELECT observed_at, rainfall_mm_mean, rainfall_mm_max, stations FROM prod.rainfall ORDER BY observed_at"
    return run_query(runtime, sql).rows


LAST = 108  # a poll and a run make fewer changes
SOME = [5, 23, 41, 66, 71]
EVERY = [pytest.param(range(n, n + 12), id=f"from {n}", marks=pytest.mark.soak) for n in range(1, LAST, 12)]


@pytest.mark.parametrize("places", [pytest.param(SOME, id="some"), *EVERY])
def test_a_process_that_dies_between_any_two_calls_loses_nothing(
    feeds: dict[str, str], tmp_path: Path, places: Sequence[int]
) -> None:
    slots = [START - number * FIVE for number in range(len(places))]
    died: list[int] = []
    with aws_lake(tmp_path / "aws", feeds, Evening()) as deployed, on_athena(deployed) as lake:
        for number, (nth, slot) in enumerate(zip(places, slots, strict=True)):
            dying, polled = Faults(dies_before(nth)), False
            with lake.runtime(watch=dying.watch) as runtime, suppress(Killed):
                poll_rain(runtime, slot)
                polled = True
                run_rain(runtime, lake)
            died += [nth] if dying.hit else []
            with lake.runtime() as runtime:
                assert len(rain(runtime)) in (number, number + 1), nth
                if not polled:  # only then: a poll would touch the partition again
                    poll_rain(runtime, slot)
                run_rain(runtime, lake)
                assert len(rain(runtime)) == number + 1, nth
                ledgers(runtime)
        with lake.runtime() as runtime:
            found = rain(runtime)
    assert died == SOME or places is not SOME
    assert LAST not in died, "then there are more changes, and more places to die at"
    with LocalRuntime(Settings(tmp_path / "local", "simulated", source_urls=feeds), clock=Evening()) as local:
        handler = local.poll_handler()
        for slot in slots:
            handler.poll(source("rainfall"), slot, historical=True)
        local.stream.flush(everything=True)
        run_workflow(local, "rainfall", [], full=False, progress=lambda _: None)
        assert found == rain(local)
