"""Schedule expressions: next times across clock changes, and refusals as EventBridge has them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millrace.errors import DefinitionError
from millrace.schedules.expressions import check_schedule, interval_of, read_schedule

SINGAPORE = ZoneInfo("Asia/Singapore")
BERLIN = ZoneInfo("Europe/Berlin")

instants = st.datetimes(datetime(2000, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def times(text: str, zone: ZoneInfo, after: str, count: int) -> list[str]:
    """The next local times, as `MM-DD HH:MM`."""
    schedule, instant, found = read_schedule(text, zone), datetime.fromisoformat(after).replace(tzinfo=zone), []
    for _ in range(count):
        following = schedule.next_after(instant)
        assert following is not None
        instant = following
        found.append(f"{instant.astimezone(zone):%m-%d %H:%M}")
    return found


@given(instants, st.integers(1, 90))
def test_a_rate_comes_once_in_every_interval(instant: datetime, minutes: int) -> None:
    schedule = read_schedule("rate(1 minute)" if minutes == 1 else f"rate({minutes} minutes)", SINGAPORE)
    following = schedule.next_after(instant)

    assert following is not None
    assert timedelta(0) < following - instant <= timedelta(minutes=minutes)
    assert schedule.next_after(following) == following + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("text", "after", "expected"),
    [
        ("cron(0/15 8-9 ? * MON-FRI *)", "2024-05-31T09:30", ["05-31 09:45", "06-03 08:00"]),
        ("cron(0 8 ? * 1 *)", "2024-05-30T00:00", ["06-02 08:00"]),  # 1 is Sunday, as in AWS
        ("cron(0 0 L * ? *)", "2024-02-01T00:00", ["02-29 00:00", "03-31 00:00"]),
        ("cron(0 9 ? * 2#1 *)", "2024-05-30T00:00", ["06-03 09:00", "07-01 09:00"]),
        ("cron(0 2 ? * L *)", "2024-05-30T00:00", ["06-01 02:00", "06-08 02:00"]),  # the last day of a week is Saturday
        ("cron(0 2 ? * FRIL *)", "2024-05-30T00:00", ["05-31 02:00", "06-28 02:00"]),
        ("cron(30 6 1W * ? *)", "2024-06-01T00:00", ["06-03 06:30"]),  # the first is a Saturday
    ],
)
def test_a_cron_expression_is_read_in_its_zone_by_awss_rules(text: str, after: str, expected: list[str]) -> None:
    assert times(text, SINGAPORE, after, len(expected)) == expected


def test_a_local_time_that_a_clock_change_skips_is_skipped() -> None:
    assert times("cron(30 2 * * ? *)", BERLIN, "2024-03-30T12:00", 2) == ["04-01 02:30", "04-02 02:30"]


def test_a_local_time_that_a_clock_change_repeats_comes_once() -> None:
    assert times("cron(30 2 * * ? *)", BERLIN, "2024-10-26T12:00", 2) == ["10-27 02:30", "10-28 02:30"]


# Zones and a date around which their clocks change: at midnight, by half an hour, in the small hours, and never.
CHANGES = [
    ("America/New_York", "2024-03-10"),
    ("America/New_York", "2024-11-03"),
    ("America/Sao_Paulo", "2018-11-04"),
    ("America/Sao_Paulo", "2018-02-18"),
    ("Africa/Cairo", "2024-04-26"),
    ("Africa/Cairo", "2024-11-01"),
    ("Asia/Beirut", "2024-03-31"),
    ("Asia/Beirut", "2024-10-27"),
    ("Australia/Lord_Howe", "2024-04-07"),
    ("Australia/Lord_Howe", "2024-10-06"),
    ("Asia/Kolkata", "2024-11-03"),
]


@pytest.mark.parametrize(("name", "day"), CHANGES)
@pytest.mark.parametrize("minutes", [15, 60])
def test_each_local_time_that_exists_comes_once_around_a_clock_change(name: str, day: str, minutes: int) -> None:
    zone = ZoneInfo(name)
    noon = datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=UTC)
    first, last = noon - timedelta(days=2), noon + timedelta(days=2)
    text = "cron(0/15 * * * ? *)" if minutes == 15 else "cron(0 * * * ? *)"
    found, at = [], read_schedule(text, zone).next_after(first)
    while at is not None and at <= last:
        found.append(at)
        at = read_schedule(text, zone).next_after(at)
    assert found == sorted(set(found))
    walls = [at.astimezone(zone).replace(tzinfo=None) for at in found]
    every = [first + timedelta(minutes=step) for step in range(1, int((last - first) / timedelta(minutes=1)) + 1)]
    exist = {at.astimezone(zone).replace(tzinfo=None) for at in every}
    assert set(walls) == {wall for wall in exist if wall.minute % minutes == 0}
    assert len(walls) == len(set(walls))


@pytest.mark.parametrize(("name", "day"), CHANGES)
def test_a_rate_has_the_same_interval_through_a_clock_change(name: str, day: str) -> None:
    zone, at = ZoneInfo(name), datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=UTC) - timedelta(days=1)
    schedule = read_schedule("rate(5 minutes)", zone)
    found: list[datetime] = []
    while len(found) < 3 * 24 * 12:
        following = schedule.next_after(at)
        assert following is not None
        at = following
        found.append(at)
    assert {after - before for before, after in pairwise(found)} == {timedelta(minutes=5)}


def test_a_schedule_of_the_past_has_no_next_time() -> None:
    assert read_schedule("cron(0 8 1 1 ? 2020)", SINGAPORE).next_after(datetime(2024, 1, 1, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "every now and then",
        "rate(1 minutes)",
        "rate(5 minute)",
        "rate(0 minutes)",
        "rate(5 weeks)",
        "cron(* * * * *)",
        "cron(0 8 * * * *)",
        "cron(0 25 * * ? *)",
        "cron(0 8 LW * ? *)",
        "cron(0/0 8 * * ? *)",
        "cron(0 8/0 * * ? *)",
        "cron(5-* 8 * * ? *)",
        "cron(*-5 8 * * ? *)",
        "cron(0 8 ? * L-3 *)",
        "cron(0 8 ? * 2,L *)",
        "cron(0  8 * * ? *)",
        "cron(\u0660 8 * * ? *)",
    ],
)
def test_an_expression_that_eventbridge_would_refuse_is_refused_with_examples(text: str) -> None:
    with pytest.raises(DefinitionError, match=r"cron\(0 8 \? \* MON-FRI \*\)"):
        read_schedule(text, SINGAPORE)


@pytest.mark.parametrize(
    "text", ["cron(0 8 30 2 ? *)", "cron(0 8 1 1 ? 2020)", "cron(0 8 * * ? 1999-2023)", "cron(30 2 31 3 ? 2024)"]
)
def test_a_schedule_that_never_comes_again_is_refused_by_its_check(text: str) -> None:
    now = datetime(2024, 6, 1, tzinfo=UTC)
    with pytest.raises(DefinitionError, match=r"never comes again\. Give it times in the future"):
        check_schedule(text, BERLIN, now)
    check_schedule("cron(0 8 29 2 ? *)", BERLIN, now)
    check_schedule("rate(1 day)", BERLIN, now)


fields = st.tuples(*[
    st.sampled_from(["*", "0", "0/15", "0/0", "*-5", "5-*", "5-1", "1,2", ","]),
    st.sampled_from(["*", "8", "22-2", "*/7", "24"]),
    st.sampled_from(["?", "*", "L", "L-3", "L-30", "LW", "31W", "1W", "W", "31", "?"]),
    st.sampled_from(["*", "2", "JAN-MAR", "FEB", "12/1", "jan"]),
    st.sampled_from(["?", "*", "L", "L-3", "6L", "MON#5", "2#1", "SAT-SUN", "SUN", "LFRI"]),
    st.sampled_from(["*", "2024", "2020-2022", "2199", "*/4"]),
])  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(fields)
def test_an_expression_is_refused_or_has_times_or_never_comes_again(parts: tuple[str, ...]) -> None:
    text, now = f"cron({' '.join(parts)})", datetime(2024, 6, 1, tzinfo=UTC)
    try:
        check_schedule(text, BERLIN, now)
    except DefinitionError:
        return
    following = read_schedule(text, BERLIN).next_after(now)
    assert following is not None
    assert following > now


def test_the_interval_of_a_schedule() -> None:
    assert interval_of("rate(5 minutes)", SINGAPORE) == timedelta(minutes=5)
    assert interval_of("cron(0/15 * * * ? *)", SINGAPORE) == timedelta(minutes=15)
    with pytest.raises(DefinitionError, match="fewer than two times"):
        interval_of("cron(0 8 1 1 ? 2020)", SINGAPORE, since=datetime(2019, 1, 2, tzinfo=UTC))
