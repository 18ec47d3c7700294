"""What a run's partitions are held for, and when a run takes too long."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from millrace.clock import ManualClock
from millrace.glue_workflow.ports import JobRecord, QualityRecord, RunRecord, RunState
from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings
from millrace.usecases.runs import held_rows, overdue_run

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


def test_a_run_is_overdue_when_none_of_its_jobs_gave_a_sign_for_longer_than_any_may_take(tmp_path: Path) -> None:
    """A job of this workflow may take half an hour, and half an hour more passes before anybody is told."""
    clock = ManualClock(NOW)
    with LocalRuntime(Settings(tmp_path), clock=clock) as runtime:
        workflow = runtime.pipelines.workflow("rainfall")
        runtime.runs.save_run(RunRecord("r1", "rainfall", 1, RunState.RUNNING, NOW, NOW))
        clock.sleep(3600)
        assert overdue_run(runtime, workflow) == ""

        later = NOW + timedelta(minutes=50)
        runtime.runs.save_job(JobRecord("r1", 1, "crawl", RunState.SUCCEEDED, NOW, later))
        clock.sleep(3000)
        assert overdue_run(runtime, workflow) == "", "it made a job 60 minutes ago"
        clock.sleep(1)
        assert overdue_run(runtime, workflow) == "run r1 has not ended since 2024-05-30 12:00:00 UTC"
