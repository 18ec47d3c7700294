"""Datasets whose form is inferred: declared by a project, and queried where their files lie."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import duckdb
import pytest

from millrace.athena_sql.ports import Result, Statement
from millrace.errors import FormUnknown, UnknownName
from millrace.infra.runtime.local import LocalRuntime
from millrace.serving.http_server import Address
from millrace.settings import EngineName, Settings
from millrace.usecases.athena import serving_athena
from millrace.usecases.definitions.project import entries, problems
from millrace.usecases.queries import run_query
from millrace.usecases.tables import describe_table, export_duckdb, list_tables, show_tables, table_files
from millrace.usecases.verify import queries_and_checks
from tests.contracts.crawled import CENTS, FILES, OF_TOTALS, TOTALS
from tests.contracts.engines import SPARK_MARKS
from tests.end_to_end.athena_api.athena_lake import rows
from tests.unit.infra.project.project_files import project

JSON = 'schema = "crawled"\nformat = "json"\n'
PARQUET = 'schema = "crawled"\nformat = "parquet"\n'
DECLARED = {"datasets/receipts/dataset.toml": JSON, "datasets/fares/dataset.toml": PARQUET}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "lake"


@pytest.fixture
def runtime(home: Path, tmp_path: Path) -> Iterator[LocalRuntime]:
    with LocalRuntime(Settings(home, "simulated"), project=project(tmp_path / "own", DECLARED)) as runtime:
        yield runtime


def put(home: Path, files: Mapping[str, bytes]) -> None:
    for key, data in files.items():
        (home / key).parent.mkdir(parents=True, exist_ok=True)
        (home / key).write_bytes(data)


def asked(runtime: LocalRuntime, sql: str) -> Result:
    return run_query(runtime, sql)


def test_nested_json_is_read_in_the_form_that_it_has(runtime: LocalRuntime, home: Path) -> None:
    put(home, FILES)

    assert asked(runtime, TOTALS.format("crawled.receipts")).rows == OF_TOTALS
    assert asked(runtime, CENTS.format("crawled.receipts")).rows == [(860,)]
    whole = asked(runtime, "SELECT * FROM crawled.receipts WHERE rideId = 1")
    assert [(one.name, one.type) for one in whole.columns] == [
        ("rideid", "bigint"),
        ("paid_at", "string"),
        ("fare", "struct<total:double,parts:array<struct<kind:string,cents:bigint>>>"),
        ("shared", "boolean"),
        ("tip", "bigint"),
    ]
    assert whole.rows[0][2] == "{total=12.5, parts=[{kind=base, cents=390}, {kind=peak, cents=860}]}"


@pytest.mark.parametrize("engine", [EngineName.DUCKDB, pytest.param(EngineName.SPARK, marks=SPARK_MARKS)])
def test_every_engine_of_a_lake_in_a_folder_reads_nested_json(
    runtime: LocalRuntime, home: Path, engine: EngineName
) -> None:
    put(home, {**FILES, "receipts/a[1].json": b'{"rideId": 4, "fare": {"total": 1.0}}\n'})
    found = runtime.readers_engine(engine)

    assert found.query(Statement("totals", TOTALS.format("crawled.receipts"))).rows == [
        *OF_TOTALS,
        (4, None, 1.0, None, None, None),
    ]
    part = "element_at(fare.parts, 2).cents"
    assert found.query(Statement("part", f"SELECT {part} FROM crawled.receipts WHERE rideid = 1")).rows == [(860,)]
    whole = found.query(Statement("all", "SELECT fare FROM crawled.receipts"))
    assert [one.type for one in whole.columns] == ["struct<total:double,parts:array<struct<kind:string,cents:bigint>>>"]


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT a.b.c.d FROM crawled.receipts", 5),
        ("SELECT x.a.b.c.d FROM crawled.receipts AS x JOIN crawled.receipts AS y ON x.k = y.k", 5),
        ("SELECT crawled.receipts.k FROM crawled.receipts", 1),
        ("SELECT a.b FROM crawled.receipts", "{c={d=5}}"),
    ],
)
def test_fields_are_read_at_any_depth(runtime: LocalRuntime, home: Path, sql: str, expected: object) -> None:
    put(home, {"receipts/a.json": b'{"a": {"B": {"c": {"d": 5}}}, "k": 1}\n'})

    assert asked(runtime, sql).rows == [(expected,)]


def test_keys_that_differ_by_a_number_are_different(runtime: LocalRuntime, home: Path) -> None:
    put(home, {"receipts/a.json": b'{"line": 1, "line_1": 2}\n'})

    assert asked(runtime, "SELECT line, line_1 FROM crawled.receipts").rows == [(1, 2)]


def test_a_file_that_comes_or_changes_is_in_the_next_query(runtime: LocalRuntime, home: Path) -> None:
    put(home, {"receipts/a.json": b'{"n": 1}\n'})
    assert asked(runtime, "SELECT * FROM crawled.receipts").rows == [(1,)]

    put(home, {"receipts/b.json": b'{"m": "x"}\n', "receipts/a.json": b'{"n": 25}\n'})

    assert asked(runtime, "SELECT n, m FROM crawled.receipts ORDER BY n").rows == [(25, None), (None, "x")]


def test_parquet_is_read_too_and_what_is_hidden_or_empty_is_not(runtime: LocalRuntime, home: Path) -> None:
    put(home, {"fares/_SUCCESS": b"x", "fares/empty.parquet": b"", "fares/.part": b"x"})
    made = f"COPY (SELECT 1 AS Area, {{'low': 2.5::DOUBLE}} AS price) TO '{home}/fares/a.parquet' (FORMAT parquet)"
    duckdb.connect().execute(made)

    assert asked(runtime, "SELECT area, price.low FROM crawled.fares").rows == [(1, 2.5)]


def test_a_dataset_without_files_says_where_they_go(runtime: LocalRuntime, home: Path) -> None:
    with pytest.raises(FormUnknown) as told:
        asked(runtime, "SELECT * FROM crawled.receipts")

    assert "there is no file below receipts/" in told.value.message
    assert told.value.hint == f"Put files into {home}/receipts/."


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"receipts/a.json": b'[{"n": 1},\n{"n": 2}]\n'}, "have no form: Malformed JSON in file"),
        ({"receipts/a.json": b'{"n": 1}\n{"n":'}, 'file "receipts/a.json", at byte'),
        ({"receipts/a.json": b'{"a": {"first name": 1}}\n'}, "the field 'first name' of a has a name that Athena"),
        ({"receipts/a.json": b'{"a": {"N": 1, "n": 2}}\n'}, 'Duplicate name ""n"" in struct'),
        ({"receipts/a.json": b'{"Id": 1, "id": 2}\n'}, "'id' is there with other capitals, too"),
        ({"receipts/day/a.json": b'{"n": 1}\n'}, "receipts/day/a.json lies in a folder below receipts/"),
        ({"fares/a.parquet": b"no Parquet"}, "the files below fares/ have no form"),
    ],
)
def test_files_without_a_form_are_named(
    runtime: LocalRuntime, home: Path, files: Mapping[str, bytes], message: str
) -> None:
    put(home, files)

    with pytest.raises(FormUnknown) as told:
        asked(runtime, f"SELECT * FROM crawled.{next(iter(files)).partition('/')[0]}")

    assert message in told.value.message


def test_datasets_are_listed_with_the_other_tables(runtime: LocalRuntime, home: Path, tmp_path: Path) -> None:
    put(home, FILES)
    size = sum(len(data) for key, data in FILES.items() if "_writing" not in key)

    listed = {one["table"]: (one["objects"], one["bytes"]) for one in list_tables(runtime)}
    assert listed["crawled.receipts"] == (2, size)
    assert listed["crawled.fares"] == (0, 0)
    put(home, {"fares/day/a.parquet": b"PAR1"})
    assert {one["table"]: one["objects"] for one in list_tables(runtime)}["crawled.fares"] == 1
    columns, partitions = describe_table(runtime, "crawled.receipts")
    assert [one["column"] for one in columns] == ["rideid", "paid_at", "fare", "shared", "tip"]
    assert partitions == []
    files = [Path(one.file).name for one in table_files(runtime, "crawled.receipts")]
    assert files == ["2024-05-30.json", "2024-05-31.json"]
    assert ("crawled.receipts",) in show_tables(runtime, "SHOW TABLES").rows
    assert ("crawled.fares",) not in show_tables(runtime, "SHOW TABLES").rows
    assert export_duckdb(runtime, tmp_path / "lake.duckdb") > 0


def test_the_local_athena_endpoint_reads_them(runtime: LocalRuntime, home: Path) -> None:
    import boto3

    put(home, FILES)
    with serving_athena(runtime, Address()) as server:
        client = boto3.client(
            "athena",
            endpoint_url=server.url,
            region_name="eu-west-1",
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )
        for name in ("crawled.receipts", "millrace_dev_crawled.receipts"):
            assert rows(client, CENTS.format(name)) == [["860"]]
        types = "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'crawled'"
        assert ["paid_at", "varchar"] in rows(client, types)


def test_an_unknown_dataset_is_an_unknown_table(runtime: LocalRuntime) -> None:
    with pytest.raises(UnknownName, match=r"crawled\.fares, crawled\.receipts"):
        asked(runtime, "SELECT * FROM crawled.rides")


def test_a_project_shows_its_datasets_and_validates_what_reads_them(tmp_path: Path) -> None:
    query = "-- Receipts\nSELECT count(*) AS n FROM crawled.receipts\n"
    own = project(tmp_path, {**DECLARED, "queries/receipts.sql": query})

    about, file = "crawled.receipts: json files below receipts/", "datasets/receipts/dataset.toml"
    assert ("dataset", "receipts", about, file) in entries(own)
    assert problems(own) == []
    assert "receipts" in [one.name for one in own.queries()]
    assert "receipts" not in [one.name for one in queries_and_checks(own)]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("receipts", 'format = "json"\n', 'line 1: schema is missing. Give "crawled"'),
        ("receipts", 'format = "json"\nschema = "declared"\n', "line 2: schema is 'declared'. Give \"crawled\""),
        ("receipts", 'schema = "crawled"\nformat = "csv"\n', 'line 2: format is \'csv\'. Give "json" or "parquet"'),
        ("receipts", 'schema = "crawled"\nformat = ["json"]\n', "line 2: format is ['json']."),
        ("receipts", JSON + 'folder = "x/"\n', "line 3: the key 'folder' is unknown. Choose of: schema, format."),
        ("receipts", "schema =\n", "cannot read it: Invalid value (at line 1"),
        ("raw", JSON, "raw/ is a folder of Millrace's own"),
        ("Receipts", JSON, "'Receipts' is no name of a dataset"),
    ],
)
def test_a_wrong_declaration_is_refused_with_its_line(tmp_path: Path, name: str, text: str, message: str) -> None:
    own = project(tmp_path, {f"datasets/{name}/dataset.toml": text})

    assert own.datasets == {}
    (problem,) = own.problems
    assert f"{tmp_path}/datasets/{name}/dataset.toml" in str(problem)
    assert message in str(problem)


def test_no_table_is_made_of_a_dataset(tmp_path: Path) -> None:
    table = "-- Sums.\n--\n-- stored: Whole\n-- total double\nSELECT sum(fare.total) AS total\nFROM crawled.receipts\n"

    own = project(tmp_path, {**DECLARED, "sql/prod/sums.sql": table})

    assert "prod.sums" not in own.tables.names()
    (problem,) = own.problems
    assert (problem.file.name, problem.line) == ("sums.sql", 6)
    assert "prod.sums reads crawled.receipts, of which no table is made." in problem.message
