"""What a run's partitions are held for."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from millrace.glue_workflow.ports import QualityRecord, RunRecord, RunState
from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings
from millrace.usecases.runs import held_rows

NOW = datetime(2024, 5, 30, 12, tzinfo=UTC)
BAD, MENDED = "2024-05-30", "2024-05-31"
FAILED = QualityRecord("r1", 2, "staging.bike", BAD, "RowCount > 1", 1.0, "> 1", "fail", "1 row", NOW, "stop")


def test_the_rules_are_those_that_the_last_check_of_a_held_partition_fails(tmp_path: Path) -> None:
    run = RunRecord("r1", "bikes", 2, RunState.SUCCEEDED, NOW, NOW, (BAD, MENDED), held=(BAD,))
    results = [
        replace(FAILED, attempt=1, message="of an earlier attempt"),
        replace(FAILED, rule="IsComplete bikes", message="before rows were set aside", action="set_aside"),
        replace(FAILED, partitions=MENDED, message="of a partition that is not held"),
        replace(FAILED, check_number=2),
        replace(FAILED, check_number=2, rule="IsUnique station", verdict="pass", action="none"),
        replace(FAILED, check_number=2, rule="Mean bikes > 1", message="0.5", action="stop"),
    ]
    with LocalRuntime(Settings(tmp_path)) as runtime:
        runtime.runs.save_quality(results)
        assert [(row["partition"], row["rule"], row["message"]) for row in held_rows(runtime, run)] == [
            (BAD, "RowCount > 1", "1 row"),
            (BAD, "Mean bikes > 1", "0.5"),
        ]
        assert held_rows(runtime, replace(run, held=())) == []
