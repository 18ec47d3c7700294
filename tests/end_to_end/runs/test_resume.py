"""A resume repeats what was asked: the partitions, the engine, and who reviews."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from millrace.commit_points import CommitPoint
from millrace.errors import UsageError
from millrace.glue_workflow.run_request import All, Only, Reviewer, RunRequest
from millrace.infra.runtime.local import LocalRuntime
from millrace.usecases.runs import resume_run
from millrace.usecases.versions import ReportRows
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import SOURCE, answer, expected, lake_at, poll_minutes, run, seen

DAY = "2024-05-30"


@pytest.fixture
def published(tmp_path: Path) -> Iterator[LocalRuntime]:
    """A lake in which nothing is pending."""
    with serving(answer) as url, lake_at(tmp_path, url) as runtime:
        poll_minutes(runtime, [1, 2])
        run(runtime)
        yield runtime


def killed(runtime: LocalRuntime, *arguments: str, at: CommitPoint) -> str:
    """The id of a run of the command line that was killed."""
    command = [sys.executable, "-m", "millrace", *arguments, "--home", str(runtime.home)]
    environment = {**os.environ, "MILLRACE_KILL_AT": at}
    done = subprocess.run(command, env=environment, stderr=subprocess.DEVNULL, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL
    return runtime.runs.runs(SOURCE, limit=1)[0].run_id


def test_a_full_run_that_died_before_it_had_listed_is_resumed_as_a_full_run(published: LocalRuntime) -> None:
    run_id = killed(published, "run", SOURCE, "--full", "--engine", "duckdb", at=CommitPoint.CRAWL_REGISTERED)
    assert published.runs.run(run_id).request == RunRequest(All(), "duckdb")

    record = resume_run(published, run_id, progress=lambda _: None)

    assert (record.state, record.partitions, record.request) == ("succeeded", (DAY,), RunRequest(All(), "duckdb"))
    assert {one.version for one in published.catalog.current("prod.taxi_availability")} == {f"{run_id}-2"}


def test_a_reprocess_that_died_is_resumed_with_its_review(published: LocalRuntime) -> None:
    run_id = killed(published, "reprocess", SOURCE, "--partition", DAY, "--yes", at=CommitPoint.PROD_WRITTEN)
    assert published.runs.run(run_id).request == RunRequest(Only((DAY,)), review=Reviewer.REPROCESS)
    with pytest.raises(UsageError, match=r"reviewed before it publishes \(reprocess\), and nobody is asked here"):
        resume_run(published, run_id, progress=lambda _: None)
    shown: ReportRows = []

    def decide(rows: ReportRows) -> bool:
        shown.extend(rows)
        return False

    record = resume_run(published, run_id, progress=lambda _: None, decide=decide)

    assert record.state == "succeeded"
    assert {row["table"] for row in shown} >= {"staging.taxi_position", "prod.taxi_availability"}
    assert run_id not in {one.version.rpartition("-")[0] for one in published.catalog.current("prod.taxi_availability")}
    assert seen(published) == expected([1, 2])
