"""The second source from poll to prod, beside the first, and what a simulated lake does without its address."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from millrace.clock import ManualClock
from millrace.errors import SettingError
from millrace.infra.runtime.local import LocalRuntime
from millrace.ingestors.ports import Outcome
from millrace.ingestors.simulator.singapore.rain import SimulatedRain
from millrace.service.service import Service
from millrace.settings import Settings
from millrace.usecases.audit import audit_rows
from millrace.usecases.queries import run_query
from tests.doubles.simulated_feeds import shipped_feeds
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import imbalances, run
from tests.shipped import PROJECT
from tests.unit.ingestors.rain import rain, text

START = datetime(2024, 5, 29, 16, 0, tzinfo=UTC)  # midnight in Singapore, in a shower of seed 1
BUSY = json.dumps({"code": 24, "name": "TOO_MANY_REQUESTS", "data": None, "errorMsg": "Rate limit exceeded"}).encode()


def lake_at(home: Path, urls: dict[str, str], clock: ManualClock) -> LocalRuntime:
    return LocalRuntime(Settings(home=home, feed="simulated", source_urls=urls), clock=clock)


def test_it_rains_from_the_feed_to_prod_and_a_polite_error_is_a_gap(tmp_path: Path) -> None:
    """Three readings, of which the feed loses one politely."""
    feed, lost = SimulatedRain(1), START + timedelta(minutes=10)
    clock = ManualClock(START + timedelta(minutes=15))

    def answer(asked: datetime | None) -> tuple[int, bytes]:
        assert asked is not None
        return 200, BUSY if asked == lost else feed.snapshot(asked).document

    with serving(answer, parameter="date") as url, lake_at(tmp_path, {"rainfall": url}, clock) as runtime:
        handler = runtime.poll_handler()
        results = [
            handler.poll(PROJECT.source("rainfall"), START + timedelta(minutes=m), historical=True) for m in (5, 10, 15)
        ]
        assert [one.outcome for one in results] == [Outcome.DELIVERED, Outcome.QUARANTINED, Outcome.DELIVERED]
        runtime.stream.flush(everything=True)
        run(runtime, "rainfall")
        run(runtime, "polls")

        rows = run_query(
            runtime, "SELECT observed_at_local, stations_with_rain > 0, stations FROM prod.rainfall ORDER BY 1"
        ).rows
        stations = feed.snapshot(START).entities
        assert [(f"{at:%H:%M}", wet, count) for at, wet, count in rows] == [
            ("00:00", True, stations),
            ("00:10", True, stations),
        ]
        assert run_query(runtime, "SELECT sum(gaps) FROM prod.poll_freshness WHERE source = 'rainfall'").rows == [(1,)]
        (ledger,), off = audit_rows(runtime, [], lambda done, of: None)
        assert off == []
        assert (ledger["published"], ledger["quarantined"], ledger["staged_rows"]) == (2, 1, 2 * stations)


def test_a_station_that_is_listed_twice_counts_once_and_its_repetition_is_set_aside(tmp_path: Path) -> None:
    """Of A 1.4 (twice), B 0 and C 0.2 the mean is 0.533; with the repetition it would be 0.750."""
    clock = ManualClock(START + timedelta(minutes=5))
    values = [("A", 1.4), ("B", 0), ("A", 1.4), ("C", 0.2)]

    def answer(asked: datetime | None) -> tuple[int, bytes]:
        data = [{"stationId": name, "value": value} for name, value in values]
        reading = {"timestamp": "2024-05-30T00:05:00+08:00", "data": data}
        return 200, text(rain({"A": 0, "B": 0, "C": 0}, readings=[reading]))

    with serving(answer, parameter="date") as url, lake_at(tmp_path, {"rainfall": url}, clock) as runtime:
        handler = runtime.poll_handler()
        assert handler.poll(PROJECT.source("rainfall"), clock.now(), historical=True).outcome is Outcome.DELIVERED
        runtime.stream.flush(everything=True)
        run(runtime, "rainfall")
        run(runtime, "polls")

        means = "SELECT CAST(rainfall_mm_mean AS VARCHAR), stations, stations_with_rain FROM prod.rainfall"
        assert run_query(runtime, means).rows == [("0.533", 3, 2)]
        aside = run_query(runtime, "SELECT source_table, rule, reason FROM ops.rows_set_aside").rows
        assert aside == [("staging.rain_station", 'ColumnValues "repetition" = 1', "repetition is 2")]
        (ledger,), off = audit_rows(runtime, [], lambda done, of: None)
        assert off == []
        assert (ledger["entities"], ledger["staged_rows"], ledger["rows_set_aside"]) == (4, 3, 1)


def test_up_polls_both_sources_each_on_its_schedule(tmp_path: Path) -> None:
    clock = ManualClock(START)
    with shipped_feeds(clock) as simulator, lake_at(tmp_path, simulator.urls, clock) as runtime:
        until(Service(runtime), clock, START + timedelta(minutes=11))
        counted = "SELECT source, count(*) FROM ops.polls GROUP BY source ORDER BY source"
        assert run_query(runtime, counted).rows == [("rainfall", 2), ("taxi_availability", 10)]
        assert imbalances(runtime) == []


def test_a_stop_while_work_is_queued_is_a_stop(tmp_path: Path) -> None:
    """The sources' searches for recent gaps share one thread: at a stop right after the start, some have not begun."""
    clock = ManualClock(START)
    with shipped_feeds(clock) as simulator, lake_at(tmp_path, simulator.urls, clock) as runtime:
        service = Service(runtime)
        running = Thread(target=service.run, args=(lambda _: True,), daemon=True)
        running.start()
        running.join(60)
        assert not running.is_alive()


def test_a_simulated_lake_asks_no_live_feed(tmp_path: Path) -> None:
    clock = ManualClock(START)
    with (
        shipped_feeds(clock) as simulator,
        lake_at(tmp_path, {"taxi_availability": simulator.urls["taxi_availability"]}, clock) as runtime,
    ):
        until(Service(runtime), clock, START + timedelta(minutes=6))
        assert run_query(runtime, "SELECT DISTINCT source FROM ops.polls").rows == [("taxi_availability",)]
        with pytest.raises(SettingError, match="MILLRACE_SOURCE_RAINFALL_URL"):
            runtime.poll_handler().poll(PROJECT.source("rainfall"), START)


def until(service: Service, clock: ManualClock, end: datetime) -> None:
    def wait(seconds: float) -> bool:
        service.settle()
        clock.sleep(max(seconds, 0.5))
        return clock.now() >= end

    service.run(wait)
