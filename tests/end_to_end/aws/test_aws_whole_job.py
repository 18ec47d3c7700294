"""The whole job on AWS: poll to prod by Firehose, S3, Glue and DynamoDB, the jobs on Athena and on Spark.

moto stands for the services, a double for Firehose, and the local endpoint, over moto's Glue and S3, for Athena.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from datetime import timedelta
from functools import cache
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest

from millrace.infra.runtime.local import LocalRuntime
from millrace.ingestors.ports import Outcome
from millrace.settings import EngineName, Settings
from millrace.usecases.audit import audit_rows
from millrace.usecases.queries import LakeQuery
from tests.contracts import aws
from tests.contracts.engines import SPARK_MARKS
from tests.doubles.aws_proxy import AwsProxy, AwsRequest
from tests.doubles.faults import Fault, Faults, Killed, Plan, changes
from tests.end_to_end.aws.aws_jobs import (
    ALL,
    FIVE,
    ONE_OR_ALL,
    STAGE,
    START,
    Evening,
    export_in_a_process,
    ledgers,
    on_athena,
    poll,
    poll_rain,
    prod,
    rain,
    rain_of_a_local_run,
    run_each,
    run_in_a_process,
    run_rain,
)
from tests.end_to_end.aws.aws_lake import aws_lake
from tests.shipped import PROJECT

Local = Callable[..., tuple[dict[str, Any], list[Any], str]]
EXPORTED = "SELECT observed_at, observed_at_local, dt, taxis FROM prod.taxi_availability ORDER BY observed_at"


@pytest.fixture(scope="module")
def local(feeds: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Local:
    """What a lake in a folder has of the same polls after runs of some workflows: prod, the ledgers, a query's file."""

    @cache
    def made(*names: str) -> tuple[dict[str, Any], list[Any], str]:
        home = tmp_path_factory.mktemp("local")
        with LocalRuntime(Settings(home, "simulated", source_urls=feeds), clock=Evening()) as runtime:
            poll(runtime)
            runtime.stream.flush(everything=True)
            run_each(runtime, names)
            LakeQuery(runtime.engine, EXPORTED, {}).write_file(home / "rows.csv")
            return prod(runtime, names), ledgers(runtime), (home / "rows.csv").read_text()

    return made


# On Spark a run of the packaged script is in every suite (`packaged/test_packaged_glue.py`), on the Spark of Glue 6.0.
ON_SPARK = pytest.param(EngineName.SPARK, marks=(*SPARK_MARKS, pytest.mark.soak))


# With faults on the way, the same is held in every suite below.
ON_ATHENA = pytest.param(EngineName.ATHENA, marks=pytest.mark.soak)


@pytest.mark.parametrize("engine", [ON_ATHENA, ON_SPARK])
def test_prod_is_that_of_a_local_run(engine: EngineName, feeds: dict[str, str], local: Local, tmp_path: Path) -> None:
    with aws_lake(tmp_path, feeds, Evening(), stage=STAGE) as deployed, on_athena(deployed) as lake:
        with lake.runtime() as runtime:
            poll(runtime)
            ledgers(runtime)
            lake.double.deliver(everything=True)
        run_in_a_process(lake, engine)
        with lake.runtime() as runtime:
            assert prod(runtime) == local(*ALL)[0]
            assert ledgers(runtime) == local(*ALL)[1]
            scanned = [run.bytes_scanned for run in runtime.runs.runs()]
            assert all(scanned) if engine is EngineName.ATHENA else not any(scanned)
            assert export_in_a_process(lake, engine, EXPORTED, tmp_path / "rows.csv") == local(*ALL)[2]
            left = [one.key for one in runtime.storage.list("exports/") if not one.key.startswith("exports/athena/")]
            assert left == []


@pytest.mark.soak
@pytest.mark.parametrize("names", ONE_OR_ALL)
def test_throttling_and_lost_answers_change_nothing(
    feeds: dict[str, str], local: Local, tmp_path: Path, names: tuple[str, ...]
) -> None:
    luck = Random(5)

    def plan(number: int, operation: str) -> Fault:
        return luck.choices([Fault.NONE, Fault.THROTTLED, Fault.LOST], [10, 1, 1])[0]

    with aws_lake(tmp_path, feeds, Evening()) as deployed, on_athena(deployed) as lake:
        faults = Faults(plan)
        lake.double.fault = lambda records: {number for number in range(len(records)) if luck.random() < 0.3}
        with lake.runtime(watch=faults.watch) as runtime:
            poll(runtime)
            lake.double.deliver(everything=True)
            run_each(runtime, names)
        services = {operation.partition(".")[0] for operation in faults.hit}
        assert services >= {"athena", "dynamodb", "firehose", "glue", "s3"}
        with lake.runtime() as runtime:
            assert prod(runtime, names) == local(*names)[0]
            assert ledgers(runtime) == local(*names)[1]


@SPARK_MARKS[0]
@pytest.mark.soak
def test_throttling_and_lost_answers_change_nothing_on_spark(
    feeds: dict[str, str], local: Local, tmp_path: Path
) -> None:
    """Spark's own calls of S3 among them, which are those of Hadoop's connector."""
    luck = Random(5)

    def plan(request: AwsRequest) -> Fault:
        spared = request.by_jvm and not request.changes  # there are so many, and the SDK's pauses are real
        return luck.choices([Fault.NONE, Fault.THROTTLED, Fault.LOST], [46 if spared else 10, 1, 1])[0]

    with aws_lake(tmp_path, feeds, Evening(), stage=STAGE) as deployed, on_athena(deployed) as lake:
        with lake.runtime() as runtime:
            poll(runtime)
            lake.double.deliver(everything=True)
        with closing(AwsProxy(aws.endpoint(), plan)) as proxy:
            assert run_in_a_process(lake, EngineName.SPARK, proxy=proxy)
        throttled, lost = proxy.hit(Fault.THROTTLED), proxy.hit(Fault.LOST)
        for hit in (throttled, lost):
            assert {request.changes for request in hit if request.by_jvm} == {True, False}
        assert {request.operation.partition(".")[0] for request in [*throttled, *lost]} >= {"dynamodb", "glue", "s3"}
        with lake.runtime() as runtime:
            assert prod(runtime) == local(*ALL)[0]
            assert ledgers(runtime) == local(*ALL)[1]


@pytest.mark.parametrize(("first", "trouble"), [("polls", "in flight"), ("rainfall", "unexplained")])
def test_what_the_stream_still_holds_is_in_flight_for_a_while(
    feeds: dict[str, str], tmp_path: Path, first: str, trouble: str
) -> None:
    """Whichever of the two records comes first, the attempt or its snapshot."""
    time_of_day = Evening()
    with aws_lake(tmp_path, feeds, time_of_day) as deployed, on_athena(deployed) as lake:
        with lake.runtime() as runtime:
            assert (
                runtime.poll_handler().poll(PROJECT.source("rainfall"), START, historical=True).outcome
                is Outcome.DELIVERED
            )
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


def dies_before(nth: int) -> Plan:
    """The process dies before its n-th call that changes something; what it reads in between makes no difference."""
    changing = count(1)

    def plan(number: int, operation: str) -> Fault:
        return Fault.KILLED if changes(operation) and next(changing) == nth else Fault.NONE

    return plan


FEWEST, LAST = 71, 108  # a poll and a run make more changes than the first, and fewer than the second
EVERY = [pytest.param(range(n, n + 12), id=f"from {n}", marks=pytest.mark.soak) for n in range(1, LAST, 12)]


@pytest.mark.parametrize("places", EVERY)
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
    assert [nth for nth in died if nth <= FEWEST] == [nth for nth in places if nth <= FEWEST]
    assert LAST not in died, "then there are more changes, and more places to die at"
    assert found == rain_of_a_local_run(feeds, tmp_path / "local", slots)
