"""`ops.versions` after runs and rollbacks, and `ops.queries` after queries of the local endpoint and paid jobs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings
from millrace.usecases.queries import run_query
from millrace.usecases.versions import roll_back
from tests.end_to_end.athena_api.athena_lake import finished, rows, served
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import SOURCE, answer, lake_at, poll_minutes, run

TABLE, DAY = "prod.taxi_availability", "2024-05-30"
LEAST = 10 * 2**20
SEEN = f"""SELECT run_id, state, is_current, ended_by, ended_by_run, "rows" FROM ops.versions
WHERE "table" = '{TABLE}' AND dt = DATE '{DAY}' ORDER BY published_at"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Three runs, of one more snapshot each; then a rollback from the third to the second."""
    home = tmp_path_factory.mktemp("ops") / "lake"
    with serving(answer) as url, lake_at(home, url) as runtime:
        for minute in range(3):
            poll_minutes(runtime, [minute])
            run(runtime)
        roll_back(runtime, TABLE, DAY, None, dry_run=False, show=lambda plan, found: None)
        yield home


@pytest.fixture
def runtime(home: Path) -> Iterator[LocalRuntime]:
    with LocalRuntime.existing(Settings(home=home, feed="simulated")) as found:
        yield found


def test_a_version_says_what_ended_it(runtime: LocalRuntime) -> None:
    third, second, first = (one.run_id for one in runtime.runs.runs(SOURCE))
    assert run_query(runtime, SEEN).rows == [
        (first, "replaced", False, "run", second, 1),
        (second, "pinned", True, None, None, 2),
        (third, "replaced", False, "rollback", second, 3),
    ]


def test_versions_of_whole_tables_have_no_date_and_files_and_bytes_are_those_of_the_catalog(
    runtime: LocalRuntime,
) -> None:
    [area] = runtime.catalog.current("prod.area")
    sql = "SELECT dt, files, bytes FROM ops.versions WHERE \"table\" = 'prod.area' AND is_current"
    assert run_query(runtime, sql).rows == [(None, len(area.files), area.size)]


def test_the_endpoints_queries_have_a_cost_and_what_is_free_has_none(home: Path) -> None:
    with served(home) as endpoint:
        athena = endpoint.client()
        asked = {
            "billed": finished(athena, f"SELECT count(*) FROM {TABLE} WHERE dt = DATE '{DAY}'"),
            "failed": finished(athena, "SELECT nothing FROM prod.taxi_availability"),
            "free": finished(athena, "SHOW TABLES IN prod"),
        }
        found = {one[0]: one[1:] for one in rows(athena, _COSTS)}
    billed = asked["billed"]["Statistics"]
    states = {name: found[one["QueryExecutionId"]] for name, one in asked.items()}
    scanned = str(billed["DataScannedInBytes"])
    assert states["billed"][:4] == ["endpoint", "SUCCEEDED", scanned, str(LEAST)]
    assert float(str(states["billed"][4])) == pytest.approx(LEAST / 2**40 * 5)
    assert abs(int(str(states["billed"][5])) - billed["TotalExecutionTimeInMillis"]) <= 1
    assert states["failed"][1:4] == ["FAILED", "0", "0"]
    assert states["free"][1:4] == ["SUCCEEDED", "0", "0"]


_COSTS = """SELECT query_id, asked_by, state, bytes_scanned, bytes_billed, cost_usd, milliseconds FROM ops.queries
WHERE statement NOT LIKE '%ops.queries%'"""


def test_a_job_that_is_paid_for_is_a_row_with_its_run(runtime: LocalRuntime) -> None:
    assert _of_jobs(runtime) == [], "DuckDB bills nobody"
    [record, *_] = runtime.runs.runs(SOURCE)
    job = next(one for one in runtime.runs.jobs(record.run_id) if one.job == "create_parquet")
    runtime.runs.save_job(replace(job, bytes_scanned=3 * LEAST - 1))
    try:
        assert _of_jobs(runtime) == [
            (record.run_id, "create_parquet", f"{SOURCE}: create_parquet", "succeeded", 3 * LEAST)
        ]
    finally:
        runtime.runs.save_job(job)


def _of_jobs(runtime: LocalRuntime) -> list[Any]:
    sql = "SELECT run_id, job, statement, state, bytes_billed FROM ops.queries WHERE asked_by = 'job'"
    return run_query(runtime, sql).rows
