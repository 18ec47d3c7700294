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


def test_each_partition_has_a_result_on_the_raw_table_of_its_source(runs: RunStore) -> None:
    record_audit(runs, [SECOND, FIRST, ("rain", "2024-05-30")], {}, START)
    assert on_record(runs) == [("2024-05-30", "pass", 0), ("2024-05-29", "pass", 0), ("2024-05-30", "pass", 0)]
    assert [one.table for one in reversed(runs.quality())] == ["raw.rain", "raw.taxis", "raw.taxis"]


def test_a_partition_out_of_balance_stays_so_until_an_audit_of_it_finds_otherwise(runs: RunStore) -> None:
    record_audit(runs, [FIRST, SECOND], {SECOND: ["lost: a", "rows: b"]}, START)
    record_audit(runs, [FIRST], {}, START + timedelta(hours=1))
    assert newest(runs, SECOND) == ("fail", 2, "lost: a")
    record_audit(runs, [FIRST, SECOND], {}, START + timedelta(hours=2))
    assert newest(runs, SECOND) == ("pass", 0, "it balances")
    assert newest(runs, FIRST) == ("pass", 0, "it balances")


def newest(runs: RunStore, place: tuple[str, str]) -> tuple[str, float | None, str]:
    [one, *_] = [each for each in runs.quality(table=f"raw.{place[0]}") if each.partitions == place[1]]
    return one.verdict, one.value, one.message


def test_a_partition_that_cannot_be_read_is_out_of_balance_although_it_was_not_counted(runs: RunStore) -> None:
    record_audit(runs, [], {FIRST: ["a file is damaged"]}, START)
    assert on_record(runs) == [("2024-05-29", "fail", 1)]
    assert runs.quality()[0].message == "a file is damaged"


def test_an_audit_of_an_empty_lake_leaves_nothing(runs: RunStore) -> None:
    record_audit(runs, [], {}, START)
    assert on_record(runs) == []
