"""`millrace check` on a lake as it should be, and on one that is not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import count
from pathlib import Path

import pytest

from millrace.athena_sql.portability.statement_check import portability_problems
from millrace.athena_sql.statements.saved_queries import SavedQuery
from millrace.errors import UsageError
from millrace.infra.project.project import Project
from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings
from millrace.usecases.polls import poll_once
from millrace.usecases.queries import CheckResult, run_checks
from tests.end_to_end.commands.test_command_line import millrace
from tests.end_to_end.feed import serving
from tests.end_to_end.project.bikes import FILES, STATION, write_project
from tests.end_to_end.small_lake import answer, lake_at, poll_minutes, run
from tests.shipped import PROJECT, TABLES


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[LocalRuntime]:
    with serving(answer) as url, lake_at(tmp_path, url) as runtime:
        yield runtime


def answers(runtime: LocalRuntime) -> dict[str, CheckResult]:
    return {one.name: one for one in run_checks(runtime, None)}


@pytest.mark.parametrize("check", PROJECT.checks(), ids=lambda check: check.label)
def test_a_check_is_certified_and_asks_for_a_day(check: SavedQuery) -> None:
    assert portability_problems(check.statement, TABLES) == []
    assert check.defaults == {"day": "newest"}


def test_a_lake_as_it_should_be_has_nothing_wrong(lake: LocalRuntime) -> None:
    poll_minutes(lake, [1, 2, 3])
    run(lake)
    run(lake, "polls")
    found = answers(lake)

    assert {name: one.wrong for name, one in found.items()} == {
        "duplicates": 0,
        "gaps": 0,
        "newest_snapshot": 0,
        "rows_per_hour": 0,
        "taxis_per_hour": 0,
    }
    (hour,) = found["rows_per_hour"].rows
    assert (hour["source"], hour["hour_local"], hour["snapshots"]) == ("taxi_availability", 12, 3)
    assert (hour["staged_rows"], hour["set_aside"], hour["entities"]) == (2 + 3 + 4, 0, 2 + 3 + 4)
    (hour,) = found["taxis_per_hour"].rows
    assert (hour["hour_local"], hour["snapshots"], hour["staged_rows"], hour["taxis"]) == (12, 3, 9, 9)
    (newest,) = found["newest_snapshot"].rows
    assert newest["newest_local"] == datetime(2024, 5, 30, 12, 2, 58)  # noqa: DTZ001 - stored times are naive


def test_a_gap_is_wrong_and_the_exit_status_says_so(lake: LocalRuntime, tmp_path: Path) -> None:
    poll_minutes(lake, [1, 2, 9])
    run(lake)
    run(lake, "polls")
    (gap,) = answers(lake)["gaps"].rows
    assert (gap["gaps"], gap["longest_gap_minutes"], gap["wrong"]) == (6, 7, True)

    result = millrace("check", "--home", str(tmp_path), "--format", "json")
    assert result.returncode == 1
    assert {row["check"]: row["wrong"] for row in json.loads(result.stdout)}["gaps"] == 1
    assert "wrong rows: 1" in result.stderr


def test_a_lake_where_nothing_was_published_says_what_to_do(lake: LocalRuntime) -> None:
    poll_minutes(lake, [1])
    with pytest.raises(UsageError, match="millrace run taxi_availability"):
        run_checks(lake, None)


ENTITIES = {  # each station once, numbered, as the key of an entity asks
    **FILES,
    "sources/bikes.py": FILES["sources/bikes.py"].replace(
        "    stale_after", '    entity_key="station",\n    stale_after'
    ),
    "sql/staging/station.sql": STATION.replace("-- snapshot_id", "-- repetition int: 1\n-- snapshot_id", 1).replace(
        "    snapshot_id,\n    source_object,\n    dt\nFROM (",
        "    1 AS repetition,\n    snapshot_id,\n    source_object,\n    dt\nFROM (",
    ),
}
PLANTED = {
    "duplicates": {"raw.bikes.snapshots": "raw.bikes.records"},  # which has superseded ones, too
    "duplicate_entities": {"ORDER BY": "CROSS JOIN UNNEST(ARRAY[1, 2]) AS copies (copy)\nORDER BY"},
    "rows_per_hour": {"ORDER BY": "WHERE json_extract_scalar(one, '$.id') <> 'south'\nORDER BY"},
}


@contextmanager
def bikes_lake(root: Path, files: Mapping[str, str], minutes: list[int]) -> Iterator[LocalRuntime]:
    """A lake of one feed of a project's own, which has other bikes at each poll, also for the same minute."""
    polls = count(1)

    def bikes(asked: datetime | None) -> tuple[int, bytes]:
        assert asked is not None
        stations = [{"id": name, "bikes": next(polls)} for name in ("north", "south")]
        return 200, json.dumps({"at": asked.isoformat(), "stations": stations}).encode()

    project = Project.find(write_project(root / "project", files))
    with serving(bikes, "at") as url:
        settings = Settings(home=root / "lake", feed="simulated", source_urls={"bikes": url})
        with LocalRuntime(settings, project=project) as runtime:
            for minute in minutes:
                assert poll_once(runtime, "bikes", f"2024-05-30T12:{minute:02}+08:00").delivered
            run(runtime, "bikes")
            run(runtime, "polls")
            yield runtime


def wrong(runtime: LocalRuntime) -> dict[str, int]:
    return {one.name: one.wrong for one in run_checks(runtime, None)}


def test_another_feed_has_the_checks_too_and_each_row_says_the_feed(tmp_path: Path) -> None:
    with bikes_lake(tmp_path, ENTITIES, [1, 2, 2, 3]) as lake:
        found = answers(lake)
        day = run_checks(lake, "2024-05-29")
    names = ["duplicate_entities", "duplicates", "gaps", "newest_snapshot", "rows_per_hour"]
    assert {name: one.wrong for name, one in found.items()} == dict.fromkeys(names, 0)
    newest, hour = found["newest_snapshot"].rows[0], found["rows_per_hour"].rows[0]
    assert (newest["source"], newest["newest_local"].minute, newest["snapshots"]) == ("bikes", 3, 3)
    assert (hour["source"], hour["hour_local"], hour["staged_rows"], hour["entities"]) == ("bikes", 12, 6, 6)
    assert [one.name for one in day if one.wrong] == ["newest_snapshot"]  # nothing on the day before


def test_a_feed_that_names_no_entities_has_no_check_of_them(tmp_path: Path) -> None:
    with bikes_lake(tmp_path, FILES, [1]) as lake:
        assert list(wrong(lake)) == ["duplicates", "gaps", "newest_snapshot", "rows_per_hour"]


def test_a_feed_that_is_polled_once_a_day_may_have_its_newest_snapshot_the_day_before(tmp_path: Path) -> None:
    daily = FILES["sources/bikes.py"].replace("rate(1 minute)", "rate(1 day)")
    with bikes_lake(tmp_path, {**FILES, "sources/bikes.py": daily}, [1]) as lake:
        found = {day: sum(one.wrong for one in run_checks(lake, day)) for day in ("2024-05-31", "2024-06-01")}
    assert found == {"2024-05-31": 0, "2024-06-01": 1}


@pytest.mark.parametrize("check", PLANTED)
def test_a_planted_mistake_is_found(tmp_path: Path, check: str) -> None:
    station = ENTITIES["sql/staging/station.sql"]
    for right, mistake in PLANTED[check].items():
        assert right in station
        station = station.replace(right, mistake)
    with bikes_lake(tmp_path, {**ENTITIES, "sql/staging/station.sql": station}, [1, 2, 2]) as lake:
        found = wrong(lake)
        rows = {
            row["source"] for one in run_checks(lake, None) if one.name == check for row in one.rows if row["wrong"]
        }
    assert found[check] > 0
    assert rows == {"bikes"}


def test_a_project_may_have_checks_of_its_own(tmp_path: Path) -> None:
    own = {
        "checks/most.sql": "-- The most bikes\n-- :day = newest\n-- :limit = 5\n"
        "SELECT max(bikes) AS most, max(bikes) > :limit AS wrong FROM prod.bikes WHERE dt = :day\n",
        "checks/each.sql": "-- Rows\n"
        "SELECT '{source}' AS source, count(*) AS found, count(*) = 0 AS wrong FROM {staging}\n",
    }
    with bikes_lake(tmp_path, {**FILES, **own}, [1, 2]) as lake:
        found = answers(lake)
    assert found["most"].rows == [{"most": 3 + 4, "wrong": True}]
    assert found["each"].rows == [{"source": "bikes", "found": 4, "wrong": False}]
