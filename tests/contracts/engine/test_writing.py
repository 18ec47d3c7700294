"""Writes on every engine."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest

from millrace.athena_sql.ports import (
    Column,
    Parameter,
    ParquetData,
    ParquetFile,
    RowData,
    Statement,
    WriteRequest,
)
from millrace.athena_sql.statements.run_columns import statement_to_write
from millrace.athena_sql.tables import History, Table
from millrace.errors import DefinitionError, QueryError
from tests.contracts.engine.samples import NUMBER, on_disk, request, utc
from tests.unit.athena_sql.sql_lake import SqlLake


def test_a_write_makes_files_by_partition_but_none_for_an_empty_partition(lake: SqlLake) -> None:
    sql = "SELECT number, dt FROM ops.numbers WHERE dt IN (:partitions) ORDER BY number"
    files = lake.engine.write(request(sql, partitions=("2024-05-29", "2024-05-30", "2024-05-31")))
    rows = {
        day: sum(file.rows for file in files if file.partition == day) for day in {file.partition for file in files}
    }
    assert rows == {"2024-05-29": 2, "2024-05-30": 3}
    for file in files:
        assert file.key.startswith(f"staging/number/run=a-1/dt={file.partition}/")
        assert (lake.root / file.key).stat().st_size == file.size
    assert on_disk(lake) == [file.key for file in files]
    lake.tables.data["staging.number"] = ParquetData(
        NUMBER[:-1], tuple(ParquetFile(str(lake.root / file.key), file.partition) for file in files)
    )
    result = lake.sql("SELECT * FROM staging.number ORDER BY number")
    assert [(column.name, column.type) for column in result.columns] == [("number", "int"), ("dt", "date")]
    assert result.rows == [(number, date(2024, 5, 29 + number % 2)) for number in range(1, 6)]


def test_a_write_without_partitions_makes_files_in_the_prefix_itself(lake: SqlLake) -> None:
    columns = (Column("number", "int"),)
    files = lake.engine.write(request("SELECT number FROM ops.numbers ORDER BY number", columns, None))
    assert {(file.partition, str(Path(file.key).parent)) for file in files} == {("", "staging/number/run=a-1")}
    assert sum(file.rows for file in files) == 5
    stored = tuple(ParquetFile(str(lake.root / file.key)) for file in files)
    lake.tables.data["staging.number"] = ParquetData(columns, stored, partitioned=False)
    assert lake.rows("SELECT * FROM staging.number ORDER BY number") == [(1,), (2,), (3,), (4,), (5,)]


@pytest.mark.parametrize(
    ("sql", "given"),
    [
        ("SELECT dt, number FROM ops.numbers WHERE dt IN (:partitions)", "dt date, number int"),
        (
            "SELECT CAST(number AS BIGINT) AS number, dt FROM ops.numbers WHERE dt IN (:partitions)",
            "number bigint, dt date",
        ),
        ("SELECT number AS n, dt FROM ops.numbers WHERE dt IN (:partitions)", "n int, dt date"),
    ],
)
def test_a_write_of_other_columns_is_refused_with_both(lake: SqlLake, sql: str, given: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        lake.engine.write(request(sql, partitions=("2024-05-29",)))
    assert f"gives {given}, but the table declares number int, dt date." in str(caught.value)
    assert on_disk(lake) == []


def test_a_write_by_partition_must_use_the_partitions_parameter(lake: SqlLake) -> None:
    with pytest.raises(DefinitionError, match=":partitions"):
        lake.engine.write(request("SELECT number, dt FROM ops.numbers", partitions=("2024-05-29",)))


def test_a_write_that_fails_leaves_no_file(lake: SqlLake) -> None:
    wrong = "CAST('x' || CAST(number AS VARCHAR) AS INTEGER)"
    sql = f"SELECT {wrong} AS number, dt FROM ops.numbers WHERE dt IN (:partitions)"
    with pytest.raises(QueryError):
        lake.engine.write(request(sql, partitions=("2024-05-29",)))
    assert on_disk(lake) == []


def test_writing_again_gives_the_same_rows_and_leaves_nothing_of_the_first(lake: SqlLake) -> None:
    sql = "SELECT number, dt FROM ops.numbers WHERE dt IN (:partitions) ORDER BY number"
    wanted = request(sql, partitions=("2024-05-29", "2024-05-30"))
    first, again = lake.engine.write(wanted), lake.engine.write(wanted)
    assert [(file.partition, file.rows, file.size) for file in first] == [
        (file.partition, file.rows, file.size) for file in again
    ]
    assert on_disk(lake) == [file.key for file in again]


SIGNALS = RowData(
    (Column("site", "string"), Column("unit", "int"), Column("at", "timestamp"), Column("state", "string")),
    tuple(
        {"site": site, "unit": unit, "at": at and utc(f"2024-05-30 {at}"), "state": state}
        for site, unit, at, state in [
            ("b", 1, "10:00", "on"),
            ("a", 2, "09:00", "off"),
            ("a", 1, "09:00", "off"),
            ("a", 1, "08:00", "on"),  # late
            ("a", 1, "08:30", "on"),
            ("a", 1, "10:00", None),
            ("a", 1, "10:30", None),
            ("a", 1, "11:00", "on"),
            ("a", 1, "11:00", "off"),  # at the same time; the smaller one counts
            ("a", 2, None, "on"),
        ]
    ),
)


def test_a_history_has_one_row_for_each_change_of_a_key(lake: SqlLake) -> None:
    declared = {
        "site": "string",
        "unit": "int",
        "since": "timestamp",
        "until": "timestamp",
        "state": "string",
        "loaded_at": "timestamp",
        "run_id": "string",
    }
    columns = tuple(Column(name, type_) for name, type_ in declared.items())
    table = Table("prod.state", "", columns, History(("site", "unit"), "since", "until"))
    own = Statement("prod.state", "WITH s AS (SELECT * FROM ops.signals) SELECT site, unit, at AS since, state FROM s;")
    parameters: Mapping[str, Parameter] = {"run_id": "r", "loaded_at": utc("2024-06-01 00:00")}
    files = lake.engine.write(
        WriteRequest(
            statement_to_write(table, own), columns, "prod/state/run=a-1/", None, parameters, {"ops.signals": SIGNALS}
        )
    )
    stored = tuple(ParquetFile(str(lake.root / file.key)) for file in files)
    lake.tables.data["prod.state"] = ParquetData(columns, stored, partitioned=False)
    nine, ten, eleven = (utc(f"2024-05-30 {hour:02d}:00") for hour in (9, 10, 11))
    assert lake.rows("SELECT site, unit, since, until, state FROM prod.state ORDER BY site, unit, since") == [
        ("a", 1, utc("2024-05-30 08:00"), nine, "on"),
        ("a", 1, nine, ten, "off"),
        ("a", 1, ten, eleven, None),
        ("a", 1, eleven, None, "off"),
        ("a", 2, nine, None, "off"),
        ("b", 1, ten, None, "on"),
    ]
    assert lake.rows("SELECT DISTINCT run_id, loaded_at FROM prod.state") == [("r", utc("2024-06-01 00:00"))]
