"""What audits leave on record."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from millrace.glue_workflow.ledger.outcome import record_audit
from millrace.glue_workflow.ports import LEDGER_RULE, RunStore
from millrace.glue_workflow.stores.local.runs import SqliteRunStore
from millrace.state.sqlite import StateFile

START = datetime(2024, 5, 30, tzinfo=UTC)
FIRST, SECOND = ("taxis", "2024-05-29"), ("taxis", "2024-05-30")


@pytest.fixture
def runs(tmp_path: Path) -> RunStore:
    return SqliteRunStore(StateFile(tmp_path / "state.db"))


def on_record(runs: RunStore) -> list[tuple[str, str, float | None]]:
    """Partition, verdict and number of all results, in the order in which they were saved."""
    return [(one.partitions, one.verdict, one.value) for one in reversed(runs.quality(rule=LEDGER_RULE))]


def test_a_source_that_balances_has_one_result_for_all_of_its_partitions(runs: RunStore) -> None:
    record_audit(runs, [FIRST, SECOND, ("rain", "2024-05-30")], {}, START)
    assert on_record(runs) == [("", "pass", 0), ("", "pass", 0)]
    assert {one.table for one in runs.quality()} == {"raw.taxis", "raw.rain"}


def test_a_partition_out_of_balance_stays_so_until_an_audit_of_it_finds_otherwise(runs: RunStore) -> None:
    record_audit(runs, [FIRST, SECOND], {SECOND: ["lost: a", "rows: b"]}, START)
    record_audit(runs, [FIRST], {}, START + timedelta(hours=1))
    record_audit(runs, [FIRST, SECOND], {}, START + timedelta(hours=2))
    record_audit(runs, [FIRST, SECOND], {}, START + timedelta(hours=3))
    assert on_record(runs) == [
        ("2024-05-30", "fail", 2),
        ("", "fail", 1),
        ("", "pass", 0),
        ("2024-05-30", "pass", 0),
        ("", "pass", 0),
        ("", "pass", 0),
    ]


def test_a_partition_that_cannot_be_read_is_out_of_balance_although_it_was_not_counted(runs: RunStore) -> None:
    record_audit(runs, [], {FIRST: ["a file is damaged"]}, START)
    assert on_record(runs) == [("2024-05-29", "fail", 1), ("", "fail", 1)]
    assert runs.quality()[1].message == "a file is damaged"


def test_an_audit_of_an_empty_lake_leaves_nothing(runs: RunStore) -> None:
    record_audit(runs, [], {}, START)
    assert on_record(runs) == []
