from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from millrace.clock import ManualClock
from millrace.ingestors.polling.scheduler import MAX_WAIT, ScheduledAction, Scheduler
from millrace.schedules.expressions import read_schedule

START = datetime(2024, 5, 30, 4, 30, 30, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Singapore")


class SchedulerBench:
    """One schedule a minute, `started` and `missed` as minutes after 04:30."""

    def __init__(self, *, takes: bool = True, schedule: str = "rate(1 minute)") -> None:
        self.clock, self.on, self.takes = ManualClock(START), True, takes
        self.started: list[int] = []
        self.missed: list[int] = []
        self.scheduler = Scheduler(
            [ScheduledAction("poll", read_schedule(schedule, ZONE), self._start)],
            self.clock,
            is_on=lambda _: self.on,
            missed=lambda _, at: self.missed.append(self._minute(at)),
        )

    def _start(self, at: datetime) -> bool:
        self.started.append(self._minute(at))
        return self.takes

    def _minute(self, at: datetime) -> int:
        return int((at - START.replace(second=0)).total_seconds() // 60)

    def after(self, seconds: float) -> float:
        self.clock.sleep(seconds)
        return self.scheduler.step()


def test_each_scheduled_time_starts_once() -> None:
    bench = SchedulerBench()
    for _ in range(200):
        bench.after(1.0)

    assert bench.started == [1, 2, 3]
    assert bench.missed == []


def test_nothing_starts_before_its_time_and_the_wait_is_short() -> None:
    bench = SchedulerBench()

    assert bench.scheduler.step() == MAX_WAIT
    assert 0 < bench.after(29.75) <= 0.25
    assert bench.started == []


def test_after_sleep_the_missed_times_are_a_gap_and_not_a_burst() -> None:
    bench = SchedulerBench()
    bench.after(3600 + 35)  # to 05:31:05: the newest time is 5 s ago, sixty before it have passed

    assert bench.started == [61]
    assert bench.missed == [1]


def test_a_time_that_is_too_long_ago_is_missed_and_not_started() -> None:
    bench = SchedulerBench()
    bench.after(600)  # to 04:40:30: the newest time is 30 s ago

    assert bench.started == []
    assert bench.missed == [1]
    bench.after(30)
    assert bench.started == [11]


def test_a_clock_that_jumps_back_does_not_silence_the_schedule() -> None:
    bench = SchedulerBench()
    bench.after(30)
    bench.clock.set(START - timedelta(hours=1))
    bench.scheduler.step()
    bench.after(30)

    assert bench.started == [1, -59]


def test_a_small_step_back_starts_nothing_twice() -> None:
    bench = SchedulerBench()
    bench.after(31)
    bench.clock.sleep(-2)
    bench.scheduler.step()
    bench.after(3)

    assert bench.started == [1]


def test_a_schedule_that_is_switched_off_neither_starts_nor_misses() -> None:
    bench = SchedulerBench()
    bench.on = False
    bench.after(600)
    assert (bench.started, bench.missed) == ([], [])

    bench.on = True
    bench.after(30)
    assert bench.started == [11]


def test_a_time_whose_start_was_refused_is_missed() -> None:
    bench = SchedulerBench(takes=False)
    bench.after(30)

    assert bench.missed == [1]


def test_a_schedule_without_further_times_starts_nothing() -> None:
    bench = SchedulerBench(schedule="cron(0 8 1 1 ? 2020)")

    assert bench.after(3600) == MAX_WAIT
    assert bench.started == []


def test_run_continues_until_the_stop_signal() -> None:
    bench, waits = SchedulerBench(), []

    def wait(seconds: float) -> bool:
        waits.append(seconds)
        bench.clock.sleep(seconds)
        return len(waits) > 100

    bench.scheduler.run(wait)
    assert bench.started == [1, 2]
