"""Files and extracts that are kept as they came: they have the envelope, layout, run and ledger of every snapshot."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from millrace.firehose.envelope import Snapshot, to_record
from millrace.infra.project.project import Project
from millrace.infra.runtime.local import LocalRuntime
from millrace.ingestors.polling.kept_snapshots import Arrival
from millrace.settings import Settings
from millrace.usecases.audit import audit_lake, audit_rows
from millrace.usecases.queries import run_query
from tests.end_to_end.project.bikes import SOURCE, write_project
from tests.end_to_end.small_lake import NOON

DAY = "2024-05-30"
HTTP = 'HttpFeed("https://bikes.example/now", budget=RateBudget(60, timedelta(minutes=1)), history_parameter="at")'
ORIGINS = {
    "file": ('FileDrop("/srv/drops", "*.csv")', "FileDrop"),
    "extract": ('DatabaseQuery("bookings", "SELECT * FROM trips")', "DatabaseQuery"),
}
TRIP = """-- One row per row of a kept object.
--
-- observed_at timestamp: UTC; when the snapshot was taken
-- name string: the name that it came with
-- line bigint: from 1
-- snapshot_id string: the snapshot
-- source_object string: key of the raw object that this row came from
SELECT observed_at, json_extract_scalar(payload, '$.name') AS name, line, snapshot_id, source_object, dt
FROM (
    SELECT observed_at, payload, snapshot_id, source_object, dt,
        sequence(1, CAST(json_extract(payload, '$.rows') AS BIGINT)) AS lines
    FROM raw.trips.records
    WHERE dt IN (:partitions)
) AS files
CROSS JOIN UNNEST(lines) AS listed (line)
ORDER BY name, line
"""


def project(folder: Path, origin: str) -> Path:
    declared, name = ORIGINS[origin]
    source = SOURCE.replace(HTTP, declared).replace("HttpFeed, ", f"{name}, ").replace("RateBudget, ", "")
    source = source.replace('name="bikes"', 'name="trips"')
    return write_project(folder / "project", {"sources/trips.py": source, "sql/staging/trip.sql": TRIP})


@pytest.fixture(params=ORIGINS)
def runtime(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[LocalRuntime]:
    root = project(tmp_path, request.param)
    with LocalRuntime(Settings(home=tmp_path / "lake", feed="simulated"), project=Project.find(root)) as opened:
        yield opened


def keep(runtime: LocalRuntime, name: str, content: bytes, at: datetime = NOON) -> bool:
    arrival = Arrival(name, content, at, len(content.splitlines()))
    return runtime.kept_snapshots.keep(runtime.sources["trips"], arrival, NOON).duplicate


def findings(runtime: LocalRuntime) -> list[str]:
    return [str(one) for one in runtime.object_audit().findings()]


def test_what_was_dropped_is_kept_as_it_was_refined_and_accounted_for(runtime: LocalRuntime) -> None:
    odd = "Fahrten Mai/../\u00e4\n.csv"
    assert not keep(runtime, "may.csv", b"1,a\r\n2,b\n")
    assert not keep(runtime, odd, b"\x00\xff")
    assert keep(runtime, "may.csv", b"1,a\r\n2,b\n"), "the same file again is a duplicate"
    assert audit_rows(runtime, [], lambda done, of: None)[1] == []
    assert findings(runtime) == [], "a record in the spool names its object, too"

    runtime.stream.flush(everything=True)
    run = runtime.runner().run(runtime.pipelines.workflow("trips"))
    assert run.state == "succeeded"
    rows = run_query(runtime, "SELECT name, line FROM staging.trip ORDER BY name, line").rows
    assert rows == [(odd, 1), ("may.csv", 1), ("may.csv", 2)]

    polls = run_query(runtime, "SELECT outcome, entities, bytes FROM ops.polls ORDER BY polled_at, outcome, bytes").rows
    assert sorted(polls) == [("accepted", 1, 2), ("accepted", 2, 9), ("duplicate", 2, 9)]
    (ledger,), imbalances = audit_rows(runtime, [], lambda done, of: None)
    assert imbalances == []
    terms = ("accepted", "duplicate", "published", "superseded", "entities", "staged_rows")
    assert [ledger[term] for term in terms] == [2, 1, 2, 0, 3, 3]

    named = run_query(runtime, "SELECT json_extract_scalar(payload, '$.object') AS object FROM raw.trips").rows
    kept = {runtime.storage.get(str(key)) for (key,) in named}
    assert kept == {b"1,a\r\n2,b\n", b"\x00\xff"}
    assert all(str(key).startswith(f"kept/trips/dt={DAY}/hour=12/") for (key,) in named)
    assert findings(runtime) == []


def test_an_object_that_is_missing_or_changed_is_found(runtime: LocalRuntime) -> None:
    keep(runtime, "lost.csv", b"1\n")
    keep(runtime, "cut.csv", b"1\n2\n")
    runtime.stream.flush(everything=True)
    lost, cut = (
        next(one.key for one in runtime.storage.list("kept/") if one.key.endswith(name))
        for name in ("lost.csv", "cut.csv")
    )
    runtime.storage.delete([lost])
    runtime.storage.put(cut, b"1\n")
    assert set(findings(runtime)) == {
        f"{lost}: the kept object is missing, but a record names it",
        f"{cut}: the kept object has 2 bytes, but its record says 4",
    }


def test_one_damaged_raw_object_hides_nothing_of_other_days(runtime: LocalRuntime) -> None:
    keep(runtime, "may.csv", b"1\n")
    keep(runtime, "june.csv", b"2\n", NOON + timedelta(days=2))
    runtime.stream.flush(everything=True)
    [damaged] = runtime.storage.list(f"raw/trips/dt={DAY}/")
    runtime.storage.put(damaged.key, runtime.storage.get(damaged.key)[:-20])
    [lost] = runtime.storage.list("kept/trips/dt=2024-06-01/")
    runtime.storage.delete([lost.key])
    assert findings(runtime) == [f"{lost.key}: the kept object is missing, but a record names it"]
    problems = audit_lake(runtime, [], lambda done, of: None).problems
    assert f"trips {DAY}: audit of raw.trips:" in problems[0]
    assert len(problems) == 2


@pytest.mark.parametrize("is_in_flight", [True, False])
def test_records_from_when_the_source_was_polled_name_no_object(runtime: LocalRuntime, *, is_in_flight: bool) -> None:
    zone = runtime.sources["trips"].timezone
    runtime.stream.put([to_record(Snapshot("trips", zone, NOON, NOON, NOON, b'{"bikes": []}'))])
    keep(runtime, "may.csv", b"1\n")
    if not is_in_flight:
        runtime.stream.flush(everything=True)
    assert findings(runtime) == []


def test_what_a_crash_left_without_a_record_is_named_and_is_taken_when_it_comes_again(tmp_path: Path) -> None:
    root, home = project(tmp_path, "file"), tmp_path / "lake"
    command = [sys.executable, "-m", "tests.end_to_end.feeds.keep_child", str(root), str(home), "may.csv", "1\n2\n"]
    killed = subprocess.run(command, env={**os.environ, "MILLRACE_KILL_AT": "object.kept"}, check=False)
    assert killed.returncode == -signal.SIGKILL
    with LocalRuntime(Settings(home=home, feed="simulated"), project=Project.find(root)) as runtime:
        [left] = runtime.storage.list("kept/")
        assert findings(runtime) == [f"{left.key}: a kept object that no record names"]
        assert not keep(runtime, "may.csv", b"1\n2\n")
        runtime.stream.flush(everything=True)
        assert findings(runtime) == []
        assert [one.key for one in runtime.storage.list("kept/")] == [left.key]
        assert audit_rows(runtime, [], lambda done, of: None)[1] == []
