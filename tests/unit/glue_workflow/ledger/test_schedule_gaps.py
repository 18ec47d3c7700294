from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from millrace.glue_workflow.ledger.schedule_gaps import unattempted

NOON = datetime(2024, 5, 30, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("minutes", "missed"),
    [
        ([], 0),
        ([0], 0),
        ([0, 1, 2], 0),
        ([0, 1, 1, 2], 0),
        ([2, 0, 1], 0),
        ([0, 1, 5, 6], 3),
        ([0, 5, 10], 8),
        ([0, 1.4, 2], 0),
        ([0, 0.5, 1], 0),
    ],
)
def test_slots_of_a_schedule_of_one_minute(minutes: list[float], missed: int) -> None:
    assert unattempted((NOON + timedelta(minutes=minute), 60) for minute in minutes) == missed


def test_a_schedule_that_changed_counts_by_its_interval_at_the_time() -> None:
    times = [(0, 60), (1, 60), (2, 300), (7, 300), (17, 300)]
    assert unattempted((NOON + timedelta(minutes=minute), interval) for minute, interval in times) == 1
