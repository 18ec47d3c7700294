from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import sleep
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millrace.errors import DeliveryError, FeedUnavailable, UsageError
from millrace.ingestors.http.fetcher import Request, Response
from millrace.ingestors.polling.backfill import BackfillSummary, backfill
from millrace.ingestors.polling.handler import PollHandler
from millrace.ingestors.ports import PollResult
from millrace.ingestors.sources.taxi_availability import SOURCE
from tests.unit.ingestors.fakes import MemoryQuarantine, MemoryStream, Time, body

SGT = SOURCE.timezone
START = datetime(2024, 5, 30, 8, 0, tzinfo=SGT)
MINUTE = timedelta(minutes=1)


class Feed:
    """Answers a past query with the snapshot of that minute, unless `special` has an answer for it (`HH:MM`)."""

    def __init__(self, special: dict[str, Callable[[], Response]] | None = None) -> None:
        self.special = special or {}
        self.asked: list[str] = []
        self.at_once = self.most_at_once = 0
        self._lock = threading.Lock()

    def fetch(self, request: Request) -> Response:
        asked = request.params["date_time"]
        with self._lock:
            self.asked.append(asked)
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            answer = self.special.get(asked[11:16])
            return answer() if answer else Response(200, body(timestamp=f"{asked}+08:00"))
        finally:
            with self._lock:
                self.at_once -= 1

    def close(self) -> None:
        pass


class KnownSlots:
    """A history that knows the given slots, and records its questions."""

    def __init__(self, answered: set[datetime] | None = None) -> None:
        self.known = answered or set()
        self.questions: list[tuple[str, datetime, datetime]] = []

    def slots_with_snapshot(self, source: str, start: datetime, end: datetime) -> set[datetime]:
        self.questions.append((source, start, end))
        return self.known


class BackfillBench:
    def __init__(self, feed: Feed | None = None, history: KnownSlots | None = None) -> None:
        self.feed, self.history = feed or Feed(), history or KnownSlots()
        self.stream, self.quarantine, self.time = MemoryStream(), MemoryQuarantine(), Time()
        self.handler = PollHandler(self.feed, self.stream, self.quarantine, self.time)

    def run(self, end: datetime, start: datetime = START, every: timedelta = MINUTE, **more: Any) -> BackfillSummary:
        return backfill(self.handler, SOURCE, start, end, every, history=self.history, **more)


def refuse() -> Response:
    raise FeedUnavailable("no connection", tries=4)


def test_every_slot_from_the_first_to_the_last_is_asked_for() -> None:
    bench = BackfillBench()
    assert bench.run(START + 5 * MINUTE) == BackfillSummary(slots=6, accepted=6)
    assert sorted(bench.feed.asked) == [f"2024-05-30T08:0{n}:00" for n in range(6)]
    assert len(bench.stream.records) == 12


@given(
    minutes=st.integers(0, 60), every=st.integers(61, 4000), workers=st.integers(1, 4), zone=st.sampled_from([SGT, UTC])
)
@settings(max_examples=25, deadline=None)
def test_slots_are_evenly_spread_and_inside(minutes: int, every: int, workers: int, zone: Any) -> None:
    bench = BackfillBench()
    end = START + minutes * MINUTE
    summary = bench.run(end.astimezone(zone), every=timedelta(seconds=every), workers=workers)
    asked = sorted(datetime.fromisoformat(f"{text}+08:00") for text in bench.feed.asked)
    assert summary.slots == summary.done == len(asked) == minutes * 60 // every + 1
    assert asked == [START + n * timedelta(seconds=every) for n in range(len(asked))]
    assert asked[-1] <= end < asked[-1] + timedelta(seconds=every)


def test_slots_stay_evenly_spread_where_the_clocks_change() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    bench = BackfillBench()
    start, end = datetime(2024, 3, 31, 1, 0, tzinfo=berlin), datetime(2024, 3, 31, 4, 0, tzinfo=berlin)
    assert bench.run(end, start, timedelta(hours=1)).slots == 3  # 01:00, 03:00, 04:00
    assert sorted(bench.feed.asked) == [f"2024-03-31T{hour}:00:00" for hour in ("08", "09", "10")]


def test_what_was_answered_before_is_skipped() -> None:
    answered = {(START + n * MINUTE).astimezone(UTC) for n in (0, 2, 3)}
    bench = BackfillBench(history=KnownSlots(answered))
    assert bench.run(START + 5 * MINUTE) == BackfillSummary(slots=6, skipped=3, accepted=3)
    assert sorted(text[11:16] for text in bench.feed.asked) == ["08:01", "08:04", "08:05"]
    assert bench.history.questions == [(SOURCE.name, START, START + 5 * MINUTE)]
    assert bench.stream.flushed == 1  # before the question, so that its answer is whole


def test_one_slot_that_fails_does_not_stop_the_others() -> None:
    old = "2024-05-30T07:59:58+08:00"
    feed = Feed(
        {
            "08:01": refuse,
            "08:02": lambda: Response(200, b"<html>"),
            "08:03": lambda: Response(200, body(timestamp=old)),
            "08:04": lambda: Response(200, body(timestamp=old)),
        }
    )
    bench = BackfillBench(feed)
    assert bench.run(START + 9 * MINUTE, workers=2) == BackfillSummary(
        slots=10, accepted=7, duplicate=1, quarantined=1, failed=1
    )


def test_polls_run_at_once_but_no_more_than_the_workers() -> None:
    together = threading.Barrier(3)

    def wait() -> Response:
        together.wait(30)
        return Response(200, body())

    feed = Feed({f"08:{minute:02}": wait for minute in range(9)})
    BackfillBench(feed).run(START + 8 * MINUTE, workers=3)
    assert feed.most_at_once == 3


def test_progress_is_called_before_the_first_poll_and_after_each() -> None:
    told: list[tuple[BackfillSummary, PollResult | None]] = []
    bench = BackfillBench(history=KnownSlots({START}))
    bench.run(START + 3 * MINUTE, progress=lambda summary, latest: told.append((summary, latest)))
    assert [(summary.done, summary.slots) for summary, _ in told] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert told[0][1] is None
    assert all(latest is not None for _, latest in told[1:])


def test_an_interrupt_leaves_whole_polls_and_the_next_call_continues() -> None:
    def slow() -> Response:
        sleep(0.03)
        return Response(200, body(timestamp="2024-05-30T07:00:00+08:00"))

    bench = BackfillBench(Feed({f"08:{minute:02}": slow for minute in range(3, 8)}))

    def interrupt(summary: BackfillSummary, latest: PollResult | None) -> None:
        if summary.done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as _:
        bench.run(START + 59 * MINUTE, workers=3, progress=interrupt)
    before = len(bench.feed.asked)
    assert 5 <= before <= 8
    assert bench.feed.at_once == 0  # it waited for those in progress
    assert [len(call) for call in bench.stream.calls] == [2] * before  # each with its attempt
    bench.history.known = {datetime.fromisoformat(f"{text}+08:00") for text in bench.feed.asked}
    summary = bench.run(START + 59 * MINUTE, workers=3)
    assert (summary.skipped, summary.done) == (before, 60)
    assert len(set(bench.feed.asked)) == len(bench.feed.asked) == 60


def test_it_stops_when_nothing_can_be_made_durable() -> None:
    bench = BackfillBench()
    bench.stream.broken = True
    with pytest.raises(DeliveryError):
        bench.run(START + 600 * MINUTE, workers=2)
    assert len(bench.feed.asked) <= 4


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"end": START - MINUTE}, "is after the last"),
        ({"every": timedelta(0)}, "at least one second"),
        ({"start": START.replace(tzinfo=None)}, "need a time zone"),
    ],
)
def test_invalid_slots_are_refused(change: dict[str, Any], words: str) -> None:
    bench = BackfillBench()
    with pytest.raises(UsageError, match=words):
        bench.run(**{"end": START + MINUTE, **change})
    assert bench.feed.asked == []


def test_a_source_without_history_is_refused() -> None:
    bench = BackfillBench()
    with pytest.raises(UsageError, match="past times"):
        backfill(
            bench.handler,
            replace(SOURCE, origin=replace(SOURCE.feed, history_parameter=None)),
            START,
            START + MINUTE,
            MINUTE,
            history=bench.history,
        )
