"""The panels about Millrace at work, as the page's addresses give them, over a lake of three runs and a rollback."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from millrace.dashboards.serving.pages import LivePages
from millrace.infra.runtime.local import LocalRuntime
from millrace.usecases.page import live_pages
from millrace.usecases.versions import roll_back
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import NOON, SOURCE, answer, lake_at, poll_minutes, run

TABLE, OF_FEED = "prod.taxi_availability", f"{NOON:%Y-%m-%d}"


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalRuntime, LivePages]]:
    home = tmp_path_factory.mktemp("health") / "lake"
    with serving(answer) as url, lake_at(home, url) as runtime:
        for minute in (0, 4):
            poll_minutes(runtime, [minute])
            run(runtime)
        run(runtime, "polls")
        with live_pages(runtime) as pages:
            yield runtime, pages


def panel(pages: LivePages, name: str, day: str) -> Any:
    return json.loads(pages.get(f"/api/panels/{name}", {"day": day}).body)


def of_runs() -> str:
    """Runs are of the machine's time, in UTC."""
    return f"{datetime.now(UTC):%Y-%m-%d}"


def test_each_run_of_the_day_counts_and_each_job_has_its_time(lake: tuple[LocalRuntime, LivePages]) -> None:
    runtime, pages = lake
    charts = {one["name"]: one for one in panel(pages, "run-outcomes", of_runs())["charts"]}
    counts = {name: {bar["label"]: sum(bar["y"]) for bar in one["bars"]} for name, one in charts.items()}
    assert (counts[SOURCE]["succeeded"], counts["polls"]["succeeded"]) == (2, 1)
    assert charts[SOURCE]["zone"] == "UTC"
    [drawn] = panel(pages, "job-durations", of_runs())["charts"]
    jobs = {f"{run.workflow}: {job.job}" for run in runtime.runs.runs() for job in runtime.runs.jobs(run.run_id)}
    assert {*drawn["y"]} == jobs
    assert drawn["highest"] > 0


def test_results_of_rules_are_there_by_table_and_nothing_is_set_aside(lake: tuple[LocalRuntime, LivePages]) -> None:
    _, pages = lake
    [drawn] = panel(pages, "rules-failed", of_runs())["charts"]
    assert "staging.taxi_position" in drawn["y"]
    assert drawn["highest"] == 0
    assert panel(pages, "rows-set-aside", of_runs())["charts"] == []


def test_data_is_as_old_as_it_became_between_two_snapshots(lake: tuple[LocalRuntime, LivePages]) -> None:
    """Each snapshot is two seconds old when it is asked for; the objective is ten minutes."""
    _, pages = lake
    [drawn] = panel(pages, "data-age", OF_FEED)["charts"]
    assert drawn["y"] == [SOURCE]
    assert drawn["z"][0][0] == pytest.approx(100 * 2 / 600)


def test_a_rollback_shows_in_the_sizes_of_partitions(lake: tuple[LocalRuntime, LivePages]) -> None:
    runtime, pages = lake
    name = f"{TABLE} {OF_FEED}"

    def megabytes() -> float:
        bars = panel(pages, "partition-sizes", OF_FEED)["charts"][0]["top"]
        return float(dict(zip(bars["y"], bars["x"], strict=True)).get(name, 0))

    def size() -> float:
        [current] = runtime.catalog.current(TABLE)
        return current.size / 1e6

    before = megabytes()
    assert before == pytest.approx(size())
    roll_back(runtime, TABLE, OF_FEED, None, dry_run=False, show=lambda plan, found: None)
    assert megabytes() == pytest.approx(size()) != before
