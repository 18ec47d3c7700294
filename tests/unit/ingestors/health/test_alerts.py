"""Which alerts a sequence of polls causes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.ingestors.health.alerts import FeedMonitor, ObservedPoll, after_poll
from millrace.ingestors.health.feed_health import Health, HealthStore, MemoryHealth
from millrace.ingestors.health.sqlite import SqliteHealth
from millrace.ingestors.ports import Outcome, PollResult
from millrace.ingestors.sources.taxi_availability import SOURCE
from millrace.notify.recording import RecordingNotifier
from millrace.state.sqlite import StateFile

NOW = datetime(2024, 5, 30, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def polled(code: str, minute: float, fields: tuple[str, ...] = ()) -> ObservedPoll:
    """A poll by code. `f`: failed, `q`: quarantined, `d`: delivered, observed in this minute; `s`: delivered, always
    with the same `observed_at`; `o`: delivered, an older one.
    """
    slot = NOW + minute * MINUTE
    if code in "fq":
        outcome = Outcome.FAILED if code == "f" else Outcome.QUARANTINED
        return ObservedPoll(PollResult(SOURCE.name, slot, outcome, reason=f"why {code}."))
    observed = {"s": NOW - MINUTE, "o": NOW - 30 * MINUTE}.get(code, slot)
    return ObservedPoll(PollResult(SOURCE.name, slot, Outcome.DELIVERED, observed_at=observed), fields)


def alerts(codes: str, store: HealthStore | None = None, step: float = 1.0) -> RecordingNotifier:
    listener, store = RecordingNotifier(), store or MemoryHealth()
    for number, code in enumerate(codes):
        FeedMonitor(store, listener).observe(SOURCE, polled(code, number * step), NOW)  # a new one each: a new process
    return listener


@pytest.mark.parametrize(
    ("codes", "kinds"),
    [
        ("ddd", []),
        ("dfffd", ["feed.failed", "feed.recovered"]),
        ("dqqqdd", ["feed.quarantined", "feed.recovered"]),
        ("dfqfqfqd", ["feed.failed", "feed.quarantined", "feed.recovered"]),
        ("fdf", ["feed.failed", "feed.recovered", "feed.failed"]),
        ("ssss", []),
        ("ssssssss", ["feed.stale"]),
        ("sssssssd", ["feed.stale", "feed.recovered"]),
        ("ssfsss", ["feed.failed", "feed.recovered", "feed.stale"]),
        ("ssssdsssss", ["feed.stale"]),
        ("soso", []),
        ("sosososo", ["feed.stale"]),
        ("sooooooo", ["feed.stale"]),
        ("sosososd", ["feed.stale", "feed.recovered"]),
        ("osossss", ["feed.stale"]),
        ("dooodood", []),
        ("sfofsfo", ["feed.failed", "feed.recovered"] * 3),
        ("sqoqsqoqs", [*["feed.quarantined", "feed.recovered"] * 4, "feed.stale"]),
    ],
)
def test_trouble_is_reported_once_and_its_end_once(codes: str, kinds: list[str]) -> None:
    assert alerts(codes).kinds == kinds


def test_a_failure_says_why_and_when_the_next_poll_is() -> None:
    first, last = alerts("dffd").events
    assert first.message == "why f. The next poll is due at 2024-05-30 04:02:00 UTC."
    assert last.message == "a snapshot again, after 2 polls without one since 2024-05-30 04:01:00 UTC"
    assert (first.subject, last.details) == (SOURCE.name, {"from": "failed", "polls": 2})


def test_polls_too_soon_for_a_new_snapshot_do_not_make_a_feed_stale() -> None:
    assert alerts("s" * 20, step=0.25 / 5).kinds == []
    assert alerts("s" * 20, step=0.5).kinds == ["feed.stale"]


def test_a_source_says_after_how_many_polls_it_is_stale_or_that_it_never_is() -> None:
    for polls, stale in ((0, False), (7, False), (6, True)):
        health = Health()
        for minute in range(6):
            health = after_poll(health, replace(SOURCE, still_polls=polls), polled("s", minute))
        assert health.stale is stale


def test_a_poll_for_the_past_says_nothing_about_the_feed_now() -> None:
    store, listener = MemoryHealth(), RecordingNotifier()
    monitor = FeedMonitor(store, listener)
    monitor.observe(SOURCE, polled("d", 10), NOW)
    for minute, code in ((1, "f"), (2, "q"), (3, "d")):
        monitor.observe(SOURCE, polled(code, minute), NOW)
    assert listener.events == []
    assert store.read(SOURCE.name).slot == NOW + 10 * MINUTE
    assert monitor.newest(SOURCE.name) == NOW + 10 * MINUTE


def test_a_snapshot_for_the_past_that_is_the_newest_moves_it() -> None:
    store, listener = MemoryHealth(), RecordingNotifier()
    monitor = FeedMonitor(store, listener)
    for minute in range(4):
        monitor.observe(SOURCE, polled("s", minute), NOW)
    backfilled = PollResult(SOURCE.name, NOW, Outcome.DELIVERED, observed_at=NOW)
    monitor.observe(SOURCE, ObservedPoll(backfilled), NOW)
    again = [replace(backfilled, requested_at=NOW + minute * MINUTE) for minute in range(4, 9)]
    for number, result in enumerate(again):
        assert listener.kinds == [], number
        monitor.observe(SOURCE, ObservedPoll(result), NOW)
    assert listener.kinds == ["feed.stale"]


def test_a_new_field_is_reported_once() -> None:
    store, listener = MemoryHealth(), RecordingNotifier()
    for minute, fields in enumerate([("$.a",), ("$.a",), ("$.a", "$.b"), (), ("$.a",)]):
        FeedMonitor(store, listener).observe(SOURCE, polled("d", minute, fields), NOW)
    assert [event.details["fields"] for event in listener.events] == [["$.a"], ["$.b"]]


@given(st.text("fqdso", max_size=40))
def test_every_recovery_follows_trouble_and_all_trouble_ends_in_a_recovery(codes: str) -> None:
    kinds = alerts(codes + "d").kinds
    trouble, stale = set[str](), 0
    for kind in kinds:
        if kind == "feed.stale":
            stale += 1
        elif kind != "feed.recovered":
            assert kind not in trouble, "once per streak"
            trouble.add(kind)
        elif trouble:
            trouble.clear()
        else:
            stale -= 1
    assert not trouble
    assert stale >= 0


def test_a_streak_outlives_the_process(tmp_path: Path) -> None:
    kinds = []
    for number, code in enumerate("dffsssssd"):
        state, listener = StateFile(tmp_path / "state.db"), RecordingNotifier()
        FeedMonitor(SqliteHealth(state), listener).observe(SOURCE, polled(code, number), NOW)
        state.close()
        kinds += listener.kinds
    assert kinds == ["feed.failed", "feed.recovered", "feed.stale", "feed.recovered"]
