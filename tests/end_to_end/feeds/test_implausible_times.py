"""Times that no snapshot can have, asked for or in a body: they make no partition and never reach `status`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from millrace.errors import BadTime
from millrace.infra.runtime.local import LocalRuntime
from millrace.usecases.polls import backfill_between, poll_once
from millrace.usecases.status import status_rows
from tests.end_to_end.feed import response, serving
from tests.end_to_end.small_lake import SOURCE, imbalances, lake_at, run

DAY = "2024-05-30"
YEARS = {10: 2091, 11: 1970, 12: 9999, 13: 1}  # of the bodies that come for these minutes


def answer(asked: datetime | None) -> tuple[int, bytes]:
    assert asked is not None
    if asked.date().isoformat() != DAY:
        return 200, b'{"message": "No results found"}'
    observed = asked.replace(year=YEARS.get(asked.minute, asked.year)) - timedelta(seconds=2)
    return 200, response(["[103.8,1.31]"], observed)


def partitions(home: Path) -> set[str]:
    return {folder.name for folder in home.rglob("dt=*")}


def age(runtime: LocalRuntime) -> int:
    rows, _ = status_rows(runtime)
    return next(int(row["age_seconds"]) for row in rows if row["source"] == SOURCE)


def test_a_rejected_body_s_own_time_makes_no_partition_and_reaches_no_status(tmp_path: Path) -> None:
    home = tmp_path / "lake"
    with serving(answer) as url, lake_at(home, url) as runtime:
        assert poll_once(runtime, SOURCE, f"{DAY}T12:01").delivered
        for minute in YEARS:
            assert poll_once(runtime, SOURCE, f"{DAY}T12:{minute}").result.outcome == "quarantined"
        for item in runtime.quarantine.items():
            assert runtime.redriver.retry(item).item.state == "waiting"
        runtime.stream.flush(everything=True)
        run(runtime)
        run(runtime, "polls")

        assert partitions(home) == {f"dt={DAY}"}
        assert [item.dt for item in runtime.quarantine.items()] == [DAY] * len(YEARS)
        assert age(runtime) == 12 * 60 + 2
        assert imbalances(runtime) == []


@pytest.mark.parametrize("at", ["2091-01-01T00:00", "9999-12-31T23:59", "1970-01-01T00:00", "0001-01-01T00:30"])
def test_a_time_that_no_snapshot_can_have_is_refused(at: str, tmp_path: Path) -> None:
    home = tmp_path / "lake"
    with serving(answer) as url, lake_at(home, url) as runtime:
        assert poll_once(runtime, SOURCE, f"{DAY}T12:01").delivered
        with pytest.raises(BadTime, match=r"in the future|before 2000-01-01"):
            poll_once(runtime, SOURCE, at)
        with pytest.raises(BadTime, match=r"in the future|before 2000-01-01"):
            backfill_between(runtime, SOURCE, at, max(at, f"{DAY}T12:00"), "1m", None, lambda done, of: None)

        assert partitions(home) == {f"dt={DAY}"}
        assert age(runtime) == 2


def test_a_slot_in_the_future_that_an_older_lake_has_is_not_what_ages_are_measured_from(tmp_path: Path) -> None:
    with serving(answer) as url, lake_at(tmp_path / "lake", url) as runtime:
        assert poll_once(runtime, SOURCE, f"{DAY}T12:01").delivered
        later = datetime(2991, 1, 1, tzinfo=UTC)
        runtime.health.update(SOURCE, lambda health: msgspec.structs.replace(health, slot=later))

        observed = runtime.health.read(SOURCE).newest_observed_at
        assert observed is not None
        assert age(runtime) <= (runtime.clock.now() - observed).total_seconds() + 1
