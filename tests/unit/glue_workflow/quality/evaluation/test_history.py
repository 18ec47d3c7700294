from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from millrace.glue_workflow.ports import PartitionVersion, QualityRecord, RunRecord, RunState
from millrace.glue_workflow.quality.evaluation.history import StoredHistory, StoredPartitionedHistory
from millrace.glue_workflow.stores.local.runs import SqliteRunStore
from millrace.state.sqlite import StateFile

AT = datetime(2024, 5, 30, tzinfo=UTC)
RULE = "RowCount > 0.5 * avg(last(3))"


@pytest.fixture
def store(tmp_path: Path) -> SqliteRunStore:
    return SqliteRunStore(StateFile(tmp_path / "state.db"))


def ran(store: SqliteRunStore, run_id: str, *values: float | None, state: RunState = RunState.SUCCEEDED) -> None:
    """Stores a run with these values of the rule, one for each attempt or check; a negative value failed."""
    store.save_run(RunRecord(run_id, "w", 1, state, AT, AT))
    for value in values:
        verdict = "fail" if value is not None and value < 0 else "pass"
        store.save_quality([QualityRecord(run_id, 1, "staging.x", "d", RULE, value, "", verdict, "", AT)])


def last(store: SqliteRunStore, count: int) -> list[float]:
    return StoredHistory(store, "staging.x").last(RULE, count)


def test_the_newest_runs_come_first_and_no_more_than_asked(store: SqliteRunStore) -> None:
    for number in range(5):
        ran(store, f"r{number}", number)
    assert last(store, 3) == [4, 3, 2]
    assert last(store, 9) == [4, 3, 2, 1, 0]


def test_a_run_counts_once_with_its_last_result(store: SqliteRunStore) -> None:
    ran(store, "a", 1)
    ran(store, "b", 10, 11, 12)
    assert last(store, 2) == [12, 1]


def test_failures_and_runs_that_did_not_succeed_do_not_count(store: SqliteRunStore) -> None:
    ran(store, "a", 1)
    ran(store, "b", -5)
    ran(store, "c", 3, state=RunState.FAILED)
    ran(store, "d", 4, state=RunState.INTERRUPTED)
    ran(store, "now", 5, state=RunState.RUNNING)
    ran(store, "e", None)
    assert last(store, 3) == [1]


def test_many_failed_attempts_do_not_hide_the_good_runs_before_them(store: SqliteRunStore) -> None:
    ran(store, "good", 7)
    for number in range(30):
        ran(store, f"bad{number}", 1, 1, state=RunState.FAILED)
    assert last(store, 1) == [7]


def test_results_of_an_unrecorded_run_do_not_count(store: SqliteRunStore) -> None:
    store.save_quality([QualityRecord("gone", 1, "staging.x", "d", RULE, 1, "", "pass", "", AT)])
    assert last(store, 1) == []


def checked(store: SqliteRunStore, run_id: str, partition: str, value: float, verdict: str = "pass") -> None:
    store.save_quality([QualityRecord(run_id, 1, "staging.x", partition, RULE, value, "", verdict, "", AT)])


def before(store: SqliteRunStore, seen: dict[str, str], partition: str, count: int) -> list[float]:
    """`seen`: the run whose version readers see, by partition."""
    versions = [PartitionVersion("staging.x", dt, f"{run}-1", ()) for dt, run in seen.items()]
    return StoredPartitionedHistory(store, "staging.x", lambda: versions).before(partition).last(RULE, count)


def test_the_past_of_a_partition_is_what_readers_see_of_those_before_it(store: SqliteRunStore) -> None:
    checked(store, "new", "2024-05-29", 29)
    checked(store, "old", "2024-05-28", 1)
    checked(store, "old", "2024-05-29", 2)  # replaced by the run "new"
    checked(store, "new", "2024-05-28", 28)
    checked(store, "new", "2024-05-31", 31)
    checked(store, "refused", "2024-05-29", 3)
    seen = {"2024-05-28": "new", "2024-05-29": "new", "2024-05-31": "new"}
    assert before(store, seen, "2024-05-30", 9) == [29, 28]
    assert before(store, seen, "2024-06-01", 2) == [31, 29]
    assert before(store, {**seen, "2024-05-29": "old"}, "2024-05-30", 9) == [2, 28]  # rolled back


def test_a_partition_that_was_published_with_a_failure_sets_no_standard(store: SqliteRunStore) -> None:
    checked(store, "r", "2024-05-28", 28)
    checked(store, "r", "2024-05-29", 29, "fail")
    assert before(store, {"2024-05-28": "r", "2024-05-29": "r"}, "2024-05-30", 2) == [28]


def test_a_table_without_partitions_is_compared_with_its_earlier_runs(store: SqliteRunStore) -> None:
    ran(store, "a", 1)
    assert before(store, {}, "", 2) == [1]
