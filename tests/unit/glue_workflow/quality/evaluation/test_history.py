from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from millrace.glue_workflow.ports import QualityRecord, RunRecord, RunState
from millrace.glue_workflow.quality import StoredHistory
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
