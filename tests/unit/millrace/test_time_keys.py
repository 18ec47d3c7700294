"""Text forms of instants, and the partition of an instant."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millrace.errors import BadTime
from millrace.time_keys import (
    COMPACT_FORMAT,
    EventTime,
    compact,
    from_stored,
    parse_date,
    parse_every,
    parse_time,
    stored,
)

SINGAPORE = ZoneInfo("Asia/Singapore")
DAY = timedelta(days=1)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=offsets)  # noqa: DTZ001
modern = st.datetimes(datetime(1982, 1, 2), datetime(2100, 1, 1), timezones=offsets)  # noqa: DTZ001


@settings(deadline=None)
@given(instants)
def test_a_stored_time_is_the_instant_to_the_second(instant: datetime) -> None:
    text = stored(instant)
    assert from_stored(text) == instant.replace(microsecond=0)
    assert len(text) == len("2024-05-30 04:30:00")


@settings(deadline=None)
@given(instants)
def test_a_compact_time_is_the_instant_to_the_second(instant: datetime) -> None:
    read = datetime.strptime(compact(instant), COMPACT_FORMAT).replace(tzinfo=UTC)
    assert read == instant.replace(microsecond=0)


@settings(deadline=None)
@given(instants, instants)
def test_stored_times_sort_as_instants_do(one: datetime, other: datetime) -> None:
    one, other = one.replace(microsecond=0), other.replace(microsecond=0)
    assert (stored(one) < stored(other)) == (one < other)
    assert (compact(one) < compact(other)) == (one < other)


@settings(deadline=None)
@given(modern)
def test_the_partition_is_the_local_date_and_hour_in_singapore(instant: datetime) -> None:
    """Checked by plain arithmetic: since 1982 Singapore is 8 hours ahead of UTC, all year round."""
    shifted = instant.astimezone(UTC) + timedelta(hours=8)
    event = EventTime.of(instant, SINGAPORE)
    assert (event.dt, event.hour) == (shifted.strftime("%Y-%m-%d"), shifted.strftime("%H"))
    assert event.local == shifted.strftime("%Y-%m-%d %H:%M:%S")
    assert event.utc == stored(instant)


@settings(deadline=None)
@given(st.dates(date(1982, 1, 3), date(2100, 1, 1)), st.integers(1, 3600))
def test_partitions_change_at_midnight_in_singapore(day: date, seconds: int) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=SINGAPORE)
    before = EventTime.of(midnight.astimezone(UTC) - timedelta(seconds=seconds), SINGAPORE)
    at = EventTime.of(midnight.astimezone(UTC), SINGAPORE)
    assert (before.dt, before.hour) == ((day - DAY).isoformat(), "23")
    assert (at.dt, at.hour) == (day.isoformat(), "00")
    assert at.utc == f"{day - DAY} 16:00:00"


def test_an_early_year_keeps_its_four_digits() -> None:
    instant = datetime(33, 4, 3, 15, tzinfo=UTC)
    assert stored(instant) == "0033-04-03 15:00:00"
    assert compact(instant) == "00330403T150000Z"
    assert EventTime.of(instant, ZoneInfo("UTC")).dt == "0033-04-03"


@pytest.mark.parametrize(
    "instant",
    [
        datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=8))),
        datetime(9999, 12, 31, 23, tzinfo=timezone(timedelta(hours=-8))),
    ],
)
def test_an_instant_beyond_the_calendar_is_refused(instant: datetime) -> None:
    for form in (stored, compact, lambda given: EventTime.of(given, SINGAPORE)):
        with pytest.raises(BadTime, match="outside the years 1 to 9999"):
            form(instant)


def test_a_time_without_a_zone_is_refused_and_not_taken_as_the_machines() -> None:
    naive = datetime(2024, 5, 30)  # noqa: DTZ001
    for form in (stored, compact, lambda given: EventTime.of(given, SINGAPORE)):
        with pytest.raises(BadTime, match="has no offset"):
            form(naive)


class TestParsing:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("2024-05-30", "2024-05-29 16:00:00"),
            (" 2024-05-30T08:00 ", "2024-05-30 00:00:00"),
            ("2024-05-30 08:00:30", "2024-05-30 00:00:30"),
            ("2024-05-30T08:00Z", "2024-05-30 08:00:00"),
            ("2024-05-30T08:00:00-04:00", "2024-05-30 12:00:00"),
        ],
    )
    def test_a_time_without_offset_is_the_sources(self, text: str, expected: str) -> None:
        assert stored(parse_time(text, SINGAPORE)) == expected

    @settings(deadline=None)
    @given(modern.map(lambda instant: instant.replace(microsecond=0)))
    def test_a_time_with_offset_comes_back(self, instant: datetime) -> None:
        assert parse_time(instant.isoformat(), SINGAPORE) == instant

    @settings(deadline=None)
    @given(st.text())
    def test_any_text_is_a_time_or_refused(self, text: str) -> None:
        for parse in (lambda given: parse_time(given, SINGAPORE), parse_date, parse_every):
            with suppress(BadTime):
                parse(text)

    @settings(deadline=None)
    @given(st.integers(1, 10_000), st.sampled_from([("s", 1), ("m", 60), ("h", 3600), ("d", 86400)]))
    def test_intervals(self, number: int, unit: tuple[str, int]) -> None:
        assert parse_every(f"{number}{unit[0]}") == timedelta(seconds=number * unit[1])

    @pytest.mark.parametrize("text", ["", "0m", "00s", "-1m", "1", "m", "1w", "1.5h", "1m1s", "٣m", "9" * 30 + "d"])
    def test_bad_intervals(self, text: str) -> None:
        with pytest.raises(BadTime, match="interval"):
            parse_every(text)

    def test_an_interval_with_more_digits_than_python_converts(self) -> None:
        with pytest.raises(BadTime, match="too long"):
            parse_every("9" * 5000 + "d")

    def test_bad_dates(self) -> None:
        with pytest.raises(BadTime, match=r"cannot read the date '30\.5\.2024'"):
            parse_date("30.5.2024")
        assert parse_date(" 2024-05-30 ") == date(2024, 5, 30)
