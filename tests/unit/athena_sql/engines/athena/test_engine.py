"""What is particular to the Athena engine. (Rows, columns and errors: the contract suite.)"""

from __future__ import annotations

import json
import random
import string
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from millrace.athena_sql.engines.athena.catalog_tables import CataloguedTables
from millrace.athena_sql.engines.athena.engine import AthenaEngine
from millrace.athena_sql.engines.athena.result_objects import S3ResultObjects
from millrace.athena_sql.engines.athena.session import AthenaQueries, AthenaSettings
from millrace.athena_sql.engines.athena.work_tables import WorkTables
from millrace.athena_sql.ports import (
    Column,
    ParquetData,
    RawData,
    RowData,
    RowFormat,
    Statement,
    TableSource,
    WriteRequest,
)
from millrace.aws.glue_layout import databases
from millrace.clock import ManualClock
from millrace.errors import LakeError, QueryError
from millrace.lake.local import LocalStorage
from tests.contracts import aws
from tests.contracts.athena_engine import QuickClock, served
from tests.doubles.spy import Spy, answer
from tests.shipped import TABLES
from tests.unit.athena_sql.sql_lake import SampleTables, SqlLake, taxis

COLUMNS = (Column("number", "int"), Column("dt", "date"))
FIRST = date(2024, 1, 1)


@dataclass
class AthenaEngineBench:
    """The engine with spies on its two services, and the lake that it reads."""

    engine: AthenaEngine
    athena: Spy
    glue: Spy
    database: str
    lake: SqlLake

    @property
    def asked(self) -> list[str]:
        return [call["QueryString"] for call in self.athena.of("start_query_execution")]

    @property
    def work_tables(self) -> list[str]:
        found: Any = aws.clients().glue.get_tables(DatabaseName=self.database)
        return [one["Name"] for one in found["TableList"]]


def bench(folder: Path, source: TableSource | None = None, *, later: timedelta = timedelta(0)) -> AthenaEngineBench:
    root = folder / "lake"
    root.mkdir()
    tables = SampleTables()
    athena, glue = Spy(served(folder).athena), Spy(aws.clients().glue)
    database = "work_" + "".join(random.choices(string.ascii_lowercase, k=12))
    engine = AthenaEngine(
        AthenaQueries(athena, AthenaSettings(), QuickClock()),  # type: ignore[arg-type]
        WorkTables(glue, database, ManualClock(datetime.now(UTC) + later)),  # type: ignore[arg-type]
        source or tables,
        LocalStorage(root),
        S3ResultObjects(aws.clients().s3),
    )
    return AthenaEngineBench(engine, athena, glue, database, SqlLake(root, engine, tables))


def numbers(days: int) -> WriteRequest:
    """A request to write one number for each of this many days."""
    dates = [FIRST + timedelta(days=day) for day in range(days)]
    rows = RowData(COLUMNS, tuple({"number": number, "dt": day} for number, day in enumerate(dates)))
    statement = Statement("staging.number", "SELECT number, dt FROM ops.numbers WHERE dt IN (:partitions)")
    partitions = tuple(day.isoformat() for day in dates)
    return WriteRequest(statement, COLUMNS, "staging/number/run=a-1/", partitions, {}, {"ops.numbers": rows})


def test_a_write_takes_at_most_100_partitions_a_statement(tmp_path: Path) -> None:
    on = bench(tmp_path)
    files = on.engine.write(numbers(230))
    assert sorted(file.partition for file in files) == sorted(numbers(230).partitions or ())
    assert {file.rows for file in files} == {1}
    unloads = [sql for sql in on.asked if sql.startswith("UNLOAD")]
    assert [sql.count("CAST('2024-") for sql in unloads] == [100, 100, 30]
    created = on.glue.of("batch_create_partition")
    assert max(len(call["PartitionInputList"]) for call in created) <= 100


def test_a_write_whose_text_is_too_long_is_split_into_several_statements(tmp_path: Path) -> None:
    on = bench(tmp_path)
    wanted = numbers(20)
    long = "'" + "x" * 8_000 + "'"
    sql = f"SELECT number, dt FROM ops.numbers WHERE dt IN (:partitions) AND {long} = {long}"
    keys = tuple(f"raw/x/dt={day}/hour=08/{'y' * 200}{n}.json.gz" for day in wanted.partitions or () for n in range(60))
    raw = RawData(str(on.lake.root), keys)
    joined = f"{sql} UNION ALL SELECT 1, dt FROM raw.x WHERE dt IN (:partitions) AND snapshot_id = ''"
    request = WriteRequest(
        Statement("staging.number", joined),
        COLUMNS,
        wanted.prefix,
        wanted.partitions,
        {},
        {**wanted.tables, "raw.x": raw},
    )
    assert len(on.engine.write(request)) == 20
    assert len([sql for sql in on.asked if sql.startswith("UNLOAD")]) > 1
    assert max(len(sql) for sql in on.asked) < 262_144


def test_work_tables_exist_only_while_a_statement_runs(tmp_path: Path) -> None:
    on = bench(tmp_path)
    on.lake.deliver("taxi_availability", [taxis("2024-05-30 08:00:00", [(103.8, 1.3)])])
    assert on.lake.rows("SELECT count(*) FROM raw.taxi_availability") == [(1,)]
    assert len(on.glue.of("create_table")) == 1
    with pytest.raises(QueryError):
        on.lake.rows("SELECT nothing FROM raw.taxi_availability")
    assert on.work_tables == []


def test_only_the_raw_objects_that_are_given_are_read(tmp_path: Path) -> None:
    on = bench(tmp_path)
    one, two = (taxis(f"2024-05-30 08:0{minute}:00", [(103.8, 1.3)]) for minute in (1, 2))
    first, _ = on.lake.deliver("taxi_availability", [one], [two])
    given = {"raw.taxi_availability": RawData(str(on.lake.root), (first,))}
    found = on.engine.query(Statement("test", "SELECT snapshot_id FROM raw.taxi_availability"), None, given)
    assert found.rows == [(one.snapshot_id,)]
    assert len(on.lake.rows("SELECT * FROM raw.taxi_availability")) == 2


def test_a_payload_keeps_its_digits_and_a_quote(tmp_path: Path) -> None:
    on = bench(tmp_path)
    on.lake.deliver("taxi_availability", [taxis("2024-05-30 08:00:00", [(103.81234567890123, 1.3)], note="it's 裕廊")])
    (text,) = on.lake.rows("SELECT payload FROM raw.taxi_availability")[0]
    found = json.loads(text)["features"][0]
    assert (found["geometry"]["coordinates"][0][0], found["note"]) == (103.81234567890123, "it's 裕廊")


def test_work_tables_of_a_dead_process_are_dropped_after_a_day(tmp_path: Path) -> None:
    on = bench(tmp_path, later=timedelta(days=2))
    aws.clients().glue.create_database(DatabaseInput={"Name": on.database})
    aws.clients().glue.create_table(DatabaseName=on.database, TableInput={"Name": "work_left"})
    on.lake.rows("SELECT 1")
    assert on.work_tables == []


def test_work_tables_that_another_process_uses_now_stay(tmp_path: Path) -> None:
    on = bench(tmp_path)
    aws.clients().glue.create_database(DatabaseInput={"Name": on.database})
    aws.clients().glue.create_table(DatabaseName=on.database, TableInput={"Name": "work_of_another"})
    on.lake.rows("SELECT 1")
    assert on.work_tables == ["work_of_another"]


def test_a_partition_that_glue_refuses_is_an_error_unless_it_exists(tmp_path: Path) -> None:
    on = bench(tmp_path)
    on.lake.deliver("taxi_availability", [taxis("2024-05-30 08:00:00", [(103.8, 1.3)])])

    def refusing(code: str) -> Any:
        def create(called: Any, **asked: Any) -> Any:
            called(**asked)
            return {"Errors": [{"PartitionValues": ["2024-05-30", "08"], "ErrorDetail": {"ErrorCode": code}}]}

        return create

    on.glue.instead["batch_create_partition"] = refusing("AlreadyExistsException")
    assert on.lake.rows("SELECT count(*) FROM raw.taxi_availability") == [(1,)]
    on.glue.instead["batch_create_partition"] = refusing("InternalFailure")
    with pytest.raises(LakeError, match=r"Glue refuses a partition \['2024-05-30', '08'\]"):
        on.lake.rows("SELECT count(*) FROM raw.taxi_availability")


def test_a_work_table_that_cannot_be_dropped_costs_no_result(tmp_path: Path) -> None:
    on = bench(tmp_path)
    on.lake.deliver("taxi_availability", [taxis("2024-05-30 08:00:00", [(103.8, 1.3)])])

    def denied(*_: Any, **__: Any) -> Any:
        raise answer("AccessDeniedException", "no", "BatchDeleteTable")

    on.glue.instead["batch_delete_table"] = denied
    assert on.lake.rows("SELECT count(*) FROM raw.taxi_availability") == [(1,)]


def test_rows_are_exported_by_pages_where_a_result_has_no_object(tmp_path: Path) -> None:
    on = bench(tmp_path)
    text = """CASE i % 3 WHEN 0 THEN 'a "b", c' WHEN 1 THEN '' END"""
    sql = f"SELECT i, {text} AS s FROM UNNEST(sequence(1, 2500)) AS t (i)"
    target = tmp_path / "rows.json"
    target.touch()
    assert on.engine.export(Statement("test", sql), {}, RowFormat.JSON, target) == 2500
    texts = [{0: 'a "b", c', 1: "", 2: None}[i % 3] for i in range(1, 2501)]
    assert [(row["i"], row["s"]) for row in json.loads(target.read_text())] == list(enumerate(texts, 1))
    assert len(on.athena.of("get_query_results")) == 1 + 3  # for the columns, and one a page


def test_the_rows_of_a_head_are_asked_for_and_the_others_counted(tmp_path: Path) -> None:
    on = bench(tmp_path)
    statement = Statement("test", "SELECT i FROM UNNEST(sequence(1, 50)) AS t (i) ORDER BY i DESC")
    assert on.engine.head(statement, {}, 2)[0].rows == [(50,), (49,)]
    head, counting = on.asked
    assert head.endswith("ORDER BY i DESC LIMIT 3")  # not around the statement: Trino drops a subquery's order
    assert counting.startswith("SELECT count(*) FROM (SELECT i")
    assert len(on.athena.of("get_query_results")) == 2


def test_a_plan_is_what_athena_explains(tmp_path: Path) -> None:
    on = bench(tmp_path)

    def explaining(called: Any, **asked: Any) -> Any:
        assert asked["QueryString"] == "EXPLAIN SELECT 1 AS n"
        plan = """SELECT * FROM (VALUES 'Fragment 0', '    Output[n]') AS t ("Query Plan")"""
        return called(**{**asked, "QueryString": plan})

    on.athena.instead["start_query_execution"] = explaining
    assert on.engine.explain(Statement("test", "SELECT 1 AS n"), {}) == "Query Plan\nFragment 0\n    Output[n]"


def test_scanned_bytes_are_reported_once(tmp_path: Path) -> None:
    on = bench(tmp_path)
    on.engine.write(numbers(3))
    on.engine.take_scanned()
    on.lake.deliver("taxi_availability", [taxis("2024-05-30 08:00:00", [(103.8, 1.3)])])
    on.lake.rows("SELECT * FROM raw.taxi_availability")
    assert on.engine.take_scanned() > 100
    assert on.engine.take_scanned() == 0


def test_a_table_in_glue_is_read_by_name_and_one_never_published_is_empty() -> None:
    stage = "".join(random.choices(string.ascii_lowercase, k=12))
    glue = aws.clients().glue
    tables = CataloguedTables(SampleTables({"ops.x": RowData((), ())}), TABLES, glue, databases(stage))
    assert "prod.rainfall" in tables.names()
    assert tables.table("ops.x") == RowData((), ())
    absent = tables.table("prod.rainfall")
    assert isinstance(absent, ParquetData)
    assert type(absent) is ParquetData
    glue.create_database(DatabaseInput={"Name": f"millrace_{stage}_prod"})
    glue.create_table(DatabaseName=f"millrace_{stage}_prod", TableInput={"Name": "rainfall"})
    assert getattr(tables.table("prod.rainfall"), "database", "") == f"millrace_{stage}_prod"
