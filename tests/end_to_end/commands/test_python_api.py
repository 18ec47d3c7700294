"""The Python API on a lake in a folder: what its methods give is what the commands give."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import millrace
from millrace.errors import (
    BadTime,
    LakeError,
    MillraceError,
    QueryError,
    SettingError,
    UnknownName,
    UsageError,
)
from millrace.infra.runtime.local import LocalRuntime
from millrace.ingestors.ports import FileDrop, Outcome
from millrace.settings import EngineName, Settings
from millrace.usecases.queries import run_query
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import NOON, SOURCE, answer, expected
from tests.shipped import PROJECT
from tests.unit.infra.project.project_files import BIKES, project

DAY = date(2024, 5, 30)
TABLE = "prod.taxi_availability"
KINDS = """
    SELECT 'x' AS text, '' AS empty, CAST(NULL AS varchar) AS none, 1.5 AS double, DECIMAL '1.50' AS "decimal",
        true AS yes,
        DATE '2024-05-30' AS day, TIMESTAMP '2024-05-30 01:02:03.456' AS time, ARRAY[1, 2] AS list,
        CAST(ROW(1, 'x') AS ROW(a integer, b varchar)) AS struct, 9223372036854775807 AS big
"""
# Parquet has no such types.
OTHERS = """
    SELECT INTERVAL '1' DAY AS interval, TIME '01:02:03' AS clock, from_unixtime(0) AS epoch, 1 AS one,
        from_unixtime(0, 'Asia/Singapore') AS zoned, JSON '{"a": 1}' AS json, ARRAY[NULL] AS nulls,
        ARRAY[from_unixtime(0)] AS times
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake of three minutes, made by the Python API alone."""
    home = tmp_path_factory.mktemp("api") / "lake"
    with serving(answer) as url:
        environ = {"MILLRACE_FEED": "simulated", f"MILLRACE_SOURCE_{SOURCE.upper()}_URL": url}
        with millrace.open(home, create=True, environ=environ) as lake:
            polled = lake.poll(SOURCE, at=NOON + timedelta(minutes=1))
            assert (polled.outcome, polled.dt) == (Outcome.DELIVERED, "2024-05-30")
            made = lake.backfill(SOURCE, "2024-05-30T12:01", "2024-05-30T12:03", every=timedelta(minutes=1))
            assert (made.slots, made.skipped, made.accepted) == (3, 1, 2)
            record = lake.run(SOURCE)
            assert (record.state, record.partitions) == ("succeeded", ("2024-05-30",))
            assert lake.run(SOURCE, [DAY]).partitions == ("2024-05-30",)
            assert lake.run(SOURCE, full=True).state == "succeeded"
            lake.run("polls")
    return home


@pytest.fixture
def lake(home: Path) -> Iterator[millrace.Lake]:
    with millrace.open(home, environ={"MILLRACE_FEED": "simulated"}) as opened:
        yield opened


def test_rows_come_as_dicts_with_the_values_of_a_query(lake: millrace.Lake, home: Path) -> None:
    result = lake.sql(f"SELECT * FROM {TABLE} WHERE dt = :day ORDER BY observed_at", day=DAY)

    with LocalRuntime(Settings(home, "simulated")) as runtime:
        plain = run_query(runtime, f"SELECT * FROM {TABLE} ORDER BY observed_at")
    assert list(result) == list(result.rows()) == plain.dicts()
    assert [row["taxis"] for row in result] == expected([1, 2, 3])
    assert [(one.name, one.type) for one in result.columns] == [(one.name, one.type) for one in plain.columns]


@pytest.mark.parametrize("sql", [KINDS, OTHERS, f"{KINDS} WHERE 1 = 0", f"{OTHERS} WHERE 1 = 0"])
def test_values_of_every_type_are_those_of_a_query(lake: millrace.Lake, home: Path, sql: str) -> None:
    with LocalRuntime(Settings(home, "simulated")) as runtime:
        plain = run_query(runtime, sql).dicts()
    texts = {"interval", "clock"}  # kept as text
    expected_rows = [{name: str(value) if name in texts else value for name, value in row.items()} for row in plain]
    result = lake.sql(sql)

    assert list(result) == expected_rows
    assert [column.name for column in result.columns] == result.arrow().column_names


def test_frames_have_times_with_a_zone_as_utc(lake: millrace.Lake) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    result = lake.sql("SELECT 1 AS one, from_unixtime(0, 'Asia/Singapore') AS zoned")

    epoch = datetime(1970, 1, 1, tzinfo=UTC).replace(tzinfo=None)
    assert result.arrow().to_pylist() == [{"one": 1, "zoned": epoch}]
    assert list(result) == [{"one": 1, "zoned": "1970-01-01 07:30:00.000 Asia/Singapore"}]
    assert [column.type for column in result.columns] == ["int", "timestamp with time zone"]


def test_arrow_and_pandas_have_the_rows_and_types(lake: millrace.Lake) -> None:
    pytest.importorskip("pyarrow", reason="pyarrow is not installed")
    result = lake.sql(f"SELECT observed_at, taxis, taxis_hundreds, dt FROM {TABLE} ORDER BY observed_at")

    table = result.arrow()
    assert table.to_pylist() == list(result)
    assert [str(field.type) for field in table.schema] == ["timestamp[us]", "int32", "decimal128(9, 2)", "date32[day]"]
    pytest.importorskip("pandas", reason="pandas is not installed")
    frame = result.pandas()
    assert list(frame.taxis) == expected([1, 2, 3])
    assert frame.taxis_hundreds[0] == Decimal(expected([1])[0]) / 100


def test_polars_has_the_rows(lake: millrace.Lake) -> None:
    pytest.importorskip("polars", reason="polars is not installed")
    result = lake.sql(f"SELECT observed_at, taxis, taxis_hundreds, dt FROM {TABLE} ORDER BY observed_at")

    assert result.polars().to_dicts() == list(result)


@pytest.mark.parametrize("library", ["pyarrow", "pandas", "polars"])
def test_a_library_that_is_missing_is_named_with_its_extra(home: Path, library: str) -> None:
    def load(name: str) -> Any:
        if name.partition(".")[0] == library:
            raise ImportError(name)
        return importlib.import_module(name)

    with millrace.Lake(LocalRuntime(Settings(home, "simulated")), load) as lake:
        result = lake.sql("SELECT 1 AS one")
        fetch = result.arrow if library == "pyarrow" else getattr(result, library)
        with pytest.raises(SettingError, match=rf"{library} is not installed.*millrace\[dataframes\]"):
            fetch()


def test_what_is_wrong_in_a_query_is_said_each_time_its_rows_are_asked_for(lake: millrace.Lake) -> None:
    for wrong, error in (("SELECT nothing FROM prod.area", QueryError), ("SELECT 1 FROM prod.taxis", UnknownName)):
        result = lake.sql(wrong)
        for _ in range(2):
            with pytest.raises(error):
                next(iter(result))


def test_the_types_are_the_same_without_rows(lake: millrace.Lake) -> None:
    assert lake.sql(f"{KINDS} WHERE 1 = 0").columns == lake.sql(KINDS).columns


def test_a_query_is_run_once(lake: millrace.Lake) -> None:
    result = lake.sql("SELECT random() AS number")
    assert list(result) == list(result)


def test_temporary_files_go_with_the_result_and_with_the_lake(home: Path) -> None:
    lake = millrace.open(home, environ={"MILLRACE_FEED": "simulated"})
    kept = lake.sql("SELECT 1 AS one")
    folder = lake._folder()
    assert list(kept) == [{"one": 1}]
    assert list(lake.sql("SELECT 2 AS two")) == [{"two": 2}]
    assert len(list(folder.iterdir())) == 1

    lake.close()

    assert not folder.exists()
    for use in (kept.rows().__next__, kept.arrow, lambda: lake.tables, lambda: lake.sql("SELECT 1")):
        with pytest.raises(UsageError, match="is closed"):
            use()


def test_an_interval_may_be_of_any_length(lake: millrace.Lake) -> None:
    made = lake.backfill(SOURCE, "2024-05-30T12:01", "2024-05-30T12:03", every=timedelta(days=14))
    assert (made.slots, made.skipped) == (1, 1)
    with pytest.raises(BadTime, match=r"cannot read the interval '1\.5s'"):
        lake.backfill(SOURCE, "2024-05-30T12:01", "2024-05-30T12:03", every=timedelta(seconds=1.5))


def test_an_engine_is_named_by_its_text_too_and_no_run_is_begun_for_an_unknown_one(lake: millrace.Lake) -> None:
    runs = len(list(lake.sql("SELECT run_id FROM ops.runs")))
    with pytest.raises(UsageError, match=r"unknown engine 'spork'\. Choose one of: athena, duckdb, spark"):
        lake.run(SOURCE, engine="spork")
    assert len(list(lake.sql("SELECT run_id FROM ops.runs"))) == runs
    assert lake.run(SOURCE, [DAY], engine="duckdb").asked.engine == EngineName.DUCKDB


def test_tables_columns_and_files(lake: millrace.Lake, home: Path) -> None:
    assert {TABLE, "raw.taxi_availability", "ops.runs"} <= set(lake.tables)
    assert ("taxis", "int") in [(column.name, column.type) for column in lake.columns(TABLE)]
    assert lake.columns(f"raw.{SOURCE}") == ()
    with pytest.raises(UnknownName, match=r"raw\.taxis"):
        lake.columns("raw.taxis")
    (file,) = lake.files(TABLE, [DAY])
    assert (file.rows, Path(file.file).is_relative_to(home)) == (3, True)


def test_the_audit_gives_the_ledgers_and_what_is_wrong(lake: millrace.Lake, home: Path) -> None:
    whole = lake.audit([DAY])
    assert whole.balances
    assert [(ledger.source, ledger.published) for ledger in whole.ledgers] == [(SOURCE, 3)]

    moved = next((home / "raw" / SOURCE).rglob("*.gz"))
    moved.rename(home / "aside")
    try:
        broken = lake.audit([DAY])
        assert not broken.balances
        assert any("lost" in problem for problem in broken.problems)
    finally:
        (home / "aside").rename(moved)


def test_a_lake_that_is_not_there_is_made_by_a_poll_alone(tmp_path: Path) -> None:
    with pytest.raises(LakeError, match="there is no lake"):
        millrace.open(tmp_path / "lake", environ={})
    with millrace.open(tmp_path / "lake", create=True, environ={"MILLRACE_FEED": "simulated"}) as lake:
        assert repr(lake) == f"Lake('{tmp_path / 'lake'}')"
    assert not (tmp_path / "lake" / "lake.json").exists()


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda lake: lake.poll(SOURCE), "no simulated address"),
        (lambda lake: lake.poll(SOURCE, at="2999-05-30T12:00"), "is in the future"),
        (lambda lake: lake.poll("dropped"), "a file drop, which cannot be polled yet"),
        (lambda lake: lake.backfill(SOURCE, "2024-05-30T12:01", "2024-05-30T12:03"), "no simulated address"),
        (lambda lake: lake.backfill(SOURCE, "2024-05-30T12:03", "2024-05-30T12:01"), "is after the last"),
        (lambda lake: lake.backfill("dropped", "2024-05-30T12:01", "2024-05-30T12:03"), "an HttpFeed is polled"),
    ],
)
def test_a_poll_that_is_refused_makes_no_lake(
    tmp_path: Path, ask: Callable[[millrace.Lake], object], said: str
) -> None:
    taxis = PROJECT.source(SOURCE)
    sources = {SOURCE: taxis, "dropped": replace(taxis, name="dropped", origin=FileDrop("/srv"))}
    runtime = LocalRuntime(Settings(home=tmp_path / "lake", feed="simulated"), sources=sources)
    with millrace.Lake(runtime) as lake, pytest.raises(MillraceError, match=said):
        ask(lake)
    assert not (tmp_path / "lake").exists()


def test_the_pipelines_are_those_of_a_project(home: Path, tmp_path: Path) -> None:
    bikes = project(tmp_path / "bikes", BIKES).folder.root

    with millrace.open(home, project=bikes, environ={"MILLRACE_FEED": "simulated"}) as lake:
        assert {"raw.bikes", "staging.bike", "prod.bikes"} <= set(lake.tables)
        assert TABLE not in lake.tables
    with millrace.open(home, project=tmp_path, environ={}) as lake, pytest.raises(UsageError, match=r"millrace\.toml"):
        lake.sql(f"SELECT * FROM {TABLE}").arrow()


def test_importing_millrace_imports_nothing_more() -> None:
    program = "import sys, millrace; print([name for name in sys.modules if name.startswith('millrace.')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)

    assert done.stdout.startswith("[]")
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        millrace.nothing  # type: ignore[attr-defined]  # noqa: B018
