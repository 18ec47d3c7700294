"""`millrace query`: rows stream to files and pipes, a table shows what fits, and SQL comes from wherever it is."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from millrace.athena_sql.engines.duckdb.engine import DuckDbEngine
from millrace.athena_sql.engines.duckdb.session import SessionLimits, open_session
from millrace.athena_sql.engines.row_files import write_rows
from millrace.athena_sql.ports import RowFormat, Statement, TableData
from millrace.cli.terminal.output import widths_that_fit
from tests.contracts.engines import WITHOUT_SPARK
from tests.end_to_end.commands.test_command_line import millrace
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import answer, lake_at, poll_minutes, run
from tests.many_rows import numbers_to

VALUES = """
SELECT * FROM (VALUES
    (1, CAST(0.1 AS real), 1e16, true, TIMESTAMP '2024-05-30 08:00:00', DECIMAL '1.50', 'a, "b"', DATE '2024-05-30'),
    (2, CAST(1.5 AS real), CAST('NaN' AS double), false, TIMESTAMP '2024-05-30 08:00:00.5', DECIMAL '-0.05', '', NULL),
    (3, NULL, 1e-5, NULL, NULL, NULL, NULL, NULL)
) AS t (i, f, d, b, t, n, s, day) ORDER BY i
"""
MANY = f"SELECT i, 'row ' || CAST(i AS varchar) AS s FROM {numbers_to(500_000)} AS t ORDER BY i"


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> str:
    home = tmp_path_factory.mktemp("output") / "lake"
    with serving(answer) as url, lake_at(home, url) as runtime:
        poll_minutes(runtime, [0, 1, 2])
        run(runtime)
    return str(home)


@pytest.fixture
def engine(tmp_path: Path) -> DuckDbEngine:
    class EmptyTables:
        def table(self, name: str) -> TableData:
            raise AssertionError(name)

        def names(self) -> list[str]:
            return []

    (tmp_path / "lake").mkdir()
    return DuckDbEngine(EmptyTables(), tmp_path / "lake")


@pytest.mark.parametrize("form", [RowFormat.CSV, RowFormat.JSON])
@pytest.mark.parametrize("sql", [VALUES, f"SELECT s FROM ({VALUES}) AS q ORDER BY i"], ids=["all types", "one column"])
def test_duckdb_writes_the_text_that_python_writes(
    engine: DuckDbEngine, form: RowFormat, sql: str, tmp_path: Path
) -> None:
    statement = Statement("values", sql)
    result = engine.query(statement)
    with (tmp_path / "python").open("w", newline="") as file:
        write_rows(result.columns, [result.rows], form, file)

    assert engine.export(statement, {}, form, tmp_path / "duckdb") == 3

    if form is RowFormat.JSON:
        assert json.loads((tmp_path / "duckdb").read_text()) == json.loads((tmp_path / "python").read_text())
    else:
        assert (tmp_path / "duckdb").read_text() == (tmp_path / "python").read_text()


def test_an_export_reaches_no_other_file(tmp_path: Path) -> None:
    (tmp_path / "lake").mkdir()
    (tmp_path / "secret.csv").write_text("a\n1\n")
    session = open_session(tmp_path / "lake", SessionLimits(), ordered=True, paths=[tmp_path / "rows.csv"])

    with pytest.raises(duckdb.PermissionException):
        session.execute(f"SELECT * FROM read_csv('{tmp_path / 'secret.csv'}')")
    with pytest.raises(duckdb.PermissionException):
        session.execute(f"COPY (SELECT 1) TO '{tmp_path / 'other.csv'}'")
    session.close()


def test_rows_stream_to_a_pipe_and_a_reader_may_stop(lake: str) -> None:
    command = [sys.executable, "-m", "millrace", "query", MANY, "--home", lake, "--format", "csv"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "i,s\n"
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0

    whole = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    assert whole.stdout.count("\n") == 500_001
    assert whole.stdout.endswith("500000,row 500000\n")


_WORDS = f"rpad('', 200, CAST(i AS varchar)) AS s FROM {numbers_to(1_000_000)} AS t"
_WITH_PEAK = """
import pathlib, re, sys
from millrace.infra.runtime.local import LocalRuntime
from millrace.environment import load
from millrace.usecases.queries import LakeQuery
sql, home, target = sys.argv[1:]
with LocalRuntime.existing(load(pathlib.Path(home))) as runtime:
    LakeQuery(runtime.engine, sql, {}).write_file(pathlib.Path(target))
print(re.search(r"VmHWM:\\s+(\\d+)", pathlib.Path("/proc/self/status").read_text())[1])
"""  # the process's peak memory in KiB; what the system says of a child begins with its parent's
WIDE = f"SELECT i * 7919 % 1000003 AS i, {_WORDS} ORDER BY 1"


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_million_sorted_rows_take_little_memory(lake: str, tmp_path: Path, form: str) -> None:
    target = tmp_path / f"rows.{form}"
    (tmp_path / "peak.py").write_text(_WITH_PEAK)
    command = [sys.executable, str(tmp_path / "peak.py"), WIDE, lake, str(target)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300)
    assert int(done.stdout) < 300 * 1024  # of 200 MB of text; all rows as Python values take 800 MiB


@pytest.mark.skipif(bool(WITHOUT_SPARK), reason=WITHOUT_SPARK)
def test_another_engine_gives_the_same(lake: str, tmp_path: Path) -> None:
    sql = "SELECT * FROM prod.taxi_availability ORDER BY observed_at"
    for engine in ("duckdb", "spark"):
        done = millrace("query", sql, "--engine", engine, "--output", str(tmp_path / f"{engine}.csv"), "--home", lake)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "spark.csv").read_text() == (tmp_path / "duckdb.csv").read_text()
    assert (tmp_path / "spark.csv").read_text().count("\n") == 4
    unknown = millrace("query", "SELECT 1", "--engine", "athena", "--home", lake)
    assert (unknown.returncode, unknown.stderr.count("\n")) == (2, 1)


def test_files(lake: str, tmp_path: Path) -> None:
    for suffix in ("csv", "json", "parquet"):
        done = millrace("query", MANY, "--limit", "1000", "--output", str(tmp_path / f"x.{suffix}"), "--home", lake)
        assert done.stderr == f"1,000 rows written to {tmp_path / f'x.{suffix}'}\n"
    assert len((tmp_path / "x.csv").read_text().splitlines()) == 1001
    assert json.loads((tmp_path / "x.json").read_text())[-1] == {"i": 1000, "s": "row 1000"}
    assert duckdb.connect().execute(f"SELECT max(i) FROM '{tmp_path / 'x.parquet'}'").fetchall() == [(1000,)]
    assert len(list(tmp_path.iterdir())) == 3


def test_a_table_says_what_it_leaves_out(lake: str) -> None:
    shown = millrace("query", MANY, "--home", lake)

    assert shown.stderr == "showing 1,000 of 500,000 rows; use --output or --format csv for all\n"
    assert millrace("query", MANY, "--limit", "5", "--home", lake).stderr == ""


@pytest.mark.parametrize(
    ("whole", "screen", "widths"),
    [
        ([1, 14, 1], 40, [1, 14, 1]),  # all of all
        ([30, 9, 30], 60, [20, 9, 21]),  # what is left is shared
        ([100] * 9, 60, [9, 9, 9, 9, 8]),  # only so many columns
        ([100], 5, [8]),
    ],
)
def test_columns_are_cut_and_left_out_to_fit_the_screen(whole: list[int], screen: int, widths: list[int]) -> None:
    found = widths_that_fit(whole, screen)
    assert sorted(found) == sorted(widths)
    assert sum(found) + 3 * len(found) + 1 <= screen or len(found) == 1


def test_a_terminal_shows_what_fits(lake: str) -> None:
    pty = pytest.importorskip("pty", reason="there are no terminals here")
    sql = f'SELECT s AS "two\nlines", i, s || s || s AS long, s AS d, s AS e FROM ({MANY}) AS q ORDER BY i'
    command = [sys.executable, "-m", "millrace", "query", sql, "--home", lake]
    near, far = pty.openpty()
    environment = {**os.environ, "COLUMNS": "40", "LINES": "10", "TERM": "dumb"}
    with subprocess.Popen(command, stdout=far, stderr=subprocess.PIPE, env=environment, text=True) as process:
        _, said = process.communicate(timeout=60)
    os.close(far)
    shown = os.read(near, 100_000).decode().splitlines()
    os.close(near)
    assert said == "showing 4 of 500,000 rows and 4 of 5 columns; use --output or --format csv for all\n"
    assert len(shown) == 4 + 4  # its frame has four lines
    assert max(map(len, shown)) <= 40
    assert "row 1" in shown[3]
    assert "…" in shown[3]


def test_where_the_sql_comes_from(lake: str, tmp_path: Path) -> None:
    file = tmp_path / "q.sql"
    file.write_text("SELECT :n + 1 AS m")
    base = [sys.executable, "-m", "millrace", "query", "--home", lake, "--format", "csv", "--param", "n=1"]
    ways: list[tuple[list[str], str]] = [
        (["-f", str(file)], ""),
        (["-"], "SELECT :n + 1 AS m"),
        ([], "SELECT :n + 1 AS m"),
    ]

    for arguments, given in ways:
        done = subprocess.run([*base, *arguments], input=given, capture_output=True, text=True, timeout=60, check=False)
        assert (done.stdout, done.stderr) == ("m\n2\n", "")

    both = millrace("query", "SELECT 1", "-f", str(file), "--home", lake)
    assert (both.returncode, both.stderr.count("\n")) == (2, 1)
    missing = millrace("query", "-f", str(tmp_path / "none.sql"), "--home", lake)
    assert (missing.returncode, missing.stderr.count("\n")) == (2, 1)


def test_show_describe_and_explain(lake: str) -> None:
    def rows(sql: str) -> list[list[str]]:
        done = millrace("query", sql, "--format", "csv", "--home", lake)
        assert done.returncode == 0, done.stderr
        return list(csv.reader(done.stdout.splitlines()))

    assert ["prod.taxi_availability"] in rows("SHOW TABLES")
    assert ["taxi_availability"] in rows("/* of one layer */ SHOW TABLES IN prod;")
    assert ["taxis"] in rows("SHOW COLUMNS IN prod.taxi_availability")
    assert rows("SHOW PARTITIONS prod.taxi_availability")[1:] == [["dt=2024-05-30"]]
    described = rows("DESCRIBE prod.taxi_availability")
    assert described[0] == ["col_name", "data_type", "comment"]
    assert ["dt", "date"] in [row[:2] for row in described]
    unknown = millrace("query", "SHOW PARTITIONS prod.nothing", "--home", lake)
    assert (unknown.returncode, unknown.stderr.count("\n")) == (2, 1)
    assert "PARQUET" in millrace("query", "EXPLAIN SELECT * FROM prod.taxi_availability", "--home", lake).stdout
