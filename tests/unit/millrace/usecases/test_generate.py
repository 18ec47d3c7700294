"""Generated lakes: what polls and deliveries would have left."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from millrace.errors import BadTime, DefinitionError, UsageError, WrongLakeKind
from millrace.infra.runtime.local import LocalRuntime
from millrace.ingestors.ports import POLLS, HttpFeed, Observation, Plausibility, RateBudget, Source
from millrace.ingestors.simulator.recording import Recording
from millrace.lake.kind import open_lake
from millrace.settings import Settings
from millrace.usecases.audit import audit_rows
from millrace.usecases.generate import generate
from millrace.usecases.queries import run_query
from millrace.usecases.runs import run_workflow

SILENT: Any = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def lake(home: Path, feed: str = "simulated") -> LocalRuntime:
    return LocalRuntime(Settings(home=home, feed=feed))  # type: ignore[arg-type]


def fill(runtime: LocalRuntime, days: int = 1, every: str = "1h", seed: int = 1) -> dict[str, object]:
    return generate(runtime, days, "2024-05-30", seed=seed, every=every, advance=lambda done, of: None)


def contents(home: Path) -> dict[str, bytes]:
    return {str(path.relative_to(home)): gzip.decompress(path.read_bytes()) for path in home.glob("raw/**/*.gz")}


def test_all_workflows_take_a_generated_day_and_the_ledger_balances(tmp_path: Path) -> None:
    with lake(tmp_path) as runtime:
        assert fill(runtime)["snapshots"] == 48
        for workflow in ("taxi_availability", "rainfall", "polls"):
            record = run_workflow(runtime, workflow, [], full=False, progress=lambda _: None)
            assert record.state == "succeeded", record.error
        rows, imbalances = audit_rows(runtime, [], lambda done, of: None)
        assert imbalances == []
        published = [(row["source"], row["dt"], row["published"]) for row in rows]
        assert published == [("rainfall", "2024-05-30", 24), ("taxi_availability", "2024-05-30", 24)]
        assert run_query(runtime, "SELECT count(*) FROM prod.rainfall").rows == [(24,)]
        assert run_query(runtime, "SELECT count(*) FROM prod.taxi_availability").rows == [(24,)]
        assert run_query(runtime, "SELECT sum(gaps) FROM prod.poll_freshness").rows == [(0,)]


def test_an_object_holds_five_snapshots_of_one_hour(tmp_path: Path) -> None:
    with lake(tmp_path) as runtime:
        fill(runtime, every="10m")
    lines = [text.count(b"\n") for key, text in sorted(contents(tmp_path).items()) if "taxi_availability" in key]
    assert lines == [5, 1] * 24


def test_rain_is_polled_no_more_often_than_its_schedule_says(tmp_path: Path) -> None:
    with lake(tmp_path) as runtime:
        assert fill(runtime, every="1m")["snapshots"] == 1440 + 288
    assert [text.count(b"\n") for key, text in contents(tmp_path).items() if "rainfall" in key] == [12] * 24


def test_doing_it_again_changes_nothing(tmp_path: Path) -> None:
    with lake(tmp_path) as runtime:
        fill(runtime)
        first = contents(tmp_path)
        fill(runtime)
    assert contents(tmp_path) == first


def test_a_killed_generation_leaves_no_process_and_is_finished_by_asking_again(tmp_path: Path) -> None:
    cut_off, whole = tmp_path / "cut off", tmp_path / "whole"
    command = [sys.executable, "-m", "millrace", "generate", "--days", "2", "--until", "2024-05-30", "--every", "15m"]
    with subprocess.Popen([*command, "--home", str(cut_off)], start_new_session=True, **SILENT) as child:
        wait_until(lambda: any(cut_off.glob("raw/**/*.gz")))
        child.kill()
    wait_until(lambda: not is_alive(child.pid))
    with lake(cut_off) as first, lake(whole) as second:
        assert fill(first, days=2, every="15m") == fill(second, days=2, every="15m")
        assert [one.dt for one in first.pending.touched("polls")] == ["2024-05-29", "2024-05-30"]
    assert contents(cut_off) == contents(whole)


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_progress_counts_the_days_that_are_done(tmp_path: Path) -> None:
    shown: list[tuple[int, int]] = []
    with lake(tmp_path) as runtime:
        generate(runtime, 2, None, seed=1, every="1h", advance=lambda done, of: shown.append((done, of)))
    assert shown == [(0, 2), (1, 2), (2, 2)]


def test_an_attempt_knows_its_snapshots_size_and_entities(tmp_path: Path) -> None:
    with lake(tmp_path) as runtime:
        fill(runtime)
    records = {key: [json.loads(line) for line in text.splitlines()] for key, text in contents(tmp_path).items()}
    snapshots = {one["snapshot_id"]: one["payload"] for key in records if POLLS not in key for one in records[key]}
    for attempt in (one["payload"] for key in records if POLLS in key for one in records[key]):
        payload = snapshots.pop(attempt["snapshot_id"])
        rain = attempt["source"] == "rainfall"
        entities = payload["data"]["stations"] if rain else payload["features"][0]["geometry"]["coordinates"]
        assert attempt["entities"] == len(entities)
        assert attempt["bytes"] == len(json.dumps(payload))
    assert snapshots == {}


def test_several_days_are_each_on_the_pending_list(tmp_path: Path) -> None:
    with lake(tmp_path) as runtime:
        fill(runtime, days=2)
        assert [one.dt for one in runtime.pending.touched("taxi_availability")] == ["2024-05-29", "2024-05-30"]
        assert [one.dt for one in runtime.pending.touched("rainfall")] == ["2024-05-29", "2024-05-30"]
        assert [one.dt for one in runtime.pending.touched("polls")] == ["2024-05-29", "2024-05-30"]


def test_a_day_with_other_data_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    with lake(tmp_path) as runtime:
        fill(runtime)
        before = contents(tmp_path)
        with pytest.raises(UsageError, match="other data of 2024-05-30"):
            fill(runtime, seed=2)
    assert contents(tmp_path) == before


def test_a_live_lake_is_refused(tmp_path: Path) -> None:
    with lake(tmp_path, "live") as runtime:
        open_lake(runtime.storage, "live", runtime.clock)
        with pytest.raises(WrongLakeKind):
            fill(runtime)
    assert contents(tmp_path) == {}


@pytest.mark.parametrize("every", ["7m", "1s", "2d"])
def test_a_distance_that_does_not_divide_a_day_is_refused(tmp_path: Path, every: str) -> None:
    with lake(tmp_path) as runtime, pytest.raises(UsageError):
        fill(runtime, every=every)


def test_a_date_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with lake(tmp_path) as runtime, pytest.raises(BadTime):
        generate(runtime, 1, "yesterday", seed=1, every="1h", advance=lambda done, of: None)


def bikes(recorded: Path, **changes: Any) -> Source:
    """A source that only this test knows: nothing about it is shipped."""
    recorded.write_text('{"at": "2023-01-01T00:00:00Z", "stations": [1, 2, 3]}')
    given: dict[str, Any] = {
        "name": "bikes",
        "title": "Bikes",
        "origin": HttpFeed("http://127.0.0.1/bikes", budget=RateBudget(0, timedelta(seconds=1))),
        "schedule": "rate(10 minutes)",
        "timezone": ZoneInfo("America/New_York"),
        "schema": dict[str, Any],
        "read": lambda document: Observation(document["at"], len(document["stations"])),
        "plausibility": Plausibility(1, 100),
        "entities_path": "$.stations",
        "stale_after": timedelta(minutes=10),
        "simulation": Recording(recorded, times=("$.at",)),
    }
    return Source(**{**given, **changes})


@pytest.mark.parametrize(("day", "hours"), [("2024-11-02", 24), ("2024-11-03", 25), ("2024-03-10", 23)])
def test_any_source_with_a_simulation_is_generated_for_all_hours_of_a_day(day: str, hours: int, tmp_path: Path) -> None:
    settings, sources = Settings(home=tmp_path / "lake", feed="simulated"), {"bikes": bikes(tmp_path / "bikes.json")}
    with LocalRuntime(settings, sources=sources) as runtime:
        row = generate(runtime, 1, day, seed=1, every="1m", advance=lambda done, of: None)
        assert row["snapshots"] == 6 * hours
        counted = "SELECT CAST(dt AS VARCHAR), count(*), count(DISTINCT observed_at) FROM raw.bikes GROUP BY dt"
        assert run_query(runtime, counted).rows == [(day, 6 * hours, 6 * hours)]
        polls = f"SELECT outcome, entities, count(*) FROM ops.polls WHERE dt = DATE '{day}' GROUP BY outcome, entities"
        assert run_query(runtime, polls).rows == [("accepted", 3, 6 * hours)]


def test_without_a_simulation_it_says_how_to_declare_one(tmp_path: Path) -> None:
    sources = {"bikes": bikes(tmp_path / "bikes.json", simulation=None)}
    with LocalRuntime(Settings(home=tmp_path / "lake", feed="simulated"), sources=sources) as runtime:
        with pytest.raises(UsageError, match="no source has a simulation"):
            fill(runtime)
        assert not any((tmp_path / "lake").glob("raw/*"))


def test_a_simulation_that_does_not_fit_makes_no_lake(tmp_path: Path) -> None:
    sources = {"bikes": bikes(recorded := tmp_path / "bikes.json")}
    recorded.write_text("{}")
    runtime = LocalRuntime(Settings(home=tmp_path / "lake", feed="simulated"), sources=sources)
    with runtime, pytest.raises(DefinitionError, match=r"bikes\.json has nothing at"):
        fill(runtime)
    assert not (tmp_path / "lake").exists()
