from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from millrace.glue_workflow.ledger.schedule_gaps import LastSlots, Slot, last_slots, unattempted

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


def slot(minute: float) -> Slot:
    return NOON + timedelta(minutes=minute), 60


def test_slots_since_the_last_one_of_an_earlier_partition_count_too() -> None:
    assert unattempted([slot(5), slot(6)], [slot(1)]) == 3
    assert unattempted([slot(5), slot(6)], [slot(5)]) == 0
    assert unattempted([], [slot(1)]) == 0


def test_the_last_slot_is_of_the_newest_partition_with_one_within_a_week() -> None:
    days = {
        "2024-02-28": last_slots([("taxis", slot(2)), ("taxis", slot(1)), ("rain", slot(0))]),
        "2024-02-29": {"rain": slot(3)},
    }
    asked: list[str] = []

    def read(dt: str) -> dict[str, Slot]:
        asked.append(dt)
        return days.get(dt, {})

    last = LastSlots(read)
    assert last.before("taxis", "2024-03-01") == [slot(2)]
    assert last.before("rain", "2024-03-01") == [slot(3)]
    assert last.before("taxis", "2024-03-06") == [slot(2)]
    assert last.before("taxis", "2024-03-07") == []
    assert len(asked) == len(set(asked)) == 8
    last.note("2024-03-07", {"taxis": slot(9)})
    assert last.before("taxis", "2024-03-08") == [slot(9)]


def test_partitions_that_are_known_not_to_be_there_are_not_read() -> None:
    asked: list[str] = []

    def read(dt: str) -> dict[str, Slot]:
        asked.append(dt)
        return {"taxis": slot(1)} if dt == "2024-05-24" else {}

    assert LastSlots(read, {"2024-05-24", "2024-05-26", "2024-05-29"}).before("taxis", "2024-05-29") == [slot(1)]
    assert asked == ["2024-05-26", "2024-05-24"]
