"""The parts of a smoke test, on a lake in a folder on which no time passes by itself: a test says what polling does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from millrace.clock import ManualClock
from millrace.errors import DeploymentFailed, UsageError
from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings
from millrace.usecases.deployment.smoke import PollBy, smoke_test
from millrace.usecases.polls import poll_once
from millrace.usecases.runs import run_workflow
from tests.end_to_end.feed import serving
from tests.end_to_end.project.bikes import FILES, answer, write_project

PATIENCE = timedelta(minutes=8)
NOW = datetime(2024, 5, 30, 5, 0, 30, tzinfo=UTC)


@dataclass
class TriedLake:
    runtime: LocalRuntime
    said: list[str] = field(default_factory=list)
    asked: list[datetime] = field(default_factory=list)

    def poll(self, source: str, minute: datetime) -> str:
        """Its snapshot is a raw object at once."""
        self.asked.append(minute)
        return "delivered" if poll_once(self.runtime, source, minute.isoformat()).delivered else "failed"

    def poll_and_run(self, source: str, minute: datetime) -> str:
        """As when a schedule starts a run meanwhile."""
        outcome = self.poll(source, minute)
        run_workflow(self.runtime, "bikes", [], full=False, progress=lambda _: None)
        return outcome

    def make(self, poll: PollBy) -> None:
        smoke_test(self.runtime, poll, PATIENCE, self.said.append)


@pytest.fixture
def smoke(tmp_path: Path) -> Iterator[TriedLake]:
    with serving(answer, "at") as url, _lake(tmp_path, FILES, url) as runtime:
        yield TriedLake(runtime)


def _lake(folder: Path, files: Mapping[str, str], url: str) -> LocalRuntime:
    root = write_project(folder / "project", files)
    settings = Settings(folder / "lake", "simulated", source_urls={"bikes": url}, project=root)
    return LocalRuntime(settings, clock=ManualClock(NOW))


def test_what_was_polled_is_published_and_read(smoke: TriedLake) -> None:
    smoke.make(smoke.poll)

    assert smoke.asked == [NOW.replace(second=0)]
    assert "smoke test: a query finds 2 rows of 2024-05-30 in staging.station" in smoke.said
    assert smoke.said[-1] == "smoke test: from feed to reader, all parts work"


def test_a_run_that_a_schedule_has_started_is_as_good(smoke: TriedLake) -> None:
    smoke.make(smoke.poll_and_run)

    assert "smoke test: a schedule has started a run of bikes; waits for its end" in smoke.said
    assert len(smoke.runtime.runs.runs("bikes")) == 1


def test_a_stream_that_does_not_deliver_is_named_after_the_time_it_may_take(smoke: TriedLake) -> None:
    poll_once(smoke.runtime, "bikes", "2024-05-30T08:00")  # it waits already, and is not what was polled

    told = "failed at the delivery: nothing told of a raw object of bikes within 480 s"
    with pytest.raises(DeploymentFailed, match=told):
        smoke.make(lambda source, minute: "delivered")

    assert PATIENCE <= smoke.runtime.clock.now() - NOW < PATIENCE + timedelta(seconds=5)


def test_a_partition_that_the_gate_holds_is_named_with_the_run(smoke: TriedLake, tmp_path: Path) -> None:
    (tmp_path / "project" / "rules" / "bikes.dqdl").write_text("Rules = [ RowCount > 1000 ]")

    with pytest.raises(DeploymentFailed, match=r"failed at the run: run \S+: .* See millrace runs show "):
        smoke.make(smoke.poll)


def test_a_project_that_polls_nothing_has_nothing_to_try(tmp_path: Path) -> None:
    with (
        _lake(tmp_path, {}, "http://127.0.0.1:1") as runtime,
        pytest.raises(UsageError, match="polls no source that a workflow refines"),
    ):
        TriedLake(runtime).make(lambda source, minute: "delivered")
