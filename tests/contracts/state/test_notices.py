"""The contract of grouped messages: what people are sent of a workflow, whichever process comes, wherever the state is.

A new adapter of the state is one entry in ADAPTERS of the suite of conditional items.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest

from millrace.notify.grouping import GroupedNotifier
from millrace.notify.ports import Event, EventKind
from millrace.notify.recording import RecordingNotifier
from millrace.state.conditional_items import ConditionalItems
from tests.contracts.state.test_conditional_items import ADAPTERS

START = datetime(2024, 5, 30, 8, tzinfo=UTC)
FAILED = Event(EventKind.RUN_FAILED, "bikes", "run 1 failed: too few.", START, {"run_id": "1"}, "crawl: too few.")
RECOVERED = Event(EventKind.RUN_RECOVERED, "bikes", "run 2 succeeded.", START, {"run_id": "2"})
SUCCEEDED = Event(EventKind.RUN_SUCCEEDED, "bikes", "run 2 succeeded.", START, {"run_id": "2"})


def at(minutes: float, event: Event = FAILED, **changes: object) -> Event:
    return replace(event, at=START + timedelta(minutes=minutes), **changes)  # type: ignore[arg-type]


class Processes:
    """Each message is told by a process of its own; `sent` has what people were sent."""

    def __init__(self, process: Callable[[], ConditionalItems]) -> None:
        self._process, self._told = process, RecordingNotifier()

    def tell(self, *events: Event) -> list[Event]:
        """What people are sent of these."""
        before = len(self._told.events)
        for event in events:
            self.notifier().notify(event)
        return self._told.events[before:]

    def notifier(self) -> GroupedNotifier:
        return GroupedNotifier(self._told, self._process)


@pytest.fixture(params=ADAPTERS)
def processes(request: pytest.FixtureRequest, tmp_path: Path) -> Processes:
    return Processes(ADAPTERS[request.param](tmp_path))


def test_repeats_are_one_message_an_hour_which_counts_those_that_were_not_sent(processes: Processes) -> None:
    assert processes.tell(FAILED, at(15), at(30), at(59.9)) == [FAILED]

    (again,) = processes.tell(at(60), at(75))
    assert again.message == f"{FAILED.message} Not sent since 2024-05-30 08:00:00 UTC: 3 of the same cause."
    assert again.details == {"run_id": "1", "not_sent": 3}

    (once_more,) = processes.tell(at(120))
    assert once_more.details["not_sent"] == 1


def test_another_cause_is_told_at_once_and_the_first_one_is_still_a_repeat(processes: Processes) -> None:
    other = at(5, cause="prod: no room.", message="run 3 failed: no room.")
    assert processes.tell(FAILED, other, at(10), at(15, other)) == [FAILED, other]


def test_numbers_and_ids_do_not_make_another_cause(processes: Processes) -> None:
    query = "query 0b5e7c1e-2c6e-4f4e-9b59-6d3e0f9a1c22 failed at 17.3%"
    other = "query 5c0c37ab-8a10-4c43-8f0a-2f60c0a6a111 failed at 9%"
    assert len(processes.tell(at(0, cause=query), at(5, cause=other))) == 1


def test_each_workflow_has_its_own_messages(processes: Processes) -> None:
    other = at(5, subject="trams")
    assert processes.tell(FAILED, other) == [FAILED, other]


def test_a_recovery_is_one_message_and_counts_the_failures_that_were_not_sent(processes: Processes) -> None:
    first, recovered = processes.tell(FAILED, at(15), at(30), at(45, RECOVERED), at(50, RECOVERED))
    assert (first, recovered.kind, recovered.details) == (FAILED, "run.recovered", {"run_id": "2", "not_sent": 2})


def test_of_a_failure_that_nobody_was_told_of_no_recovery_is_told(processes: Processes) -> None:
    assert processes.tell(RECOVERED) == []
    told = processes.tell(FAILED, at(5, RECOVERED), at(10), at(15, RECOVERED), at(70), at(75, RECOVERED))
    assert [event.kind for event in told] == ["run.failed", "run.recovered"] * 2


def test_a_recovery_is_a_success_too_and_successes_are_grouped_whatever_they_say(processes: Processes) -> None:
    recovered, later = processes.tell(
        at(0, only_logged=True),
        at(5, RECOVERED),
        at(5, SUCCEEDED),
        at(20, SUCCEEDED, message="run 3 succeeded."),
        at(66, SUCCEEDED, message="run 4 succeeded."),
    )
    assert (recovered.kind, later.kind, later.details["not_sent"]) == ("run.recovered", "run.succeeded", 2)


def test_what_people_did_not_ask_for_is_not_sent_and_not_counted(processes: Processes) -> None:
    assert processes.tell(at(0, only_logged=True), at(5, only_logged=True)) == []
    (told,) = processes.tell(at(10), at(20, RECOVERED, only_logged=True))
    assert "not_sent" not in told.details


def test_events_of_feeds_are_sent_as_they_come(processes: Processes) -> None:
    feed = Event(EventKind.FEED_FAILED, "rain", "no answer", START, {})
    assert processes.tell(feed, feed) == [feed, feed]


def test_what_was_told_long_ago_is_forgotten_whether_or_not_the_service_has_removed_it(processes: Processes) -> None:
    processes.tell(FAILED, at(1))
    (again,) = processes.tell(at(60 * 24 * 30 + 1))
    assert "not_sent" not in again.details


def test_of_two_processes_at_once_one_sends_the_message(processes: Processes) -> None:
    for number in range(10):
        event, both = at(0, subject=f"w{number}"), Barrier(2)

        def tell(event: Event = event, both: Barrier = both) -> None:
            notifier = processes.notifier()
            both.wait()
            notifier.notify(event)

        threads = [Thread(target=tell) for _ in range(2)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        (later,) = processes.tell(at(60, event))
        assert later.details["not_sent"] == 1
    assert len(processes.tell()) == 0


def test_how_many_causes_are_remembered_is_bounded(processes: Processes) -> None:
    words = ["".join(chr(97 + int(digit)) for digit in f"{number:03d}") for number in range(60)]
    processes.tell(*(at(number / 10, cause=word) for number, word in enumerate(words)))
    assert processes.tell(at(7, cause=words[-1])) == []
    assert len(processes.tell(at(8, cause=words[0]))) == 1
