"""The duties of a lake on AWS, each on a lake whose state is known; here in a folder, where nothing else differs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from millrace.clock import ManualClock
from millrace.errors import JobError, UsageError
from millrace.infra.runtime.local import LocalRuntime
from millrace.lake.keys import EXPORTS
from millrace.lake.raw_objects import raw_objects
from millrace.notify.ports import EventKind
from millrace.notify.recording import RecordingNotifier
from millrace.schedules.names import Duty, poll_schedule, run_schedule
from millrace.service.duties import DUTIES, WAITING
from millrace.service.tend import LambdaDuties
from millrace.settings import FeedKind, Settings
from millrace.usecases.polls import poll_once
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import NOON, SOURCE, answer, expected, imbalances, poll_minutes, run, seen

DAY = "2024-05-30"
ENOUGH, NOTHING = 900.0, 30.0  # seconds


@dataclass
class Tended:
    """A lake with a feed that answers as `answer` says, and everything that its duties tell."""

    runtime: LocalRuntime
    clock: ManualClock
    told: RecordingNotifier
    metrics: list[dict[str, Any]] = field(default_factory=list)
    time_left: Callable[[], float] = lambda: ENOUGH

    def tend(self, duty: str) -> dict[str, Any]:
        duties = LambdaDuties(self.runtime, lambda line: self.metrics.append(json.loads(line)))
        return duties.tend({"duty": duty}, self.time_left)

    def found(self, duty: str) -> dict[str, str]:
        answered = self.tend(duty)
        assert answered["finished"]
        found: dict[str, str] = answered["found"]
        return found

    def later(self, **time: float) -> None:
        self.clock.set(self.clock.now() + timedelta(**time))


@dataclass
class ChangingFeed:
    """It answers, unless it is broken, or has a `page` instead. `asked`: the minutes after noon that were asked for."""

    status: int = 200
    page: bytes = b""
    asked: list[int] = field(default_factory=list)

    def __call__(self, asked: datetime | None) -> tuple[int, bytes]:
        status, body = answer(asked)
        assert asked is not None
        self.asked.append(round((asked - NOON) / timedelta(minutes=1)))
        return (status, self.page or body) if self.status == 200 else (self.status, b"")


@pytest.fixture
def feed() -> ChangingFeed:
    return ChangingFeed()


@pytest.fixture
def home_of(feed: ChangingFeed, tmp_path: Path) -> Iterator[Callable[[FeedKind], Tended]]:
    made: list[LocalRuntime] = []

    def of(kind: FeedKind) -> Tended:
        clock, told = ManualClock(NOON + timedelta(minutes=5)), RecordingNotifier()
        settings = Settings(tmp_path / "lake", kind, source_urls={SOURCE: url})
        made.append(LocalRuntime(settings, clock=clock, notifier=told))
        return Tended(made[0], clock, told)

    with serving(feed) as url:
        yield of
        for one in made:
            one.__exit__()


@pytest.fixture
def lake(home_of: Callable[[FeedKind], Tended]) -> Tended:
    return home_of("simulated")


def test_every_duty_is_done_on_a_lake_that_is_in_order(lake: Tended) -> None:
    poll_minutes(lake.runtime, range(5))
    run(lake.runtime)
    run(lake.runtime, "polls")
    assert {duty: lake.found(duty) for duty in Duty} == {duty: {} for duty in Duty}
    assert [(one["Duty"], one["Stage"], one["Findings"]) for one in lake.metrics] == [(duty, "dev", 0) for duty in Duty]
    assert lake.told.events == []


def test_a_lake_that_does_not_exist_yet_has_nothing_to_be_done(lake: Tended) -> None:
    assert {duty: lake.found(duty) for duty in Duty} == {duty: {} for duty in Duty}
    assert not lake.runtime.exists()


def test_stale_data_is_told_once_and_counted_each_time(home_of: Callable[[FeedKind], Tended]) -> None:
    live = home_of("live")
    poll_once(live.runtime, SOURCE, NOON.isoformat())
    assert live.found("feeds") == {}
    live.later(hours=1)
    for _ in range(2):
        assert "the last snapshot is 1:05:02 old; the objective is 0:10:00" in live.found("feeds")[SOURCE]
    assert [one["Findings"] for one in live.metrics] == [0, 1, 1]
    [event] = live.told.events
    assert (event.kind, event.subject, event.details) == (EventKind.DUTY_FOUND, SOURCE, {"duty": "feeds"})
    live.runtime.switches.switch(poll_schedule(SOURCE), on=False)
    assert live.found("feeds") == {}, "nobody expects data of a feed that is switched off"
    live.runtime.switches.switch(poll_schedule(SOURCE), on=True)
    live.found("feeds")
    assert len(live.told.events) == 2, "it was over, and began again"


def test_what_a_duty_does_not_come_to_is_not_told_again(home_of: Callable[[FeedKind], Tended]) -> None:
    live = home_of("live")
    poll_once(live.runtime, SOURCE, NOON.isoformat())
    live.later(hours=1)
    live.found("feeds")
    live.time_left = lambda: NOTHING
    assert not live.tend("feeds")["finished"]
    live.time_left = lambda: ENOUGH
    assert SOURCE in live.found("feeds")
    assert len(live.told.events) == 1


def test_gaps_are_filled_and_what_stays_open_is_found(lake: Tended, feed: ChangingFeed) -> None:
    poll_minutes(lake.runtime, [0, 2])
    assert lake.found("gaps") == {}
    run(lake.runtime)
    assert seen(lake.runtime) == expected([0, 1, 2, 3, 4])
    lake.later(minutes=2)
    feed.status = 404
    assert lake.found("gaps") == {SOURCE: "2 of 7 slots could not be filled"}
    feed.status = 200
    assert lake.found("gaps") == {}


def test_gaps_of_a_feed_that_is_not_reached_are_left(lake: Tended, feed: ChangingFeed, caplog: Any) -> None:
    caplog.set_level("INFO", logger="millrace.tend")
    poll_minutes(lake.runtime, [0, 2])
    asked, settings = list(feed.asked), lake.runtime.settings
    lake.runtime.settings = replace(settings, aws=replace(settings.aws, unreached=(SOURCE,)))
    assert lake.found("gaps") == {}
    assert feed.asked == asked
    assert [one.source for one in caplog.records if one.message == "gaps.left"] == [SOURCE]


def test_gaps_that_there_is_no_time_for_are_filled_the_next_time(lake: Tended, feed: ChangingFeed) -> None:
    poll_minutes(lake.runtime, [0])
    lake.later(minutes=20)
    left = iter([ENOUGH] * 8)
    lake.time_left = lambda: next(left, NOTHING)
    assert lake.tend("gaps")["finished"] is False
    assert lake.metrics[-1]["Findings"] == 1, "what does not come to its end is seen"
    after_the_first = len(feed.asked)
    assert 1 < after_the_first < 25
    lake.time_left = lambda: ENOUGH
    assert lake.found("gaps") == {}
    assert sorted(feed.asked) == list(range(25)), "each slot once"


def test_a_duty_without_time_begins_nothing(lake: Tended) -> None:
    poll_minutes(lake.runtime, [0])
    lake.time_left = lambda: NOTHING
    for duty in set(Duty) - {Duty.QUARANTINE}:
        assert lake.tend(duty) == {"duty": duty, "finished": False, "found": {}}


def test_a_run_that_is_due_and_does_not_come_is_found(lake: Tended) -> None:
    poll_minutes(lake.runtime, [0])
    run(lake.runtime)
    lake.later(minutes=40)
    assert SOURCE not in lake.found("runs")
    lake.later(minutes=10)
    assert lake.found("runs")[SOURCE].startswith("no run since 2024-05-30 04:15:00 UTC, when one was due; run ")
    lake.runtime.switches.switch(run_schedule(SOURCE), on=False)
    assert SOURCE not in lake.found("runs")


def test_a_workflow_that_never_ran_is_overdue_where_data_waits(lake: Tended) -> None:
    poll_minutes(lake.runtime, [0])
    lake.runtime.stream.flush(everything=True)
    lake.later(hours=1)
    found = lake.found("runs")
    assert "; data waits at " in found[SOURCE]
    assert "rainfall" not in found


def test_what_waits_in_quarantine_for_long_is_found(lake: Tended, feed: ChangingFeed) -> None:
    feed.page = b"<html>"
    assert not poll_once(lake.runtime, SOURCE, NOON.isoformat()).delivered
    assert lake.found("quarantine") == {}
    lake.later(seconds=WAITING.total_seconds() + 1)
    assert lake.found("quarantine")[SOURCE].startswith("1 items wait, the oldest since 2024-05-30 04:05:00 UTC: ")


def test_the_listing_announces_what_no_event_did(lake: Tended) -> None:
    poll_minutes(lake.runtime, [0])
    run(lake.runtime)
    poll_minutes(lake.runtime, [1])
    lake.runtime.stream.flush(everything=True)
    lake.runtime.pending.clear(lake.runtime.pending.touched(SOURCE))
    assert lake.found("listing") == {}
    assert [one.dt for one in lake.runtime.pending.touched(SOURCE)] == [DAY]
    run(lake.runtime)
    run(lake.runtime, "polls")
    assert imbalances(lake.runtime) == []


def test_the_audit_finds_what_is_lost_of_the_last_days(lake: Tended) -> None:
    poll_minutes(lake.runtime, [0])
    run(lake.runtime)
    run(lake.runtime, "polls")
    [gone] = raw_objects(lake.runtime.storage, SOURCE, DAY)
    lake.runtime.storage.delete([gone.key])
    assert any(DAY in subject or DAY in message for subject, message in lake.found("audit").items())
    lake.clock.set(NOON + timedelta(days=9))
    poll_once(lake.runtime, SOURCE, (NOON + timedelta(days=9)).isoformat())
    run(lake.runtime)
    run(lake.runtime, "polls")
    assert lake.found("audit") == {}, "older days are for millrace audit"


def ended_badly(lake: Tended, message: str) -> dict[str, str]:
    """What the duty `runs` finds after Glue's event about a job."""
    detail = {"jobName": "ours_crawl", "jobRunId": "jr_1", "state": "FAILED", "message": message}
    duties = LambdaDuties(lake.runtime, lambda line: None)
    found: dict[str, str] = duties.tend({"duty": "runs", "after": detail}, lake.time_left)["found"]
    return found


def test_a_job_that_failed_before_its_run_began_is_told_of_once(lake: Tended) -> None:
    """By Glue's event, which may come twice; before anything was polled, too."""
    for _ in range(2):
        found = ended_badly(lake, "ModuleNotFoundError: No module named 'millrace'")
        assert found == {
            "ours_crawl jr_1": "the Glue job ended as FAILED, and no run tells of it: "
            "ModuleNotFoundError: No module named 'millrace'"
        }
    assert [event.kind for event in lake.told.events] == [EventKind.DUTY_FOUND]


def test_a_job_whose_run_has_told_of_its_failure_is_not_told_of_again(lake: Tended) -> None:
    poll_minutes(lake.runtime, [0])
    execution = lake.runtime.execution(SOURCE, "glue:ours/wr_1")
    begun = execution.begin()
    execution.end(begun.run_id, JobError("there is no room\n left"))
    message = "Error Category: UNCLASSIFIED_ERROR; JobError: there is no room left"
    assert ended_badly(lake, message) == {}
    assert [event.kind for event in lake.told.events] == [EventKind.RUN_FAILED]
    assert ended_badly(lake, "Command failed with exit code 137").keys() == {"ours_crawl jr_1"}, "another failure"
    lake.later(hours=1)
    assert ended_badly(lake, message).keys() >= {"ours_crawl jr_1"}, "it is of long ago"


def test_the_vacuum_leaves_the_tables_of_a_run_under_way(lake: Tended) -> None:
    poll_minutes(lake.runtime, [0])
    run(lake.runtime)
    lake.runtime.storage.put(f"{EXPORTS}/left", b"1")
    lake.clock.set(datetime.now(NOON.tzinfo) + timedelta(days=2))
    with lake.runtime.leases.hold(SOURCE):
        assert lake.found("vacuum") == {}
    assert list(lake.runtime.storage.list(f"{EXPORTS}/")) == []


@pytest.mark.parametrize("event", [{}, {"duty": "polls"}, {"duty": "audit", "days": 3}, []])
def test_an_event_that_cannot_be_read_is_refused(lake: Tended, event: Any) -> None:
    with pytest.raises(UsageError, match="event of a duty"):
        LambdaDuties(lake.runtime).tend(event, lambda: ENOUGH)


def test_there_is_a_way_to_do_each_duty() -> None:
    assert list(DUTIES) == list(Duty)
