"""Notifications as log lines: one text for people, fields for machines."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

import pytest

from millrace.json_logs import JsonLines
from millrace.notify.log import LogNotifier
from millrace.notify.ports import Event, EventKind

AT = datetime(2024, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("event", "fields"),
    [
        (
            Event(
                EventKind.QUALITY_STOPPED,
                "taxi_availability",
                "2 rules failed",
                AT,
                {"table": "staging.t", "run_id": "r"},
            ),
            {"event": "quality.stopped", "workflow": "taxi_availability", "table": "staging.t", "run_id": "r"},
        ),
        (
            Event(EventKind.FEED_STALE, "rainfall", "it stands still", AT, {}),
            {"event": "feed.stale", "source": "rainfall"},
        ),
    ],
    ids=lambda value: value.kind if isinstance(value, Event) else "",
)
def test_the_parts_of_an_event_are_fields_of_their_own(
    event: Event, fields: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "millrace"):
        LogNotifier().notify(event)

    (record,) = caplog.records
    line = json.loads(JsonLines().format(record))
    assert line == {**fields, "at": line["at"], "level": "warning", "reason": event.message}
    assert record.getMessage() == f"{event.kind} {event.subject}: {event.message}"
