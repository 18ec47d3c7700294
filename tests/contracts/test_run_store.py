"""The contract of the run store. A new adapter is one entry in ADAPTERS."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from millrace.errors import UnknownName
from millrace.glue_workflow.ports import HeldPartition, JobRecord, QualityRecord, RunRecord, RunState, RunStore
from millrace.glue_workflow.run_request import All, Only, Reviewer, RunRequest, Touched
from millrace.glue_workflow.stores.aws.runs import DynamoRunStore
from millrace.glue_workflow.stores.local.runs import SqliteRunStore
from millrace.state.sqlite import StateFile
from tests.contracts import aws

START = datetime(2024, 5, 30, tzinfo=UTC)

ADAPTERS: dict[str, Callable[[Path], RunStore]] = {
    "sqlite": lambda folder: SqliteRunStore(StateFile(folder / "state.db")),
    "dynamo": lambda folder: DynamoRunStore(aws.new_place().state()),
}


@pytest.fixture(params=ADAPTERS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> RunStore:
    return ADAPTERS[request.param](tmp_path)


def run(run_id: str, workflow: str = "taxi_availability") -> RunRecord:
    return RunRecord(run_id, workflow, 1, RunState.RUNNING, START, START, partitions=("2024-05-30",), code_version="1")


def job(name: str, attempt: int = 1) -> JobRecord:
    return JobRecord("r", attempt, name, RunState.RUNNING, START)


def quality(rule: str, value: float | None, run_id: str = "r") -> QualityRecord:
    return QualityRecord(run_id, 1, "staging.x", "2024-05-30", rule, value, "> 0", "pass", "fine", START)


def test_a_run_comes_back_as_it_was_saved(store: RunStore) -> None:
    ended = replace(run("r"), state=RunState.FAILED, finished_at=START + timedelta(seconds=9), error="it broke")
    ended = replace(ended, attempt=3, release="1a2b3c", counts_from=2)
    store.save_run(run("r"))
    store.save_run(ended)

    assert store.run("r") == ended
    assert store.runs() == [ended]


def test_runs_come_newest_first_by_workflow_and_limited(store: RunStore) -> None:
    for run_id, workflow in [("a", "taxi_availability"), ("b", "polls"), ("c", "taxi_availability")]:
        store.save_run(run(run_id, workflow))
    store.save_run(replace(run("a"), state=RunState.SUCCEEDED))  # a later save does not make a run newer

    assert [one.run_id for one in store.runs()] == ["c", "b", "a"]
    assert [one.run_id for one in store.runs("taxi_availability")] == ["c", "a"]
    assert [one.run_id for one in store.runs("taxi_availability", limit=1)] == ["c"]


def test_an_unknown_run_is_refused_with_the_known_runs(store: RunStore) -> None:
    store.save_run(run("r"))

    with pytest.raises(UnknownName, match=r"unknown run 'x'\. Choose one of: r"):
        store.run("x")


def test_jobs_come_in_the_order_in_which_they_started(store: RunStore) -> None:
    for record in [job("crawl"), job("delete"), job("delete", attempt=2)]:
        store.save_job(record)
    done = replace(job("crawl"), state=RunState.SUCCEEDED, rows=3, output={"objects": {"d": ["k"]}}, log="a\nb")
    store.save_job(done)

    assert store.jobs("r") == [done, job("delete"), job("delete", attempt=2)]
    assert store.jobs("other") == []
    elsewhere = replace(job("crawl"), run_id="s")
    store.save_job(elsewhere)
    assert store.jobs() == [done, job("delete"), job("delete", attempt=2), elsewhere]


def test_quality_results_come_newest_first_by_run_and_rule(store: RunStore) -> None:
    store.save_quality([quality("RowCount > 0", 1.0), quality("IsComplete x", None)])
    store.save_quality([quality("RowCount > 0", 2.0, "s")])

    assert [one.value for one in store.quality()] == [2.0, None, 1.0]
    assert [one.value for one in store.quality(rule="RowCount > 0", limit=1)] == [2.0]
    assert store.quality(table="staging.x", verdict="fail") == []
    assert store.quality(run_id="r", rule="RowCount > 0") == [quality("RowCount > 0", 1.0)]


def test_a_held_partition_is_on_record_until_it_is_released(store: RunStore) -> None:
    def held(workflow: str, dt: str, run_id: str = "r", objects: tuple[str, ...] = ("raw/a", "raw/b")) -> HeldPartition:
        return HeldPartition(workflow, dt, run_id, "staging.x", "RowCount > 0", "no rows", objects, "1+a", START)

    store.hold([held("w", "2024-05-31"), held("w", "2024-05-30"), held("w2", "2024-05-30")])
    again = held("w", "2024-05-30", "s", ("raw/c",))
    store.hold([again])

    assert store.held() == [again, held("w", "2024-05-31"), held("w2", "2024-05-30")]
    assert store.held("w") == [again, held("w", "2024-05-31")]
    store.release([again, held("w", "2023-01-01")])
    assert store.held("w") == [held("w", "2024-05-31")]
    store.hold([])
    store.release([])


def test_what_a_run_held_comes_back(store: RunStore) -> None:
    saved = replace(run("r"), held=("2024-05-30", "2024-05-31"))
    store.save_run(saved)
    assert store.run("r") == saved


@pytest.mark.parametrize(
    "request_", [RunRequest(), RunRequest(All(), "spark"), RunRequest(Only(("2024-05-30",)), review=Reviewer.REPROCESS)]
)
def test_what_a_run_was_asked_comes_back(store: RunStore, request_: RunRequest) -> None:
    saved = replace(run("r"), request=request_)
    store.save_run(saved)
    assert (store.run("r"), store.run("r").asked) == (saved, request_)


@pytest.mark.parametrize(
    ("partitions", "wanted"), [((), Touched()), (("2024-05-30",), Only(("2024-05-30",)))], ids=["none", "one"]
)
def test_a_run_of_an_older_version_is_resumed_for_its_partitions(
    store: RunStore, partitions: tuple[str, ...], wanted: Touched | Only
) -> None:
    store.save_run(replace(run("r"), partitions=partitions))
    assert store.run("r").asked == RunRequest(wanted)
