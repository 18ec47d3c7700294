"""Reports: a saved query's rows of a day, published as CSV and Parquet."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from millrace.clock import ManualClock
from millrace.commit_points import CommitPoint
from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings
from millrace.usecases.runs import run_workflow
from tests.unit.infra.project.project_files import messages, project

NIGHTLY = """schedule = "cron(0 1 * * ? *)"
zone = "{zone}"

[jobs.publish]
kind = "report"
parameters = {{ query = "fares", least = 1 }}
"""
FARES = """-- The fares of a day
-- :day = newest
-- :least = 0
SELECT ride, note, CAST(cents AS BIGINT) AS cents, CAST(cents AS DOUBLE) / 8 AS eighth, CAST(day AS DATE) AS day,
    late, CAST(NULL AS VARCHAR) AS nothing
FROM crawled.fares
WHERE CAST(day AS DATE) = :day AND cents >= :least
ORDER BY ride
"""
FILES = {
    "workflows/nightly.toml": NIGHTLY.format(zone="Asia/Singapore"),
    "queries/fares.sql": FARES,
    "datasets/fares/dataset.toml": 'schema = "crawled"\nformat = "json"\n',
}
NOTES = ["plain", 'a "quoted", one', "two\nlines", "=1+1", "+1", "-1", "@x", "\tx", "\rx", "", "Grüße, 夜", "'own"]
RIDES = [
    {"ride": f"r{number:02}", "note": note, "cents": number + 1, "day": "2024-05-30", "late": number % 2 == 0}
    for number, note in enumerate(NOTES)
]
# 17:30 on the 30th in UTC is 01:30 on the 31st in Singapore.
NIGHT = datetime(2024, 5, 30, 17, 30, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    file = tmp_path / "lake/fares/rides.json"
    file.parent.mkdir(parents=True)
    file.write_text("".join(json.dumps(one) + "\n" for one in RIDES))
    return tmp_path / "lake"


def lake(home: Path, files: dict[str, str], now: datetime = NIGHT) -> LocalRuntime:
    of = project(home.parent / "own", files)
    assert messages(of) == []
    return LocalRuntime(Settings(home, "simulated"), clock=ManualClock(now), project=of)


@pytest.fixture
def runtime(home: Path) -> Iterator[LocalRuntime]:
    with lake(home, FILES) as runtime:
        yield runtime


def publish(runtime: LocalRuntime, *days: str) -> str:
    record = run_workflow(runtime, "nightly", days, full=False, progress=lambda _: None)
    return "" if record.state == "succeeded" else record.error


def current(home: Path, day: str = "2024-05-30") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((home / f"reports/fares/dt={day}/_current.json").read_text())
    return found


def files(home: Path) -> list[str]:
    return sorted(one.suffix or one.name for one in (home / "reports").rglob("*") if one.is_file())


def test_the_report_of_yesterday_in_the_workflows_zone_is_published(runtime: LocalRuntime, home: Path) -> None:
    assert publish(runtime) == ""

    found = current(home)
    assert found["rows"] == len(RIDES)
    [parquet] = found["parquet"]
    rows = duckdb.connect().execute(f"SELECT ride, note, cents, day FROM '{home / str(parquet)}' ORDER BY 1").fetchall()
    assert [(ride, note, cents, str(day)) for ride, note, cents, day in rows] == [
        (one["ride"], one["note"], one["cents"], one["day"]) for one in RIDES
    ]


def test_the_csv_has_one_header_and_no_formula(runtime: LocalRuntime, home: Path) -> None:
    publish(runtime)

    data = (home / str(current(home)["csv"])).read_bytes()
    assert data.startswith(
        b'"ride","note","cents","eighth","day","late","nothing"\r\n"r00","plain",1,0.125,2024-05-30,true,'
    )
    header, *rows = csv.reader(data.decode().splitlines(keepends=True), strict=True)
    assert header == ["ride", "note", "cents", "eighth", "day", "late", "nothing"]
    safe = ["'=1+1", "'+1", "'-1", "'@x", "'\tx", "'\rx"]
    assert [row[1] for row in rows] == [*NOTES[:3], *safe, *NOTES[9:]]
    assert [row[2] for row in rows] == [str(one["cents"]) for one in RIDES]


def test_a_day_that_is_asked_for_is_published_also_without_rows(runtime: LocalRuntime, home: Path) -> None:
    assert publish(runtime, "2024-05-29", "2024-05-30") == ""

    assert current(home)["rows"] == len(RIDES)
    empty = current(home, "2024-05-29")
    assert (empty["rows"], empty["parquet"]) == (0, [])
    assert (home / str(empty["csv"])).read_bytes().count(b"\r\n") == 1


def test_a_report_that_is_made_again_replaces_the_earlier_one(runtime: LocalRuntime, home: Path) -> None:
    publish(runtime)
    before = current(home)
    (home / "fares/more.json").write_text(json.dumps({**RIDES[0], "ride": "x"}) + "\n")

    publish(runtime)

    assert before["csv"] != current(home)["csv"]
    assert current(home)["rows"] == len(RIDES) + 1
    assert files(home) == [".csv", ".json", ".parquet"]


@pytest.mark.parametrize("zone", ["Asia/Singapore", "America/New_York"])
def test_yesterday_is_a_day_of_the_zone(home: Path, zone: str) -> None:
    with lake(home, {**FILES, "workflows/nightly.toml": NIGHTLY.format(zone=zone)}) as runtime:
        publish(runtime)

    expected = "2024-05-30" if zone == "Asia/Singapore" else "2024-05-29"
    assert [one.name for one in (home / "reports/fares").iterdir()] == [f"dt={expected}"]


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        (
            "SELECT array_agg(ride) AS rides FROM crawled.fares WHERE :day IS NOT NULL AND :least > 0",
            "the column rides is nested",
        ),
        ("SELECT missing FROM crawled.fares WHERE :day IS NOT NULL AND :least > 0", "missing"),
    ],
)
def test_what_no_file_can_hold_leaves_the_earlier_report(home: Path, sql: str, why: str) -> None:
    with lake(home, FILES) as runtime:
        publish(runtime)
    before = current(home)
    broken = {**FILES, "queries/fares.sql": f"-- Fares\n-- :day = newest\n-- :least = 0\n{sql}\n"}

    with lake(home, broken) as runtime:
        assert why in publish(runtime)

    assert current(home) == before
    assert (home / str(before["csv"])).exists()


@pytest.mark.parametrize("point", [CommitPoint.REPORT_WRITTEN, CommitPoint.REPORT_PUBLISHED])
def test_a_process_that_is_killed_leaves_a_whole_report_or_none(home: Path, point: CommitPoint) -> None:
    with lake(home, FILES) as runtime:
        publish(runtime)
    before = current(home)
    command = [sys.executable, "-m", "millrace", "--project", str(home.parent / "own"), "run", "nightly"]
    given = {"MILLRACE_KILL_AT": f"{point}:1", "MILLRACE_HOME": str(home), "MILLRACE_FEED": "simulated"}
    done = subprocess.run([*command, "--partition", "2024-05-30"], env=_with(given), capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr

    found = current(home)
    assert (found == before) == (point is CommitPoint.REPORT_WRITTEN)
    assert (home / str(found["csv"])).exists()

    with lake(home, FILES) as runtime:
        assert publish(runtime) == ""
    assert files(home) == [".csv", ".json", ".parquet"]


def _with(given: dict[str, str]) -> dict[str, str]:

    return {**os.environ, **given}
