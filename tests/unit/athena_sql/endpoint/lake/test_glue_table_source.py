"""Tables as Glue has them, read by the local endpoint: by their locations, as text, and with the file of each row."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from millrace.athena_sql.endpoint.endpoint import Endpoint, EndpointFolders, Remote
from millrace.athena_sql.endpoint.lake.glue_table_source import GlueLake, LineData, stored_table
from millrace.athena_sql.endpoint.lake.json_objects import JSON_SERDE
from millrace.athena_sql.endpoint.ports import RegisteredTable
from millrace.athena_sql.endpoint.statements.kinds import TableName
from millrace.athena_sql.ports import Column, ParquetData, ParquetFile, RowData
from millrace.errors import StatementFailed
from tests.contracts.athena_engine import NoTables, QuickClock
from tests.doubles.folder_objects import FolderObjects
from tests.shipped import TABLES

NUMBER = (Column("number", "int"),)
DT, HOUR = Column("dt", "date"), Column("hour", "string")


_ONLY_READ = "a source of tables only reads the registry"


@dataclass
class Registry:
    """The TableRegistry port over a dictionary. A database is there once it has a table."""

    known: dict[str, RegisteredTable] = field(default_factory=dict)

    def databases(self) -> list[str]:
        return sorted({table.name.database for table in self.known.values()})

    def has_database(self, name: str) -> bool:
        return name in self.databases()

    def create_database(self, name: str) -> None:
        raise AssertionError(_ONLY_READ)

    def drop_database(self, name: str) -> None:
        raise AssertionError(_ONLY_READ)

    def tables(self, database: str) -> list[RegisteredTable]:
        return [replace(table, partitions=()) for table in self.known.values() if table.name.database == database]

    def table(self, name: TableName) -> RegisteredTable | None:
        return self.known.get(str(name))

    def create(self, table: RegisteredTable) -> None:
        self.known[str(table.name)] = table

    def add_partitions(self, table: RegisteredTable, partitions: Sequence[tuple[tuple[str, ...], str]]) -> None:
        raise AssertionError(_ONLY_READ)

    def drop(self, name: TableName) -> None:
        raise AssertionError(_ONLY_READ)

    def replace(self, table: RegisteredTable) -> None:
        raise AssertionError(_ONLY_READ)


def parquet(path: Path, number: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    duckdb.connect().execute(f"COPY (SELECT {number}::INTEGER AS number) TO '{path}' (FORMAT parquet)")


def numbers(name: str, *places: tuple[str, Path]) -> RegisteredTable:
    partitions = tuple(((day,), f"{place}/") for day, place in places)
    return RegisteredTable(TableName(*name.split(".")), NUMBER, (DT,), "", partitions)


@dataclass
class Asked:
    endpoint: Endpoint

    def rows(self, sql: str) -> list[list[Any]]:
        id_ = self.endpoint.answer("StartQueryExecution", {"QueryString": sql})["QueryExecutionId"]
        clock = QuickClock()
        while True:
            found = self.endpoint.answer("GetQueryExecution", {"QueryExecutionId": id_})["QueryExecution"]["Status"]
            if found["State"] not in ("QUEUED", "RUNNING"):
                break
            clock.sleep(1)
        assert found["State"] == "SUCCEEDED", found
        page = self.endpoint.answer("GetQueryResults", {"QueryExecutionId": id_})["ResultSet"]["Rows"]
        return [[cell.get("VarCharValue") for cell in row["Data"]] for row in page[1:]]


@pytest.fixture(params=["", "dt=2020-01-01/hour=00/year=1999/number=7"], ids=["plain", "below keys"])
def root(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Where the lake is: keys of its tables above it must not change a row."""
    root: Path = tmp_path / request.param
    root.mkdir(parents=True, exist_ok=True)
    return root


@pytest.fixture
def registry() -> Registry:
    return Registry()


@pytest.fixture
def asked(registry: Registry, root: Path) -> Iterator[Asked]:
    remote = Remote(FolderObjects(), registry, "")
    with Endpoint(NoTables(), EndpointFolders(root, root / "endpoint"), QuickClock(), remote=remote) as endpoint:
        yield Asked(endpoint)


def test_a_partition_is_where_the_registry_says(asked: Asked, registry: Registry, root: Path) -> None:
    parquet(root / "run=1/dt=2024-05-30/a.parquet", 1)
    parquet(root / "run=2/dt=2024-05-30/a.parquet", 2)
    registry.create(numbers("db.t", ("2024-05-30", root / "run=1/dt=2024-05-30")))
    assert asked.rows("SELECT number, dt FROM db.t") == [["1", "2024-05-30"]]
    registry.create(numbers("db.t", ("2024-05-30", root / "run=2/dt=2024-05-30")))
    assert asked.rows("SELECT number, dt FROM db.t") == [["2", "2024-05-30"]]


def test_the_path_column_names_the_file_of_a_row(asked: Asked, registry: Registry, root: Path) -> None:
    for day in (29, 30):
        parquet(root / f"run=1/dt=2024-05-{day}/a.parquet", day)
    registry.create(numbers("db.t", *((f"2024-05-{day}", root / f"run=1/dt=2024-05-{day}") for day in (29, 30))))
    files = [[f"{root}/run=1/dt=2024-05-{day}/a.parquet", str(day)] for day in (29, 30)]
    assert asked.rows('SELECT "$path", sum(number) FROM db.t GROUP BY "$path" ORDER BY 1') == files
    assert asked.rows(f"SELECT number FROM db.t WHERE \"$path\" = '{files[1][0]}'") == [["30"]]
    assert asked.rows("SELECT * FROM db.t ORDER BY 1") == [["29", "2024-05-29"], ["30", "2024-05-30"]]


def test_hidden_names_are_not_read(asked: Asked, registry: Registry, root: Path) -> None:
    place = root / "run=1/dt=2024-05-30"
    parquet(place / "a.parquet", 1)
    for name in ("_manifest.json", ".part"):
        (place / name).write_text("no parquet")
    registry.create(numbers("db.t", ("2024-05-30", place)))
    assert asked.rows("SELECT number FROM db.t") == [["1"]]


def lines(root: Path, *texts: str) -> RegisteredTable:
    place = root / "raw/taxis/dt=2024-05-30/hour=08"
    place.mkdir(parents=True)
    for number, text in enumerate(texts):
        (place / f"{number}.json.gz").write_bytes(gzip.compress(text.encode()))
    return RegisteredTable(
        TableName("db", "raw"), (Column("line", "string"),), (DT, HOUR), "", ((("2024-05-30", "08"), f"{place}/"),)
    )


def test_raw_objects_are_lines_as_they_were_written(asked: Asked, registry: Registry, root: Path) -> None:
    registry.create(lines(root, '{"a": 1.2300}\n{"a":"裕廊"}\n', '{"a":3}\n'))
    assert asked.rows("SELECT line, dt, hour FROM db.raw ORDER BY line") == [
        ['{"a": 1.2300}', "2024-05-30", "08"],
        ['{"a":"裕廊"}', "2024-05-30", "08"],
        ['{"a":3}', "2024-05-30", "08"],
    ]
    one = f"{root}/raw/taxis/dt=2024-05-30/hour=08/1.json.gz"
    assert asked.rows(f'SELECT line, "$path" FROM db.raw WHERE "$path" IN (\'{one}\')') == [['{"a":3}', one]]


def test_a_raw_table_without_objects_is_empty(asked: Asked, registry: Registry, root: Path) -> None:
    registry.create(lines(root))
    assert asked.rows('SELECT line, dt, hour, "$path" FROM db.raw') == []


def test_other_keys_are_read_from_the_names_of_folders(asked: Asked, registry: Registry, root: Path) -> None:
    places = {"2023": root / "year=2023", "2024": root / "year=2024"}
    for year, place in places.items():
        parquet(place / "a.parquet", int(year) % 100)
    parts = tuple(((year,), f"{place}/") for year, place in places.items())
    registry.create(RegisteredTable(TableName("db", "t"), NUMBER, (Column("year", "int"),), "", parts))
    assert asked.rows("SELECT number, year FROM db.t WHERE year > 2023") == [["24", "2024"]]


def test_keys_that_cannot_be_read_are_refused(root: Path) -> None:
    parquet(root / "elsewhere" / "a.parquet", 1)
    part = (("2024",), f"{root}/elsewhere/")
    found = RegisteredTable(TableName("db", "t"), NUMBER, (Column("year", "int"),), "", (part,))
    with pytest.raises(StatementFailed, match=r"db\.t has partitions whose folders are not named year="):
        stored_table(found, FolderObjects())


def test_lines_are_raw_data_with_keys_below_the_bucket() -> None:
    class ListedBucket(FolderObjects):
        def list(self, prefix: str) -> list[tuple[str, int]]:
            return [(f"{prefix}x.json.gz", 1), (prefix, 0)]

    place = "s3://ours/lake/raw/taxis/dt=2024-05-30/hour=08/"
    found = RegisteredTable(
        TableName("db", "raw"), (Column("line", "string"),), (DT, HOUR), "", ((("2024-05-30", "08"), place),)
    )
    assert stored_table(found, ListedBucket()) == LineData(
        "s3://ours/", ("lake/raw/taxis/dt=2024-05-30/hour=08/x.json.gz",)
    )


class OwnTables(NoTables):
    """The runtime's own tables, whose files differ from those that Glue points to."""

    def columns(self, name: str) -> tuple[Column, ...]:
        return NUMBER


def test_tables_of_the_lake_on_aws_are_those_that_glue_points_to(registry: Registry, root: Path) -> None:
    own = ParquetData(NUMBER, (ParquetFile("s3://ours/other.parquet", "2024-05-30"),))
    runs = RowData(NUMBER, ())
    inner = OwnTables({"prod.rainfall": own, "staging.poll": own, "ops.runs": runs})
    names = {"staging": "millrace_dev_staging", "prod": "millrace_dev_prod"}
    lake = GlueLake(inner, registry, FolderObjects(), names, TABLES)
    parquet(root / "dt=2024-05-30/a.parquet", 1)
    registry.create(numbers("millrace_dev_prod.rainfall", ("2024-05-30", root / "dt=2024-05-30")))

    assert lake.table("prod.rainfall") == ParquetData(
        NUMBER, (ParquetFile(f"{root}/dt=2024-05-30/a.parquet", "2024-05-30"),)
    )
    unpublished = lake.table("staging.poll")
    assert isinstance(unpublished, ParquetData)
    assert (unpublished.files, unpublished.partitioned) == ((), True)
    assert lake.table("ops.runs") is runs
    assert lake.names() == inner.names()
    assert lake.columns("prod.rainfall") == NUMBER


GZIP = gzip.compress(b'{"id": 2}', mtime=0)


def receipts(root: Path, *lines: str, keys: tuple[Column, ...] = ()) -> RegisteredTable:
    """As a crawler makes it of JSON."""
    place = root / "receipts"
    place.mkdir()
    (place / "a.json").write_text("\n".join(lines))
    columns = (Column("Id", "int"), Column("note", "string"), Column("fare", "struct<Total:double,parts:array<int>>"))
    return RegisteredTable(TableName("db", "receipts"), columns, keys, f"{place}/", serde=JSON_SERDE)


def test_json_is_read_by_names_in_any_capitals_and_what_is_no_text_is_its_json(
    asked: Asked, registry: Registry, root: Path
) -> None:
    first = '{"ID": 1, "note": 2.5, "Fare": {"total": 1, "Parts": [1, 2]}, "other": 1}'
    registry.create(receipts(root, first, "", '{"note": {"a": [1]}, "fare": "none"}', '{"id": 2, "fare": {}}'))

    assert asked.rows("SELECT id, note, fare.total, fare.parts FROM db.receipts ORDER BY id") == [
        ["1", "2.5", "1.0", "[1, 2]"],
        ["2", None, None, None],
        [None, '{"a":[1]}', None, None],
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [("nothing", "db.receipts: a line is no JSON: Expecting value"), ("[1]", "no JSON object: [1]")],
)
def test_a_line_that_is_no_json_object_is_bad_data(
    asked: Asked, registry: Registry, root: Path, line: str, message: str
) -> None:
    registry.create(receipts(root, '{"id": 1}', line))

    with pytest.raises(AssertionError, match=f"HIVE_BAD_DATA: .*{re.escape(message)}"):
        asked.rows("SELECT id FROM db.receipts")


@pytest.mark.parametrize(
    ("name", "data"),
    [("b.json", b'{"id": "\xff"}'), ("b.json.gz", b"{}"), ("c.gz", GZIP[:-9])],
    ids=["no UTF-8", "no gzip", "cut off"],
)
def test_bytes_that_are_no_text_are_bad_data(
    asked: Asked, registry: Registry, root: Path, name: str, data: bytes
) -> None:
    registry.create(receipts(root, '{"id": 1}'))
    (root / "receipts" / name).write_bytes(data)

    with pytest.raises(AssertionError, match=f"receipts/{name} cannot be read as text: "):
        asked.rows("SELECT id FROM db.receipts")


def test_json_in_partitions_is_refused(registry: Registry, root: Path) -> None:
    found = receipts(root, '{"id": 1}', keys=(DT,))

    with pytest.raises(StatementFailed, match="tables of JSON objects have no partitions here"):
        stored_table(found, FolderObjects())


def test_a_dataset_that_was_never_crawled_is_as_the_lake_says(registry: Registry) -> None:
    inner = OwnTables({"crawled.receipts": RowData(NUMBER, ())})
    lake = GlueLake(inner, registry, FolderObjects(), {"crawled": "millrace_dev_crawled"}, TABLES)

    assert lake.table("crawled.receipts") == inner.table("crawled.receipts")
