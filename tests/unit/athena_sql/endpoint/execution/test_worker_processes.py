"""Each query has a process of its own: what ends that process ends the query, and nothing else."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from millrace.athena_sql.endpoint.endpoint import Endpoint
from millrace.athena_sql.endpoint.execution.worker_pool import QueryLimits
from tests.many_rows import numbers_to
from tests.unit.athena_sql.endpoint.fenced_lake import ENDLESS, SmallLake, ended, endpoint_over, outcome
from tests.unit.athena_sql.endpoint.worker_processes import peak, wait_until_at_work, wait_until_ended, workers_of

MIB = 1024**2
# One value of 100 MB for each row: more than any limit here, and not counted by DuckDB's own.
LARGE = "transform(sequence(1, 10000), e -> lpad('x', 10000, 'y') || CAST(e + t.x AS varchar))"
GREEDY = f"SELECT count(*) FROM (SELECT {LARGE} AS l FROM {numbers_to(10_000, 'x')} AS t) AS q WHERE cardinality(l) > 1"


WorkerPids = Callable[[], list[int]]


@pytest.fixture(autouse=True)
def workers() -> Iterator[WorkerPids]:
    """The workers of a test's own endpoint. The process may have others: of an endpoint that many tests share."""
    others = {*workers_of(os.getpid())}

    def own() -> list[int]:
        return [pid for pid in workers_of(os.getpid()) if pid not in others]

    yield own
    assert own() == []


@pytest.fixture
def lake(tmp_path: Path) -> SmallLake:
    lake = SmallLake(tmp_path / "lake")
    lake.write()
    return lake


def start(endpoint: Endpoint, sql: str) -> str:
    id_: str = endpoint.answer("StartQueryExecution", {"QueryString": sql})["QueryExecutionId"]
    return id_


def running(endpoint: Endpoint, id_: str) -> bool:
    found = endpoint.answer("GetQueryExecution", {"QueryExecutionId": id_})["QueryExecution"]["Status"]["State"]
    return found in ("QUEUED", "RUNNING")


def at_work(endpoint: Endpoint, workers: WorkerPids) -> tuple[str, int]:
    """An endless query, and the process that works on it, which an earlier query has found ready."""
    assert outcome(endpoint, "SELECT 1 AS x")[0] == "SUCCEEDED"
    (pid,) = workers()
    id_ = start(endpoint, ENDLESS)
    wait_until_at_work(pid)
    return id_, pid


def test_a_query_that_needs_too_much_memory_fails_alone(lake: SmallLake, workers: WorkerPids) -> None:
    with endpoint_over(lake, QueryLimits(process_memory=300 * MIB)) as endpoint:
        other = start(endpoint, ENDLESS)
        before, most = peak(os.getpid()), 0
        greedy = start(endpoint, GREEDY)
        while running(endpoint, greedy):
            most = max(most, *map(peak, workers()))
        status = ended(endpoint, greedy)["Status"]
        assert (status["State"], status["StateChangeReason"]) == (
            "FAILED",
            "Query exhausted resources at this scale factor",
        )
        assert status["AthenaError"] == {
            "ErrorCategory": 2,
            "ErrorType": 0,
            "Retryable": False,
            "ErrorMessage": status["StateChangeReason"],
        }
        assert most < 500 * MIB  # the limit, and what a process has when idle
        assert peak(os.getpid()) < before + 50 * MIB
        assert running(endpoint, other)
        assert outcome(endpoint, "SELECT count(*) AS x FROM prod.numbers")[2] == [["x"], ["10"]]


def test_a_process_that_is_killed_fails_its_query_which_may_be_started_again(
    lake: SmallLake, workers: WorkerPids
) -> None:
    with endpoint_over(lake) as endpoint:
        id_, pid = at_work(endpoint, workers)
        os.kill(pid, signal.SIGKILL)
        status = ended(endpoint, id_)["Status"]
        assert status["State"] == "FAILED"
        assert status["StateChangeReason"] == (
            "GENERIC_INTERNAL_ERROR: the process of this query ended (SIGKILL). Start the query again."
        )
        assert status["AthenaError"]["Retryable"] is True
        assert id_ not in {path.stem for path in (lake.folder / "athena" / "results").iterdir()}
        assert outcome(endpoint, "SELECT 1 AS x")[2] == [["x"], ["1"]]


def test_a_process_that_does_not_stop_is_killed_at_the_time_limit(lake: SmallLake, workers: WorkerPids) -> None:
    with endpoint_over(lake, QueryLimits(seconds=2.0, grace=0.1)) as endpoint:
        id_, stopped = at_work(endpoint, workers)
        os.kill(stopped, signal.SIGSTOP)  # it answers nothing any more
        status = ended(endpoint, id_)["Status"]
        assert (status["State"], status["StateChangeReason"]) == (
            "FAILED",
            "Query timeout: it ran for more than 2 seconds",
        )
        assert stopped not in workers()


def test_a_process_that_does_not_stop_is_killed_when_its_query_is_cancelled(
    lake: SmallLake, workers: WorkerPids
) -> None:
    with endpoint_over(lake, QueryLimits(grace=0.1)) as endpoint:
        id_, stopped = at_work(endpoint, workers)
        os.kill(stopped, signal.SIGSTOP)
        endpoint.answer("StopQueryExecution", {"QueryExecutionId": id_})
        assert ended(endpoint, id_)["Status"]["State"] == "CANCELLED"
        assert stopped not in workers()


def test_an_idle_process_that_died_is_replaced(lake: SmallLake, workers: WorkerPids) -> None:
    with endpoint_over(lake) as endpoint:
        outcome(endpoint, "SELECT 1 AS x")
        (idle,) = workers()
        os.kill(idle, signal.SIGKILL)
        os.waitid(os.P_PID, idle, os.WEXITED | os.WNOWAIT)  # WNOWAIT leaves its status to the endpoint
        assert outcome(endpoint, "SELECT 2 AS x")[2] == [["x"], ["2"]]


def test_no_process_outlives_the_endpoint(lake: SmallLake, workers: WorkerPids) -> None:
    with endpoint_over(lake) as endpoint:
        _, pid = at_work(endpoint, workers)
    wait_until_ended([pid])
