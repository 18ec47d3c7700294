"""millrace quality: check, explain, suggest, as a user has them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from millrace.cli.terminal.app import app
from millrace.errors import DefinitionError, UnknownName, UsageError
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import answer, lake_at, poll_minutes, run

TABLE = "prod.taxi_availability"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    home = tmp_path_factory.mktemp("quality") / "lake"
    with serving(answer) as url, lake_at(home, url) as runtime:
        poll_minutes(runtime, range(5))
        run(runtime)
    return str(home)


def quality(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["quality", *arguments])


def rules(tmp_path: Path, text: str) -> str:
    file = tmp_path / "test.dqdl"
    file.write_text(f"Rules = [ {text} ]")
    return str(file)


def check(home: str, file: str, *more: str) -> tuple[int, list[dict[str, object]]]:
    result = quality("check", file, "--table", TABLE, "--home", home, "--format", "json", *more)
    return result.exit_code, json.loads(result.stdout)


def test_check_exits_with_1_only_when_a_rule_would_stop(home: str, tmp_path: Path) -> None:
    status, rows = check(home, rules(tmp_path, 'RowCount = 5, IsComplete "taxis"'))
    assert (status, [row["verdict"] for row in rows]) == (0, ["pass", "pass"])
    status, rows = check(home, rules(tmp_path, 'RowCount = 6 labels=["on_failure"="warn"]'))
    assert (status, rows[0]["action"]) == (0, "warn")
    status, rows = check(home, rules(tmp_path, 'RowCount = 6, ColumnValues "taxis" < 5'))
    assert (status, [row["action"] for row in rows]) == (1, ["stop", "stop"])
    assert rows[1]["failing_rows"] == 1


def test_check_of_chosen_partitions(home: str, tmp_path: Path) -> None:
    file = rules(tmp_path, "RowCount = 5")
    assert check(home, file, "--partition", "2024-05-30")[0] == 0
    assert check(home, file, "--partition", "2024-05-31")[0] == 1
    status, rows = check(home, file, "--partition", "2024-05-31", "--partition", "2024-05-30")
    assert (status, [(row["partition"], row["verdict"]) for row in rows]) == (
        1,
        [("2024-05-30", "pass"), ("2024-05-31", "fail")],
    )
    raw = quality("check", file, "--table", "raw.taxi_availability", "--home", home, "--partition", "2024-05-30")
    assert raw.exit_code == 0
    runs = quality("check", file, "--table", "ops.runs", "--home", home, "--partition", "2024-05-30")
    assert isinstance(runs.exception, UsageError)


def test_explain_shows_the_statement(home: str, tmp_path: Path) -> None:
    shown = quality("explain", rules(tmp_path, 'RowCount > 0, IsComplete "taxis"'), "--table", TABLE, "--home", home)
    assert shown.exit_code == 0
    assert shown.stdout.count("FROM") == 1
    assert 'COUNT(CASE WHEN "taxis" IS NULL THEN 1 END)' in shown.stdout


def test_what_is_suggested_passes(home: str, tmp_path: Path) -> None:
    file = tmp_path / "suggested.dqdl"
    assert quality("suggest", "--table", TABLE, "--home", home, "--output", str(file)).exit_code == 0
    printed = quality("suggest", "--table", TABLE, "--home", home)
    assert printed.stdout == file.read_text()
    assert check(home, str(file))[0] == 0
    again = quality("suggest", "--table", TABLE, "--home", home, "--output", str(file))
    assert isinstance(again.exception, UsageError)


def test_bad_calls_say_what_is_wrong(home: str, tmp_path: Path) -> None:
    good = rules(tmp_path, "RowCount > 0")
    unknown = quality("check", good, "--table", "prod.nothing", "--home", home)
    assert isinstance(unknown.exception, UnknownName)
    missing = quality("check", str(tmp_path / "no.dqdl"), "--table", TABLE, "--home", home)
    assert "cannot read" in str(missing.exception)
    refused = quality("check", rules(tmp_path, "RowCuont > 0"), "--table", TABLE, "--home", home)
    assert isinstance(refused.exception, DefinitionError)
