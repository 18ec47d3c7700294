"""What is special to the run store on DynamoDB; the rest is in its contract."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from millrace.glue_workflow.ports import JobRecord, QualityRecord, RunRecord, RunState
from millrace.glue_workflow.stores.aws.runs import DynamoRunStore
from tests.contracts import aws
from tests.doubles.spy import Spy

AT = datetime(2024, 5, 30, tzinfo=UTC)


@pytest.fixture
def spy() -> Spy:
    return Spy(aws.one_at_a_time())


@pytest.fixture
def store(spy: Spy) -> DynamoRunStore:
    return DynamoRunStore(aws.new_place().state(spy))


def quality(rule: str, value: float, verdict: str = "pass") -> QualityRecord:
    return QualityRecord("r", 1, "staging.x", "2024-05-30", rule, value, "> 0", verdict, "fine", AT)


def test_a_log_and_an_output_larger_than_an_item_are_kept_whole(store: DynamoRunStore) -> None:
    log = "\n".join(f"line {number}: \u00e9" for number in range(60_000))
    output = {"objects": {"2024-05-30": [f"raw/taxi/{number}.json.gz" for number in range(20_000)]}}
    done = JobRecord("r", 1, "crawl", RunState.SUCCEEDED, AT, AT, rows=1, output=output, log=log)
    store.save_job(done)
    assert len(log.encode()) > 400 * 1024
    assert store.jobs("r") == [done]
    assert store.jobs() == [done]


def test_runs_are_in_the_order_of_their_arrival_whatever_the_clock_said(store: DynamoRunStore) -> None:
    for run_id, year in [("a", 2024), ("b", 1970), ("c", 2038), ("d", 2024)]:
        at = AT.replace(year=year)
        store.save_run(RunRecord(run_id, "taxi", 1, RunState.RUNNING, at, at))
    assert [run.run_id for run in store.runs()] == ["d", "c", "b", "a"]
    assert store.runs("taxi", limit=1)[0].run_id == "d"


def test_many_results_of_one_check_come_newest_first(store: DynamoRunStore) -> None:
    store.save_quality([quality(f"rule {number}", number) for number in range(100)])
    assert [one.value for one in store.quality()] == list(range(99, -1, -1))
    assert [one.value for one in store.quality(run_id="r")] == list(range(99, -1, -1))


def test_a_rule_that_stands_twice_in_a_check_has_both_results(store: DynamoRunStore) -> None:
    store.save_quality([quality("same", 1), quality("other", 2), quality("same", 3)])
    assert [one.value for one in store.quality(table="staging.x", rule="same")] == [3, 1]


def test_the_requests_of_a_run_cost_the_same_after_many_other_runs(store: DynamoRunStore, spy: Spy) -> None:
    """Cost: the number of requests, and of the items that they read."""

    def cost() -> tuple[int, list[int | None]]:
        spy.calls.clear()
        store.runs("taxi", limit=1)
        store.quality(table="staging.x", rule="RowCount > 0", verdict="pass", limit=5)
        store.run("run 0")
        return len(spy.calls), [call.get("Limit") for call in spy.of("query")]

    for number in range(30):
        store.save_run(RunRecord(f"run {number}", "taxi", 1, RunState.SUCCEEDED, AT, AT))
        store.save_quality([quality("RowCount > 0", number)])
        if number == 9:
            before = cost()
    assert cost() == before == (4, [1, 5])


def test_a_later_save_changes_every_list_that_a_run_is_in(store: DynamoRunStore) -> None:
    first = RunRecord("a", "taxi", 1, RunState.RUNNING, AT, AT)
    store.save_run(first)
    store.save_run(replace(first, run_id="b"))
    ended = replace(first, state=RunState.SUCCEEDED)
    store.save_run(ended)
    assert store.run("a") == store.runs()[1] == store.runs("taxi")[1] == ended
