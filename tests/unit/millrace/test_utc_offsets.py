"""Offsets from UTC and partitions agree with the time zone database at every instant, clock changes included."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.time_keys import EventTime
from millrace.utc_offsets import offset_periods

ZONES = [
    "Africa/Cairo",
    "Africa/Casablanca",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Beirut",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Australia/Lord_Howe",
    "Pacific/Apia",
]
INSTANTS = st.datetimes(datetime(1970, 1, 1), datetime(2039, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@given(st.sampled_from(ZONES), INSTANTS)
def test_the_period_of_an_instant_has_its_offset(name: str, instant: datetime) -> None:
    zone = ZoneInfo(name)
    [period] = [period for period in offset_periods(zone) if period.start <= instant < period.end]
    assert period.offset == instant.astimezone(zone).utcoffset()


@pytest.mark.parametrize("name", ZONES)
def test_periods_follow_each_other_and_change_to_the_second(name: str) -> None:
    zone, periods = ZoneInfo(name), offset_periods(ZoneInfo(name))
    for before, after in pairwise(periods):
        assert before.end == after.start
        assert before.offset != after.offset
        assert (before.end - timedelta(seconds=1)).astimezone(zone).utcoffset() == before.offset
        assert after.start.astimezone(zone).utcoffset() == after.offset


def test_new_york_changes_where_it_is_known_to() -> None:
    periods = offset_periods(ZoneInfo("America/New_York"))
    [summer] = [period for period in periods if period.start.year == 2024 and period.start.month == 3]
    assert summer.start == datetime(2024, 3, 10, 7, tzinfo=UTC)
    assert summer.end == datetime(2024, 11, 3, 6, tzinfo=UTC)
    assert summer.offset == timedelta(hours=-4)


@given(st.sampled_from(ZONES), INSTANTS)
def test_dt_and_hour_are_the_instants_own(name: str, instant: datetime) -> None:
    there = instant.astimezone(ZoneInfo(name))
    found = EventTime.of(instant, ZoneInfo(name))
    assert (found.dt, found.hour) == (f"{there:%Y-%m-%d}", f"{there:%H}")
    assert found.local == f"{there:%Y-%m-%d %H:%M:%S}"
