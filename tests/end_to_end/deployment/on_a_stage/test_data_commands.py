"""The data commands on a deployed stage: they find its names, and work as they do on a lake in a folder."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.end_to_end.deployment.conftest import in_an_account
from tests.end_to_end.deployment.on_a_stage.live_stage import WRONG_MINUTE, LiveStage, live_stage
from tests.end_to_end.project.bikes import FILES

DAY = "2024-05-30"
JOBS, READERS = "millrace_dev_jobs", "millrace_dev_readers"


@pytest.fixture(scope="module")
def stage(ministack_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveStage]:
    """The tests of this module go on where the ones before them left the lake."""
    folder = tmp_path_factory.mktemp("stage")
    with (
        in_an_account(ministack_url, folder / "project", FILES) as deployer,
        live_stage(deployer, folder / "home") as made,
    ):
        yield made


def test_an_empty_stage_says_what_makes_its_lake(stage: LiveStage) -> None:
    refused = stage.run("status")

    assert refused.status == 2
    assert f"there is no lake at s3://{stage.deployer.lake}/. The first poll makes it" in refused.said


def test_polls_are_delivered_by_the_stream_of_the_stage(stage: LiveStage) -> None:
    [polled] = stage.rows("poll", "bikes", "--at", f"{DAY}T08:00")
    assert polled["outcome"] == "delivered"
    assert stage.firehose.calls == [2]  # the snapshot's record and the attempt's

    stage.deliver()
    [filled] = stage.rows("backfill", "bikes", "--from", f"{DAY}T08:00", "--to", f"{DAY}T08:04")
    assert (filled["slots"], filled["skipped"], filled["accepted"]) == (5, 1, 4)
    assert stage.athena.take() == {JOBS}

    wrong = stage.run("poll", "bikes", "--at", f"{DAY}T08:{WRONG_MINUTE}")
    assert wrong.status == 1
    assert "quarantined" in wrong.out
    stage.deliver()


def test_runs_publish_what_the_queue_of_the_stage_told_of(stage: LiveStage) -> None:
    said = stage.done("run", "bikes").said
    assert "prod.bikes: 5 rows" in said
    assert stage.athena.asked
    assert all(one == (JOBS, f"s3://{stage.deployer.lake}/exports/athena/jobs/") for one in stage.athena.asked)

    [run] = stage.rows("runs")
    assert (run["state"], run["partitions"]) == ("succeeded", DAY)
    jobs = stage.rows("runs", "show", run["run_id"])
    assert [one["job"] for one in jobs] == ["crawl", "delete", "create_parquet", "quality_check", "prod"]
    refused = stage.run("runs", "resume", run["run_id"])
    assert refused.status == 2
    assert run["run_id"] in refused.said


def test_people_s_queries_are_in_the_workgroup_of_readers(stage: LiveStage) -> None:
    stage.athena.take()

    rows = stage.rows("query", "SELECT max(bikes) AS most, count(*) AS n FROM prod.bikes")

    assert rows == [{"most": 14, "n": 5}]
    assert stage.athena.asked == [(READERS, f"s3://{stage.deployer.lake}/exports/athena/readers/")]
    assert stage.rows("tables", "prod.bikes")[0]["column"] == "observed_at"
    listed = {one["table"]: one["rows"] for one in stage.rows("tables")}
    assert listed["prod.bikes"] == 5
    assert {one["check"]: one["wrong"] for one in stage.rows("check")} == dict.fromkeys(
        ("duplicates", "gaps", "newest_snapshot", "rows_per_hour"), 0
    )
    assert stage.athena.take() == {READERS}


def test_the_ledger_balances(stage: LiveStage) -> None:
    stage.athena.take()

    [ledger] = stage.rows("audit")

    assert ledger["balances"]
    assert (ledger["attempts"], ledger["quarantined"], ledger["published"]) == (6, 1, 5)
    assert stage.athena.take() == {JOBS}
    assert stage.done("doctor").said.endswith("nothing is wrong\n")


def test_versions_are_made_again_listed_and_gone_back_to(stage: LiveStage) -> None:
    assert "published by run" in stage.done("reprocess", "bikes", "--partition", DAY, "--yes").said
    newest, before = stage.rows("versions", "prod.bikes")
    assert (newest["state"], before["state"]) == ("current", "replaced")

    assert "back to run" in stage.done("rollback", "prod.bikes", "--partition", DAY).out
    assert [one["state"] for one in stage.rows("versions", "prod.bikes")] == ["replaced", "pinned"]
    [file] = stage.rows("files", "prod.bikes")
    assert file["file"].startswith(f"s3://{stage.deployer.lake}/prod/bikes/run={before['version']}/dt={DAY}/")
    stage.done("rollback", "prod.bikes", "--partition", DAY, "--release")
    assert "would remove" in stage.done("vacuum", "--dry-run").said
    assert "removed" in stage.done("vacuum").said


def test_items_in_quarantine_are_shown_redriven_and_dropped(stage: LiveStage) -> None:
    [item] = stage.rows("quarantine", "list")
    assert item["state"] == "waiting"
    [shown] = stage.rows("quarantine", "show", item["item_id"])
    assert shown["body"] == "<html>"

    again = stage.run("quarantine", "retry", "--all")
    assert again.status == 1  # its bytes are still no snapshot
    stage.done("quarantine", "drop", item["item_id"], "--reason", "a test")
    assert stage.rows("quarantine", "list")[0]["state"] == "dropped"

    [taken] = stage.rows("query", "SELECT min(snapshot_id) AS id FROM staging.station")
    said = stage.done("quarantine", "take", taken["id"], "--reason", "a test").said
    assert "the next run of its workflow builds the partition again without it" in said


def test_schedules_are_switched_in_the_state_of_the_stage(stage: LiveStage) -> None:
    stage.done("schedules", "disable", "poll-bikes")
    assert {one["schedule"]: one["state"] for one in stage.rows("schedules", "list")}["poll-bikes"] == "disabled"
    stage.done("schedules", "enable", "poll-bikes")
    assert {one["schedule"]: one["state"] for one in stage.rows("schedules", "list")}["poll-bikes"] == "enabled"

    refused = stage.run("schedules", "disable", "run-bikes")
    assert refused.status == 2
    assert "run-bikes cannot be switched off here: AWS starts the runs of a stage, and asks no switch." in refused.said


def test_it_is_the_lake_that_the_environment_names_by_its_parts(stage: LiveStage) -> None:
    """As a process does that knows the names, such as a function of the stage."""
    named = {
        "MILLRACE_RUNTIME": "aws",
        "MILLRACE_STAGE": "dev",
        "MILLRACE_AWS_BUCKET": stage.deployer.lake,
        "MILLRACE_AWS_REGION": "ap-southeast-1",
        "MILLRACE_AWS_WORKGROUP": READERS,
    }
    there = stage.deployer.run("runs", "--format", "json", **named)

    assert json.loads(there.out) == stage.rows("runs")
