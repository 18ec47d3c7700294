"""The simulated rain: what its feed answers, and that it agrees with the simulated city's demand."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from millrace.clock import ManualClock
from millrace.ingestors.polling.payload import read_payload
from millrace.ingestors.simulator.singapore.demand import rain as share_off_the_street
from millrace.ingestors.simulator.singapore.rain import SimulatedRain
from millrace.schema_drift import undeclared_fields
from tests.doubles.simulated_feeds import SERVED, shipped_feeds
from tests.shipped import PROJECT

NOW = datetime(2024, 5, 30, 4, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RAIN = SimulatedRain(1)


def values(instant: datetime, rain: SimulatedRain = RAIN) -> list[float]:
    document: Any = json.loads(rain.snapshot(instant).document)
    return [reading["value"] for reading in document["data"]["readings"][0]["data"]]


def test_every_snapshot_is_one_that_the_source_declares() -> None:
    for hour in range(24):
        asked = NOW + hour * timedelta(hours=1)
        snapshot = RAIN.snapshot(asked)
        reading = read_payload(PROJECT.source("rainfall"), snapshot.document, asked)
        assert (reading.observed_at, reading.entities) == (snapshot.observed_at, snapshot.entities)
        assert undeclared_fields(PROJECT.source("rainfall").schema, snapshot.document) == ()
        assert 50 <= snapshot.entities <= 90


@pytest.mark.parametrize(("minutes", "observed"), [(0, -5), (1, -5), (2, 0), (6, 0), (7, 5)])
def test_a_reading_is_published_two_minutes_after_its_time(minutes: int, observed: int) -> None:
    assert RAIN.snapshot(NOW + minutes * MINUTE).observed_at == NOW + observed * MINUTE


def test_the_same_seed_gives_the_same_bytes_whatever_was_asked_before() -> None:
    other = SimulatedRain(1)
    other.snapshot(NOW - timedelta(days=3))
    assert other.snapshot(NOW) == RAIN.snapshot(NOW)
    assert SimulatedRain(2).snapshot(NOW) != RAIN.snapshot(NOW)


def test_it_rains_when_rain_takes_taxis_off_the_street_and_otherwise_hardly_at_all() -> None:
    slots = [datetime(2024, 5, 1, tzinfo=UTC) + 5 * MINUTE * number for number in range(12 * 24 * 14)]
    depth = {slot: share_off_the_street(1, int(slot.timestamp())) for slot in slots}
    fallen = {slot: values(slot + 2 * MINUTE) for slot in slots}
    showers = [fallen[slot] for slot in slots if depth[slot] > 0.1]
    others = [fallen[slot] for slot in slots if depth[slot] == 0]
    assert showers
    assert all(sum(one) / len(one) > 0.3 for one in showers)
    assert all(max(one) <= 1.0 for one in others)
    dry = sum(not any(one) for one in others)
    assert 0.7 < dry / len(others) < 1
    assert all(round(value / 0.2, 6).is_integer() for one in showers for value in one)


def test_both_feeds_are_served_each_at_its_path_with_its_own_parameter() -> None:
    with shipped_feeds(ManualClock(NOW)) as simulator:
        assert tuple(simulator.urls) == SERVED
        url = simulator.urls["rainfall"]
        assert requests.get(url, timeout=30).content == RAIN.snapshot(NOW).document
        then = requests.get(url, params={"date": "2024-05-30T08:00:00"}, timeout=30)
        assert then.content == RAIN.snapshot(datetime(2024, 5, 30, tzinfo=UTC)).document
        bad = requests.get(url, params={"date": "yesterday"}, timeout=30)
        assert (bad.status_code, bad.json()["name"]) == (400, "ERROR_PARAMS")
