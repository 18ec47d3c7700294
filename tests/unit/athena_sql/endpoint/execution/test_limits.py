"""Limits of queries: memory, time, the size of results, their number, and what is kept of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from millrace.athena_sql.endpoint.endpoint import Endpoint
from millrace.athena_sql.endpoint.execution.worker_pool import QueryLimits
from millrace.errors import RequestRefused
from tests.many_rows import numbers_to
from tests.unit.athena_sql.endpoint.fenced_lake import ENDLESS, SmallLake, ended, endpoint_over, outcome


@pytest.fixture
def lake(tmp_path: Path) -> SmallLake:
    lake = SmallLake(tmp_path / "lake")
    lake.write()
    return lake


def start(endpoint: Endpoint, sql: str) -> str:
    id_: str = endpoint.answer("StartQueryExecution", {"QueryString": sql})["QueryExecutionId"]
    return id_


def test_a_query_over_its_time_limit_fails(lake: SmallLake) -> None:
    with endpoint_over(lake, QueryLimits(seconds=0.3)) as endpoint:
        state, reason, _ = outcome(endpoint, ENDLESS)
        assert (state, reason) == ("FAILED", "Query timeout: it ran for more than 0.3 seconds")
        assert outcome(endpoint, "SELECT 1 AS x")[0] == "SUCCEEDED"


def test_a_query_over_its_memory_limit_fails(lake: SmallLake) -> None:
    with endpoint_over(lake, QueryLimits(memory="20MB")) as endpoint:
        state, reason, _ = outcome(endpoint, f"SELECT array_agg(x) FROM {numbers_to(3_000_000, 'x')} AS t")
        assert (state, reason.split(":")[0]) == ("FAILED", "EXCEEDED_LOCAL_MEMORY_LIMIT")
        assert outcome(endpoint, "SELECT count(*) AS x FROM prod.numbers")[2] == [["x"], ["10"]]


def test_a_result_over_its_size_limit_fails(lake: SmallLake) -> None:
    with endpoint_over(lake, QueryLimits(result_bytes=100_000)) as endpoint:
        state, reason, _ = outcome(endpoint, f"SELECT x FROM {numbers_to(100_000, 'x')} AS t")
        assert (state, reason.split(":")[0]) == ("FAILED", "EXCEEDED_LOCAL_LIMIT")
        assert list((lake.folder / "athena" / "results").iterdir()) == []


def test_slow_queries_block_others_only_when_all_workers_are_busy_and_the_queue_is_bounded(lake: SmallLake) -> None:
    with endpoint_over(lake, QueryLimits(parallel=2, waiting=1)) as endpoint:
        slow = start(endpoint, ENDLESS)
        assert outcome(endpoint, "SELECT 1 AS x")[0] == "SUCCEEDED"
        others = [start(endpoint, ENDLESS), start(endpoint, "SELECT 2 AS x")]
        with pytest.raises(RequestRefused) as raised:
            start(endpoint, "SELECT 3")
        assert (raised.value.shape, raised.value.members["Reason"]) == (
            "TooManyRequestsException",
            "CONCURRENT_QUERY_LIMIT_EXCEEDED",
        )
        endpoint.answer("StopQueryExecution", {"QueryExecutionId": others[1]})  # it is queued: it never starts
        assert ended(endpoint, others[1])["Status"]["StateChangeReason"] == "Query cancelled by user"
        for id_ in (slow, others[0]):
            endpoint.answer("StopQueryExecution", {"QueryExecutionId": id_})
            assert ended(endpoint, id_)["Status"]["State"] == "CANCELLED"


def test_the_oldest_executions_and_their_results_are_deleted(lake: SmallLake) -> None:
    with endpoint_over(lake, QueryLimits(max_executions=40)) as endpoint:
        ids = [start(endpoint, f"SELECT {number} AS x") for number in range(100)]
        for id_ in ids[-39:]:
            ended(endpoint, id_)
        ended(endpoint, start(endpoint, "SELECT 1"))
    with endpoint_over(lake, QueryLimits(max_executions=40)) as endpoint:
        listed = endpoint.answer("ListQueryExecutions", {"MaxResults": 50})["QueryExecutionIds"]
        assert len(listed) == 40
        assert ids[-1] in listed
        assert len(list((lake.folder / "athena" / "results").iterdir())) == 40
        with pytest.raises(RequestRefused, match="was not found"):
            endpoint.answer("GetQueryExecution", {"QueryExecutionId": ids[0]})


def test_the_total_size_of_results_is_bounded(lake: SmallLake) -> None:
    with endpoint_over(lake, QueryLimits(max_stored_bytes=5_000)) as endpoint:
        for _ in range(5):
            outcome(endpoint, "SELECT x FROM UNNEST(sequence(1, 400)) AS t (x)")
    with endpoint_over(lake, QueryLimits(max_stored_bytes=5_000)):
        sizes = [path.stat().st_size for path in (lake.folder / "athena" / "results").iterdir()]
        assert 0 < sum(sizes) <= 5_000


def test_a_result_of_many_pages_is_complete(lake: SmallLake) -> None:
    with endpoint_over(lake) as endpoint:
        id_ = start(endpoint, f"SELECT x FROM {numbers_to(25_000, 'x')} AS t ORDER BY x")
        ended(endpoint, id_)
        seen: list[str] = []
        token: dict[str, str] = {}
        while True:
            page = endpoint.answer("GetQueryResults", {"QueryExecutionId": id_, **token})
            seen += [row["Data"][0]["VarCharValue"] for row in page["ResultSet"]["Rows"]]
            if "NextToken" not in page:
                break
            token = {"NextToken": page["NextToken"]}
        assert seen == ["x", *map(str, range(1, 25001))]


def test_what_has_not_ended_when_the_endpoint_stops_is_failed_and_may_be_started_again(lake: SmallLake) -> None:
    with endpoint_over(lake, QueryLimits(parallel=1)) as endpoint:
        cut = [start(endpoint, ENDLESS), start(endpoint, "SELECT 1")]
    with endpoint_over(lake) as endpoint:
        for id_ in cut:
            status = ended(endpoint, id_)["Status"]
            assert (status["State"], status["AthenaError"]["Retryable"]) == ("FAILED", True)
            assert status["StateChangeReason"].startswith("INTERNAL_ERROR: the endpoint stopped")
