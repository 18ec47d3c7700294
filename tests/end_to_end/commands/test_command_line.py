"""The command line as its users meet it: real processes, right and wrong calls."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from typer.main import get_command

from millrace.cli.terminal.app import app
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import SOURCE, answer, lake_at, poll_minutes, run

ROOT = Path(__file__).resolve().parents[3]


def millrace(*arguments: str, seconds: float = 60, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "millrace", *arguments],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        env={**os.environ, "COLUMNS": "200", **environment},
    )


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> str:
    home = tmp_path_factory.mktemp("cli") / "lake"
    with serving(answer) as url, lake_at(home, url) as runtime:
        poll_minutes(runtime, [0, 1, 2])
        run(runtime)
        run(runtime, "polls")
    return str(home)


def commands() -> list[tuple[str, ...]]:
    def below(command: object, path: tuple[str, ...]) -> list[tuple[str, ...]]:
        inner = getattr(command, "commands", {})
        mine = [path] if path and (not inner or getattr(command, "invoke_without_command", False)) else []
        return mine + [found for name, one in inner.items() for found in below(one, (*path, name))]

    return below(get_command(app), ())


@pytest.mark.parametrize("command", commands(), ids=" ".join)
def test_every_command_has_help_with_an_example_and_is_in_the_readme(command: tuple[str, ...]) -> None:
    shown = millrace(*command, "--help")

    assert shown.returncode == 0
    assert f"Example: millrace {' '.join(command)}" in " ".join(shown.stdout.split())
    assert f"millrace {' '.join(command)}" in (ROOT / "README.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["poll", "taxis"], 2, "unknown source 'taxis'. Choose one of: rainfall, taxi_availability"),
        (["poll", SOURCE, "--at", "noon"], 2, "cannot read the time 'noon'"),
        (["backfill", SOURCE, "--from", "2024-05-31", "--to", "2024-05-30"], 2, "2024-05-31"),
        (["backfill", SOURCE, "--from", "2024-05-30", "--to", "2024-05-31", "--every", "soon"], 2, "'soon'"),
        (["run", "taxis"], 2, "unknown workflow 'taxis'. Choose one of: polls, rainfall, taxi_availability"),
        (["run", SOURCE, "--partition", "May"], 2, "cannot read the date 'May'"),
        (["run", SOURCE, "--partition", "2024-05-30", "--full"], 2, "exclude each other"),
        (["runs", "show", "x"], 2, "unknown run 'x'"),
        (["runs", "resume", "x"], 2, "unknown run 'x'"),
        (["query", "SELECT * FROM prod.taxis"], 2, "unknown table 'prod.taxis'"),
        (["query", "SELEC 1"], 2, "line 1"),
        (["query", "SELECT taxi FROM prod.taxi_availability"], 2, "taxi"),
        (["query", "DROP TABLE prod.area"], 2, "SELECT"),
        (["query", "SELECT 1", "--output", "x.xlsx"], 2, ".csv, .json, .parquet"),
        (["tables", "prod.taxis"], 2, "unknown table 'prod.taxis'"),
        (["audit", "--partition", "2024-13-01"], 2, "cannot read the date '2024-13-01'"),
        (["preview", "--output", "/nowhere/x.html"], 2, "there is no folder '/nowhere'"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_bad_call_gets_one_line_that_says_what_to_do(
    lake: str, arguments: list[str], status: int, message: str
) -> None:
    result = millrace(*arguments, "--home", lake, MILLRACE_FEED="simulated")

    lines = [line for line in result.stderr.splitlines() if not line.startswith("audit:")]
    assert result.returncode == status, result.stderr
    assert len(lines) == 1
    assert lines[0].startswith("millrace: ")
    assert message in lines[0]


def test_a_lake_of_the_other_kind_is_refused(lake: str) -> None:
    result = millrace("poll", SOURCE, "--home", lake)  # the feed is live unless it is said to be simulated

    assert result.returncode == 2
    assert "simulated" in result.stderr
    assert "live" in result.stderr
    assert "Traceback" not in result.stderr


def test_reading_where_there_is_no_lake_says_so(tmp_path: Path) -> None:
    result = millrace("query", "SELECT 1", "--home", str(tmp_path / "nothing"))

    assert result.returncode != 0
    assert "no lake" in result.stderr
    assert not (tmp_path / "nothing").exists()


def test_rows_come_as_table_json_and_csv(lake: str) -> None:
    sql = "SELECT taxis, business_hours FROM prod.taxi_availability ORDER BY observed_at"
    as_json = millrace("query", sql, "--home", lake, "--format", "json")
    as_csv = millrace("query", sql, "--home", lake, "--format", "csv")
    as_table = millrace("query", sql, "--home", lake)

    assert [row["taxis"] for row in json.loads(as_json.stdout)] == [1, 2, 3]
    assert [row["taxis"] for row in csv.DictReader(io.StringIO(as_csv.stdout))] == ["1", "2", "3"]
    assert "business_hours" in as_table.stdout


@pytest.mark.parametrize("suffix", ["csv", "json", "parquet"])
def test_a_query_can_be_written_to_a_file(lake: str, tmp_path: Path, suffix: str) -> None:
    target = tmp_path / f"out.{suffix}"
    sql = "SELECT observed_at, taxis FROM prod.taxi_availability"
    result = millrace("query", sql, "--home", lake, "--output", str(target))

    assert result.returncode == 0, result.stderr
    assert "3 rows written" in result.stderr
    assert duckdb.connect().execute(f"SELECT sum(taxis) FROM '{target}'").fetchall() == [(6,)]


def test_audit_as_json_is_a_list_of_objects_that_balance(lake: str) -> None:
    result = millrace("audit", "--home", lake, "--format", "json")

    (row,) = json.loads(result.stdout)
    assert result.returncode == 0
    assert (row["source"], row["attempts"], row["published"], row["balances"]) == (SOURCE, 3, 3, True)


def test_audit_names_the_term_that_is_off_and_exits_with_1(lake: str, tmp_path: Path) -> None:
    home = Path(shutil.copytree(lake, tmp_path / "lake"))
    next((home / "raw" / SOURCE).rglob("*.json.gz")).unlink()
    result = millrace("audit", "--home", str(home))

    assert result.returncode == 1
    assert "does not balance" in result.stderr
    assert "lost" in result.stderr


def test_tables_lists_and_describes(lake: str) -> None:
    listed = json.loads(millrace("tables", "--home", lake, "--format", "json").stdout)
    described = millrace("tables", "prod.taxi_availability", "--home", lake)

    rows = {row["table"]: row["rows"] for row in listed}
    assert (rows["prod.taxi_availability"], rows["staging.taxi_position"], rows["prod.area"]) == (3, 6, 55)
    assert "taxis_hundreds" in described.stdout
    assert "2024-05-30" in described.stdout


def test_runs_lists_and_shows(lake: str) -> None:
    (newest, *_) = json.loads(millrace("runs", "--home", lake, "--format", "json").stdout)
    shown = json.loads(millrace("runs", "show", newest["run_id"], "--home", lake, "--format", "json").stdout)

    assert newest["state"] == "succeeded"
    assert [job["job"] for job in shown] == ["crawl", "delete", "create_parquet", "quality_check", "prod"]


def test_a_run_is_drawn_with_its_states_and_tells_its_log(lake: str) -> None:
    (newest, *_) = json.loads(millrace("runs", "--home", lake, "--format", "json").stdout)
    show = ("runs", "show", newest["run_id"], "--home", lake)

    assert re.search(r"quality_check +succeeded +after create_parquet\n", millrace(*show).stdout)
    assert "class job0,job1,job2,job3,job4 succeeded" in millrace(*show, "--as", "mermaid").stdout
    assert millrace(*show, "--logs", "crawl").stdout.splitlines()[0] == "crawl (attempt 1): succeeded"
    whole = json.loads(millrace(*show, "--logs", "--format", "json").stdout)
    assert {"job": "crawl", "place": "run store"}.items() <= whole[0].items()
    unknown = millrace(*show, "--logs", "crowl")
    assert (unknown.returncode, "crowl" in unknown.stderr, "crawl" in unknown.stderr) == (2, True, True)
    alone = millrace(*show, "crawl")
    assert alone.returncode == 2
    assert f"millrace runs show {newest['run_id']} --logs crawl" in " ".join(alone.stderr.split())


@pytest.mark.parametrize(
    ("arguments", "columns"),
    [
        (["versions", "prod.taxi_availability", "--partition", "2020-01-01"], "partition,version,run,"),
        (["audit", "--partition", "2020-01-01"], "source,dt,"),
    ],
)
def test_csv_without_rows_has_its_header(lake: str, arguments: list[str], columns: str) -> None:
    (header,) = millrace(*arguments, "--home", lake, "--format", "csv").stdout.splitlines()

    assert header.startswith(columns)


def test_no_argument_shows_the_help() -> None:
    assert "millrace demo" in millrace().stdout


def test_a_query_imports_nothing_that_it_has_no_need_of(lake: str) -> None:
    sql = "SELECT max(taxis) AS most FROM prod.taxi_availability"
    result = millrace("query", sql, "--home", lake, "--format", "csv", PYTHONVERBOSE="1")
    imported = set(re.findall(r"^import '([\w.]+)' #", result.stderr, re.MULTILINE))

    commands = {name for name in imported if name.startswith("millrace.cli.")}
    assert result.stdout == "most\n3\n"
    assert imported >= {"duckdb", "sqlglot"}
    assert commands == {
        f"millrace.cli.{name}"
        for name in (
            "terminal",
            "terminal.app",
            "terminal.interruption",
            "terminal.lazy_commands",
            "terminal.options",
            "terminal.output",
            "queries",
        )
    }
    assert not imported & {
        "aws_croniter",
        "boto3",
        "lark",
        "plotly",
        "requests",
        "rich",
        "millrace.glue_workflow.run.job_context",
        "millrace.glue_workflow.versions.creation",
        "millrace.glue_workflow.table_report",
        "millrace.ingestors.ports",
    }


def test_files_are_named_without_the_athena_api(lake: str) -> None:
    result = millrace("files", "prod.taxi_availability", "--home", lake, PYTHONVERBOSE="1")

    assert result.stdout.endswith(".parquet\n")
    assert "import 'millrace.usecases.tables' #" in result.stderr
    assert "import 'millrace.athena_sql.endpoint" not in result.stderr


def test_everything_arrives_where_the_output_is_a_pipe(lake: str) -> None:
    result = millrace("query", "SELECT n FROM UNNEST(sequence(1, 9999)) AS t (n)", "--home", lake, "--format", "csv")

    assert result.stdout.splitlines() == ["n", *map(str, range(1, 10_000))]


def test_who_stops_reading_gets_no_complaint(lake: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "millrace", "query", "SELECT 1 AS one", "--home", lake, "--format", "csv"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": ""},
        text=True,
    )
    assert process.stdout
    process.stdout.close()

    assert process.stderr
    assert process.stderr.read() == ""
    assert process.wait(30) == 0
    process.stderr.close()
