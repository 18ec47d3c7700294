"""The contract of engines that stream: rows written to files and pipes, the first rows, and plans."""

from __future__ import annotations

import csv
import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from millrace.athena_sql.engines.athena.engine import AthenaEngine
from millrace.athena_sql.engines.duckdb.pipe import PipeTo
from millrace.athena_sql.engines.spark.engine import SparkEngine
from millrace.athena_sql.ports import Column, RowData, RowFormat, Statement
from millrace.errors import QueryError, UnknownName
from tests.unit.athena_sql.sql_lake import SqlLake

VALUES = """
SELECT * FROM (VALUES
    (1, CAST(0.1 AS real), 1e16, true, TIMESTAMP '2024-05-30 08:00:00', DECIMAL '1.50', 'a, "b"', DATE '2024-05-30'),
    (2, CAST(1.5 AS real), CAST('NaN' AS double), false, TIMESTAMP '2024-05-30 08:00:00.5', DECIMAL '-0.05', '', NULL),
    (3, NULL, 1e-5, NULL, NULL, NULL, NULL, NULL)
) AS t (i, f, d, b, t, n, s, day) ORDER BY i
"""
CSV = [
    "i,f,d,b,t,n,s,day",
    '1,0.10000000149011612,1e+16,true,2024-05-30 08:00:00,1.50,"a, ""b""",2024-05-30',
    "2,1.5,nan,false,2024-05-30 08:00:00.500000,-0.05,,",
    "3,,1e-05,,,,,",
]
JSON = [
    {"i": 1, "f": 0.10000000149011612, "d": 1e16, "b": True, "t": "2024-05-30 08:00:00", "n": "1.50"}
    | {"s": 'a, "b"', "day": "2024-05-30"},
    {"i": 2, "f": 1.5, "d": None, "b": False, "t": "2024-05-30 08:00:00.500000", "n": "-0.05", "s": "", "day": None},
    {"i": 3, "f": None, "d": 1e-5, "b": None, "t": None, "n": None, "s": None, "day": None},
]
TEXTS = ("", "a\nb", "a\r\nb", ' "quoted", with a comma ', "裕廊", "\\N", "NULL")


@dataclass
class Exports:
    """Exports from a lake to an empty folder elsewhere."""

    lake: SqlLake
    folder: Path

    def file(self, sql: str, form: RowFormat, limit: int | None = None) -> tuple[Path, int]:
        target = self.folder / f"rows.{form}"
        target.touch()
        rows = self.lake.engine.export(Statement("test", sql), {}, form, target, limit)
        return target, rows

    def json(self, sql: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.file(sql, RowFormat.JSON)[0].read_text())
        return found

    def csv(self, sql: str, limit: int | None = None) -> str:
        return self.file(sql, RowFormat.CSV, limit)[0].read_bytes().decode()


@pytest.fixture
def exports(lake: SqlLake, tmp_path_factory: pytest.TempPathFactory) -> Exports:
    return Exports(lake, tmp_path_factory.mktemp("exports"))


def test_csv_has_the_text_of_each_type(exports: Exports) -> None:
    target, rows = exports.file(VALUES, RowFormat.CSV)
    assert (target.read_text().splitlines(), rows) == (CSV, 3)


def test_json_has_the_value_of_each_type(exports: Exports) -> None:
    target, rows = exports.file(VALUES, RowFormat.JSON)
    assert (json.loads(target.read_text()), rows) == (JSON, 3)


def test_parquet_has_the_type_of_each_column(lake: SqlLake, exports: Exports) -> None:
    target, rows = exports.file(VALUES, RowFormat.PARQUET)
    found = duckdb.connect().execute(f"SELECT * FROM '{target}'")
    assert [str(column[1]) for column in found.description or ()] == [
        *("INTEGER", "FLOAT", "DOUBLE", "BOOLEAN", "TIMESTAMP", "DECIMAL(3,2)", "VARCHAR", "DATE")
    ]
    # NaN equals nothing, itself included.
    assert repr(found.fetchall()) == repr(lake.rows(VALUES))
    assert rows == 3


def test_texts_are_written_as_they_are(lake: SqlLake, exports: Exports) -> None:
    columns = (Column("n", "int"), Column("s", "string"))
    rows = tuple({"n": n, "s": s} for n, s in enumerate((*TEXTS, None)))
    lake.tables.data["ops.texts"] = RowData(columns, rows)
    sql = "SELECT s, n FROM ops.texts ORDER BY n"
    assert [row["s"] for row in exports.json(sql)] == [*TEXTS, None]
    with exports.file(sql, RowFormat.CSV)[0].open(newline="", encoding="utf-8") as file:
        assert [row[0] for row in csv.reader(file)] == ["s", *TEXTS, ""]


def test_null_and_an_empty_text_alone_in_a_row_are_rows(exports: Exports) -> None:
    sql = "SELECT s FROM (VALUES (1, 'a'), (2, NULL), (3, ''), (4, 'b')) AS t (i, s) ORDER BY i"
    assert exports.csv(sql) == 's\na\n""\n""\nb\n'
    assert [row["s"] for row in exports.json(sql)] == ["a", None, "", "b"]


def test_nested_values_are_texts(exports: Exports) -> None:
    assert exports.csv("SELECT ARRAY[1, 2] AS a, 'x' AS b") == 'a,b\n"[1, 2]",x\n'


def test_times_keep_their_zone_and_are_utc_in_parquet(exports: Exports) -> None:
    sql = "SELECT from_unixtime(1717027200) AS t, from_unixtime(1717027200, 8, 0) AS east"
    if isinstance(exports.lake.engine, SparkEngine):  # whose instants have no zone
        with pytest.raises(QueryError, match="on Spark, a function that gives a TIMESTAMP WITH TIME ZONE"):
            exports.csv(sql)
    else:
        texts = "2024-05-30 00:00:00.000 UTC", "2024-05-30 08:00:00.000 +08:00"
        assert exports.csv(sql) == f"t,east\n{','.join(texts)}\n"
        assert exports.json(sql) == [dict(zip(("t", "east"), texts, strict=True))]
        assert exports.lake.rows(sql) == [texts]
        found = duckdb.connect().execute(f"SELECT * FROM '{exports.file(sql, RowFormat.PARQUET)[0]}'").fetchall()
        assert found == [(datetime(2024, 5, 30), datetime(2024, 5, 30))]  # noqa: DTZ001 - UTC


def test_no_rows_have_a_header(exports: Exports) -> None:
    sql = "SELECT station, count, share, observed_at FROM ops.reading WHERE count > 1000"
    assert exports.csv(sql) == "station,count,share,observed_at\n"
    assert exports.json(sql) == []
    target, rows = exports.file(sql, RowFormat.PARQUET)
    found = duckdb.connect().execute(f"SELECT * FROM '{target}'")
    assert [(column[0], str(column[1])) for column in found.description or ()] == [
        *(("station", "VARCHAR"), ("count", "INTEGER"), ("share", "DECIMAL(9,6)"), ("observed_at", "TIMESTAMP"))
    ]
    assert (found.fetchall(), rows) == ([], 0)


def test_columns_may_have_any_names(exports: Exports) -> None:
    sql = 'SELECT 1 AS n, 2 AS "a b", 3 AS "a,b", 4, NULL AS nothing'
    assert exports.csv(sql) == 'n,a b,"a,b",_col3,nothing\n1,2,3,4,\n'


MANY = "SELECT i, 'row ' || CAST(i AS varchar) AS s FROM UNNEST(sequence(1, 9000)) AS t (i)"


@pytest.mark.parametrize("order", ["ORDER BY i DESC", "ORDER BY i % 10, i"])
def test_rows_come_in_the_statements_order(exports: Exports, order: str) -> None:
    def key(i: int) -> tuple[int, int]:
        return (-i, 0) if "DESC" in order else (i % 10, i)

    expected = [f"{i},row {i}" for i in sorted(range(1, 9001), key=key)]
    assert exports.csv(f"{MANY} {order}").splitlines()[1:] == expected
    assert exports.csv(f"{MANY} {order}", 2500).splitlines()[1:] == expected[:2500]
    assert exports.csv(f"({MANY} {order} LIMIT 7)", 9).splitlines()[1:] == expected[:7]


def test_rows_go_to_a_pipe(lake: SqlLake, tmp_path_factory: pytest.TempPathFactory) -> None:
    place = tmp_path_factory.mktemp("piped") / "rows.csv"
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT)
    with PipeTo(descriptor) as pipe:
        rows = lake.engine.export(Statement("test", MANY), {}, RowFormat.CSV, pipe.path, None, pipe.is_untouched)
    os.close(descriptor)
    assert (rows, len(place.read_text().splitlines())) == (9000, 9001)


def test_an_export_leaves_nothing_in_the_lake(lake: SqlLake, exports: Exports) -> None:
    before = sorted(lake.root.rglob("*.*"))
    exports.csv(MANY)
    with pytest.raises(QueryError):
        exports.csv(f"SELECT CAST(s AS integer) AS n FROM ({MANY}) AS q")
    assert sorted(lake.root.rglob("*.*")) == before


def test_parameters_and_errors_are_those_of_a_query(lake: SqlLake, exports: Exports) -> None:
    target = exports.folder / "rows.csv"
    target.touch()
    statement = Statement("test", "SELECT count FROM ops.reading WHERE count > :least ORDER BY 1")
    lake.engine.export(statement, {"least": 1}, RowFormat.CSV, target)
    assert target.read_text().splitlines()[1:] == [str(n) for (n,) in lake.rows(statement.sql.replace(":least", "1"))]
    with pytest.raises(UnknownName, match=r"ops\.reading"):
        exports.csv("SELECT * FROM ops.nothing")
    with pytest.raises(QueryError, match="test: "):
        exports.csv("SELECT nothing FROM ops.reading")


def test_the_head_says_how_many_rows_there_are(lake: SqlLake) -> None:
    statement = Statement("test", f"{MANY} ORDER BY i DESC")
    result, total = lake.engine.head(statement, {}, 3)
    assert (result.rows, total) == ([(9000, "row 9000"), (8999, "row 8999"), (8998, "row 8998")], 9000)
    assert [column.name for column in result.columns] == ["i", "s"]
    assert lake.engine.head(statement, {}, 3, limit=2)[1] == 2
    assert lake.engine.head(statement, {}, 3, limit=10)[1] == 10
    assert lake.engine.head(Statement("test", "SELECT 1 AS n"), {}, 3) == (lake.sql("SELECT 1 AS n"), 1)


def test_the_plan_names_the_work(lake: SqlLake) -> None:
    sql = f"SELECT s, count(*) FROM ({MANY}) AS q WHERE i > :n GROUP BY s"
    if isinstance(lake.engine, AthenaEngine):
        pytest.xfail("the local endpoint refuses EXPLAIN: its plans would name this machine's files")
    plan = lake.engine.explain(Statement("test", sql), {"n": 5})
    assert "aggregate" in plan.lower()
    with pytest.raises(QueryError):
        lake.engine.explain(Statement("test", "SELECT nothing FROM ops.reading"), {})
