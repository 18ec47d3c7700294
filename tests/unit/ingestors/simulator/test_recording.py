"""A simulation by one recorded response: its times, its numbers, and what does not fit."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from millrace.errors import DefinitionError
from millrace.ingestors.polling.payload import read_payload
from millrace.ingestors.ports import HttpFeed, Observation, Plausibility, RateBudget, Source
from millrace.ingestors.simulator.recording import Recording, time_form

NOW = datetime(2024, 5, 30, 4, 30, 10, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
BIKES = {
    "last_updated": "2023-01-01T10:00:00+01:00",
    "stations": [
        {"id": 7, "bikes": 12, "docks": "30", "lat": 48.8566, "reported": 1_672_563_600},
        {"id": 8, "bikes": 0, "docks": "5", "lat": 48.9, "reported": 1_672_563_540},
    ],
}
READ = ("$.last_updated", "$.stations[*].reported")


def read(document: dict[str, Any]) -> Observation:
    return Observation(document["last_updated"], len(document["stations"]))


def source(**changes: Any) -> Source:
    given: dict[str, Any] = {
        "name": "bikes",
        "title": "Bikes",
        "origin": HttpFeed("http://127.0.0.1/bikes", budget=RateBudget(0, timedelta(seconds=1))),
        "schedule": "rate(2 minutes)",
        "timezone": PARIS,
        "schema": dict[str, Any],
        "read": read,
        "plausibility": Plausibility(1, 100),
        "entities_path": "$.stations",
        "stale_after": timedelta(minutes=10),
    }
    return Source(**{**given, **changes})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "bikes.json").write_text(json.dumps(BIKES))
    return tmp_path / "bikes.json"


def test_a_snapshot_is_one_that_the_source_reads_with_every_time_replaced(file: Path) -> None:
    snapshot = Recording(file, times=READ).snapshots(source(), 1).snapshot(NOW)
    document = json.loads(snapshot.document)

    assert snapshot.observed_at == datetime(2024, 5, 30, 4, 30, tzinfo=UTC)
    assert document["last_updated"] == "2024-05-30T05:30:00+01:00"
    assert [one["reported"] for one in document["stations"]] == [int(snapshot.observed_at.timestamp())] * 2
    parsed = read_payload(source(), snapshot.document, NOW)
    assert (
        (parsed.observed_at, parsed.entities) == (snapshot.observed_at, snapshot.entities) == (NOW.replace(second=0), 2)
    )


def test_there_is_one_snapshot_per_interval_in_any_order(file: Path) -> None:
    world = Recording(file, times=READ, varying=("bikes",)).snapshots(source(), 1)
    later = world.snapshot(NOW + timedelta(minutes=2))
    assert world.snapshot(NOW + timedelta(minutes=1)) == world.snapshot(NOW) != later
    assert world.snapshot(NOW + timedelta(minutes=2)) == later
    hourly = Recording(file, times=READ, every=timedelta(hours=1)).snapshots(source(), 1)
    assert hourly.snapshot(NOW).observed_at == datetime(2024, 5, 30, 4, tzinfo=UTC)


def test_numbers_vary_by_seed_and_time_below_what_was_recorded_and_keep_their_form(file: Path) -> None:
    def stations(seed: int, hours: int) -> list[dict[str, Any]]:
        world = Recording(file, times=READ, varying=("bikes", "docks")).snapshots(source(), seed)
        found: list[dict[str, Any]] = json.loads(world.snapshot(NOW + timedelta(hours=hours)).document)["stations"]
        return found

    by_seed = {stations(seed, 0)[0]["docks"] for seed in range(20)}
    by_time = {stations(1, hours)[0]["docks"] for hours in range(20)}
    assert min(len(by_seed), len(by_time)) > 3
    assert all(isinstance(one, str) and 21 <= int(one) <= 30 for one in by_seed | by_time)
    assert {(one["id"], one["lat"]) for one in stations(3, 5)} == {(7, 48.8566), (8, 48.9)}
    assert stations(3, 5)[1]["bikes"] == 0


@pytest.mark.parametrize(
    ("recorded", "time_format", "written"),
    [
        ("Sun, 01 Jan 2023 10:00:00 GMT", "%a, %d %b %Y %H:%M:%S GMT", "Thu, 30 May 2024 04:30:10 GMT"),
        ("Sun, 01 Jan 2023 10:00:00 GMT", "%a, %d %b %Y %H:%M:%S %Z", "Thu, 30 May 2024 04:30:10 GMT"),
        ("10:00 01.01.2023 UTC", "%H:%M %d.%m.%Y %Z", "04:30 30.05.2024 UTC"),
        ("01.01.2023 10:00Z", "%d.%m.%Y %H:%MZ", "30.05.2024 04:30Z"),
        ("2023-01-01T10:00:00Z", None, "2024-05-30T04:30:10Z"),
        ("2023-01-01T10:00:00.000Z", None, "2024-05-30T04:30:10Z"),
        ("2023-01-01T10:00:00+08:00", None, "2024-05-30T12:30:10+08:00"),
        ("2023-01-01 10:00:00", None, "2024-05-30 06:30:10"),
        ("1672563600", None, "1717043410"),
        (1_672_563_600, None, 1_717_043_410),
        (1_672_563_600.5, None, 1_717_043_410.0),
        (1_672_563_600_000, None, 1_717_043_410_000),
        ("01/02/2023 10:00", "%d/%m/%Y %H:%M", "30/05/2024 06:30"),
        ("20230102T100000+0800", "%Y%m%dT%H%M%S%z", "20240530T123010+0800"),
    ],
)
def test_a_time_keeps_its_form(recorded: Any, time_format: str | None, written: Any) -> None:
    text = time_form(recorded, PARIS, time_format)(NOW)
    assert (text, type(text)) == (written, type(written))


@pytest.mark.parametrize("recorded", ["2023-01-01", "20230101T100000Z", "2023-W01-1"])
def test_a_time_in_a_rarer_form_is_refused_with_what_to_write(file: Path, recorded: str) -> None:
    file.write_text(json.dumps({**BIKES, "last_updated": recorded}))
    with pytest.raises(DefinitionError, match=rf"bikes\.json has '{recorded}' for a time.*its form as time_format"):
        Recording(file, times=READ).snapshots(source(), 1)


def test_a_small_number_varies_without_becoming_nothing(file: Path) -> None:
    file.write_text(json.dumps({**BIKES, "level": 1.5e-07}))
    snapshot = Recording(file, times=READ, varying=("level",)).snapshots(source(), 1).snapshot(NOW)
    assert 1e-07 < json.loads(snapshot.document)["level"] <= 1.5e-07
    file.write_text(json.dumps({**BIKES, "level": float("nan")}))
    with pytest.raises(DefinitionError, match="is no snapshot of bikes: the body is broken"):
        Recording(file, times=READ, varying=("level",)).snapshots(source(), 1)


@pytest.mark.parametrize(
    ("recording", "said"),
    [
        ({"times": ("$.updated",)}, r"bikes\.json has nothing at '\$\.updated'"),
        ({"times": ("last_updated",)}, r"has nothing at 'last_updated'"),
        ({"times": ("$.stations",)}, r"for a time"),
        ({"times": ("$.stations[0].id", "$.stations[1].reported")}, r"keeps a time of its own, 2023-01-01T09:00:00Z"),
        ({"times": READ, "file": Path("nowhere.json")}, r"nowhere\.json cannot be read"),
    ],
)
def test_what_does_not_fit_is_refused_with_the_files_name(file: Path, recording: dict[str, Any], said: str) -> None:
    with pytest.raises(DefinitionError, match=said):
        Recording(**{"file": file, **recording}).snapshots(source(), 1)


def test_a_response_that_the_source_refuses_is_no_recording(file: Path) -> None:
    with pytest.raises(DefinitionError, match="no snapshot of bikes: 2 entities; at least 3 are plausible"):
        Recording(file, times=READ).snapshots(source(plausibility=Plausibility(3, 9)), 1)
