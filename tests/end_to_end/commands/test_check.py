"""`millrace check` on a lake as it should be, and on one that is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from millrace.athena_sql.portability.statement_check import portability_problems
from millrace.athena_sql.statements.saved_queries import SavedQuery
from millrace.errors import UsageError
from millrace.infra.runtime.local import LocalRuntime
from millrace.usecases.queries import CheckResult, run_checks
from tests.end_to_end.commands.test_command_line import millrace
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import answer, lake_at, poll_minutes, run
from tests.shipped import PROJECT, TABLES


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[LocalRuntime]:
    with serving(answer) as url, lake_at(tmp_path, url) as runtime:
        yield runtime


def answers(runtime: LocalRuntime) -> dict[str, CheckResult]:
    return {one.name: one for one in run_checks(runtime, None)}


@pytest.mark.parametrize("check", PROJECT.checks(), ids=lambda check: check.name)
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
    }
    (hour,) = found["rows_per_hour"].rows
    assert (hour["hour_local"], hour["snapshots"], hour["staged_rows"]) == (12, 3, 2 + 3 + 4)


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
