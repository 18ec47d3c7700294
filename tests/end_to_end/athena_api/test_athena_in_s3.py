"""What the local Athena endpoint leaves in an object store: results, what stands beside them, and tables (moto's S3 and
Glue)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.end_to_end.athena_api.athena_lake import (
    BUCKET,
    OUTPUT,
    Served,
    finished,
    make_lake,
    reason,
    rows,
    served_with_s3,
    wait,
)
from tests.unit.athena_sql.endpoint.fenced_lake import ENDLESS

WHERE: dict[str, Any] = {"ResultConfiguration": {"OutputLocation": OUTPUT}}
AT_A_TIME = 8  # queries that the endpoint runs; more wait

# Measured at Athena, without the query's id. Where: see athena_sql/endpoint/results/metadata.py and its test.
ONE_INTEGER = "221d0a04686976652201692a01693207696e7465676572380a400048035000"
DESCRIPTION = (
    "22240a04686976652208636f6c5f6e616d652a08636f6c5f6e616d653206737472696e67480322260a04686976652209646174615f74797065"
    "2a09646174615f747970653206737472696e67480322220a04686976652207636f6d6d656e742a07636f6d6d656e743206737472696e674803"
)
ROWS = "22220a04686976652204726f77732a04726f77733206626967696e743813400048035000"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("in_s3") / "lake"
    make_lake(home)
    with served_with_s3(home) as found:
        yield found


@pytest.fixture(scope="module")
def athena(endpoint: Served) -> Any:
    return endpoint.client()


@pytest.fixture(scope="module")
def s3(endpoint: Served) -> Any:
    return endpoint.client("s3")


def place(execution: dict[str, Any]) -> str:
    """The OutputLocation, with `<id>` for the query's id."""
    location: str = execution["ResultConfiguration"]["OutputLocation"]
    return location.replace(execution["QueryExecutionId"], "<id>")


def left(s3: Any, execution: dict[str, Any]) -> set[str]:
    """What an execution has put below OUTPUT, with `<id>` for its id; without the files of a table that it made."""
    id_ = execution["QueryExecutionId"]
    found = s3.list_objects_v2(Bucket=BUCKET, Prefix="queries/").get("Contents", ())
    names = (each["Key"].removeprefix("queries/").replace(id_, "<id>") for each in found if id_ in each["Key"])
    return {name for name in names if re.fullmatch("(tables/)?<id>[^/]*", name)}


def stored(s3: Any, execution: dict[str, Any], name: str) -> tuple[bytes, str]:
    """The bytes of what `left` names, and their content type."""
    key = f"queries/{name}".replace("<id>", execution["QueryExecutionId"])
    found = s3.get_object(Bucket=BUCKET, Key=key)
    return found["Body"].read(), found["ContentType"]


def metadata(execution: dict[str, Any], rest: str) -> bytes:
    """The query's id as field 1, and the rest, in hexadecimal."""
    return b"\x0a\x24" + str(execution["QueryExecutionId"]).encode() + bytes.fromhex(rest)


class TestResults:
    def test_the_csv_and_its_metadata(self, athena: Any, s3: Any) -> None:
        sql = "SELECT 'it''s \"x\"' AS t, CAST(NULL AS varchar) AS n, '' AS e, 1.5 AS d"
        execution = finished(athena, sql, **WHERE)
        assert place(execution) == f"{OUTPUT}<id>.csv"
        assert execution["ManagedQueryResultsConfiguration"] == {"Enabled": False}
        assert left(s3, execution) == {"<id>.csv", "<id>.csv.metadata"}
        csv = b'"t","n","e","d"\n"it\'s ""x""",,"","1.5"\n'
        assert stored(s3, execution, "<id>.csv") == (csv, "application/octet-stream")

    def test_the_metadata_of_an_empty_result_is_athenas_to_the_byte(self, athena: Any, s3: Any) -> None:
        execution = finished(athena, "SELECT 1 AS i WHERE false", **WHERE)
        assert stored(s3, execution, "<id>.csv")[0] == b'"i"\n'
        expected = metadata(execution, ONE_INTEGER)
        assert stored(s3, execution, "<id>.csv.metadata") == (expected, "application/octet-stream")

    def test_what_is_shown_is_a_text_without_a_newline_at_its_end(self, athena: Any, s3: Any) -> None:
        execution = finished(athena, "SHOW DATABASES LIKE 'p*|r*'", **WHERE)
        assert place(execution) == f"{OUTPUT}<id>.txt"
        assert left(s3, execution) == {"<id>.txt", "<id>.txt.metadata"}
        assert stored(s3, execution, "<id>.txt") == (b"prod\nraw", "binary/octet-stream")
        assert stored(s3, execution, "<id>.txt.metadata")[1] == "binary/octet-stream"

    def test_a_description_is_the_rows_that_the_api_gives(self, athena: Any, s3: Any) -> None:
        execution = finished(athena, "DESCRIBE prod.taxi_availability", **WHERE)
        found = athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])["ResultSet"]["Rows"]
        lines = ["\t".join(each.get("VarCharValue", "") for each in row["Data"]) for row in found]
        assert stored(s3, execution, "<id>.txt") == ("\n".join(lines).encode(), "application/octet-stream")
        expected = metadata(execution, DESCRIPTION)
        assert stored(s3, execution, "<id>.txt.metadata") == (expected, "application/octet-stream")

    def test_the_text_of_a_create_table_is_of_the_other_kind_too(self, athena: Any, s3: Any) -> None:
        execution = finished(athena, "SHOW CREATE TABLE prod.area", **WHERE)
        assert stored(s3, execution, "<id>.txt")[1] == "application/octet-stream"

    def test_a_statement_without_columns_leaves_an_empty_text_alone(self, athena: Any, s3: Any) -> None:
        for sql in ("CREATE DATABASE IF NOT EXISTS prod", "DROP TABLE IF EXISTS prod.nothing"):
            execution = finished(athena, sql, **WHERE)
            assert left(s3, execution) == {"<id>.txt"}, sql
            assert stored(s3, execution, "<id>.txt") == (b"", "binary/octet-stream")


class TestFailures:
    @pytest.mark.parametrize(
        ("sql", "text"),
        [
            ("SHOW TABLES IN nothing", "FAILED: SemanticException [Error 10072]: Database does not exist: nothing"),
            ("DROP TABLE prod.area", "FAILED: NOT_SUPPORTED: line 1:1: prod.area is written by Millrace's workflows"),
        ],
    )
    def test_the_reason_stands_where_a_text_would(self, athena: Any, s3: Any, sql: str, text: str) -> None:
        """Athena's reasons for such statements begin with FAILED: already, and it is not said twice."""
        execution = finished(athena, sql, **WHERE)
        assert left(s3, execution) == {"<id>.txt"}
        found, content_type = stored(s3, execution, "<id>.txt")
        assert content_type == "application/octet-stream"
        assert found.decode().startswith(text)
        assert found.decode().removeprefix("FAILED: ") == execution["Status"]["StateChangeReason"].removeprefix(
            "FAILED: "
        )

    @pytest.mark.parametrize(
        "sql",
        [
            "SELECT CAST('x' AS integer)",
            "INSERT INTO prod.nothing SELECT 1",
            "CREATE TABLE prod.area AS SELECT 1 AS a",
        ],
    )
    def test_of_a_query_that_failed_there_is_nothing(self, athena: Any, s3: Any, sql: str) -> None:
        execution = finished(athena, sql, **WHERE)
        assert execution["Status"]["State"] == "FAILED"
        assert left(s3, execution) == set()

    def test_of_a_cancelled_one_there_is_nothing(self, athena: Any, s3: Any) -> None:
        before = [athena.start_query_execution(QueryString=ENDLESS)["QueryExecutionId"] for _ in range(AT_A_TIME)]
        shown = athena.start_query_execution(QueryString="SHOW DATABASES", **WHERE)["QueryExecutionId"]
        for id_ in (shown, *before):
            athena.stop_query_execution(QueryExecutionId=id_)
        execution = wait(athena, shown)
        assert execution["Status"]["State"] == "CANCELLED"
        assert left(s3, execution) == set()
        assert {wait(athena, id_)["Status"]["State"] for id_ in before} == {"CANCELLED"}

    @pytest.mark.parametrize("sql", ["SELECT 1", "SHOW DATABASES"])
    def test_a_bucket_that_is_not_there_fails_the_query(self, athena: Any, sql: str) -> None:
        why = reason(athena, sql, ResultConfiguration={"OutputLocation": "s3://nowhere/x/"})
        assert "there is no bucket for s3://nowhere/x/" in why

    def test_a_reason_that_cannot_be_written_stays_the_reason(
        self, athena: Any, caplog: pytest.LogCaptureFixture
    ) -> None:
        nowhere = {"ResultConfiguration": {"OutputLocation": "s3://nowhere/x/"}}
        why = reason(athena, "SHOW TABLES IN nothing", **nowhere)
        assert why == "FAILED: SemanticException [Error 10072]: Database does not exist: nothing"
        assert "the reason of a failed query was not written to s3://nowhere/x/" in caplog.text

    def test_an_address_that_is_none_is_refused(self, athena: Any) -> None:
        with pytest.raises(athena.exceptions.InvalidRequestException, match="not a valid S3 path"):
            athena.start_query_execution(QueryString="SELECT 1", ResultConfiguration={"OutputLocation": "/tmp/x"})


class TestBesideWhatWasWritten:
    """Statements that write leave no body: their metadata, with the count of rows, and the list of their files."""

    def test_create_table_as(self, athena: Any, s3: Any) -> None:
        execution = finished(athena, "CREATE TABLE prod.beside AS SELECT 1 AS n UNION ALL SELECT 2", **WHERE)
        assert place(execution) == f"{OUTPUT}tables/<id>"
        assert left(s3, execution) == {"tables/<id>.metadata", "tables/<id>-manifest.csv"}
        expected = metadata(execution, f"120c{b'CREATE TABLE'.hex()}1802{ROWS}")
        assert stored(s3, execution, "tables/<id>.metadata") == (expected, "application/octet-stream")
        manifest = stored(s3, execution, "tables/<id>-manifest.csv")[0].decode()
        assert manifest.startswith(f"{OUTPUT}tables/{execution['QueryExecutionId']}/")

    @pytest.mark.parametrize(
        ("query", "count", "names"),
        [
            ("VALUES (1)", "01", {"<id>.metadata", "<id>-manifest.csv"}),
            ("SELECT 1 WHERE false", "00", {"<id>.metadata"}),
        ],
    )
    def test_insert(self, athena: Any, s3: Any, query: str, count: str, names: set[str]) -> None:
        table = f"prod.added_{count}_to"
        assert finished(athena, f"CREATE TABLE {table} AS SELECT 1 AS n", **WHERE)["Status"]["State"] == "SUCCEEDED"
        execution = finished(athena, f"INSERT INTO {table} {query}", **WHERE)
        assert place(execution) == f"{OUTPUT}<id>"
        assert left(s3, execution) == names
        expected = metadata(execution, f"1206{b'INSERT'.hex()}18{count}{ROWS}")
        assert stored(s3, execution, "<id>.metadata") == (expected, "application/octet-stream")
        listed = execution["Statistics"].get("DataManifestLocation", "").replace(execution["QueryExecutionId"], "<id>")
        assert listed == (f"{OUTPUT}<id>-manifest.csv" if "<id>-manifest.csv" in names else "")

    def test_unload(self, athena: Any, s3: Any) -> None:
        """Clients find the metadata by the manifest's address."""
        sql = f"UNLOAD (SELECT 1 AS n) TO 's3://{BUCKET}/unloaded_beside/' WITH (format = 'PARQUET')"
        execution = finished(athena, sql, **WHERE)
        assert place(execution) == f"{OUTPUT}<id>"
        assert left(s3, execution) == {"<id>.metadata", "<id>-manifest.csv"}
        assert stored(s3, execution, "<id>.metadata")[0] == metadata(execution, f"1801{ROWS}")


class TestTables:
    """CREATE TABLE AS, INSERT, UNLOAD and DROP, as boto3 starts them."""

    def test_a_table_is_made_read_added_to_and_dropped(self, athena: Any, endpoint: Served) -> None:
        sql = """
            CREATE TABLE prod.busy WITH (format = 'PARQUET', write_compression = 'SNAPPY', partitioned_by = ARRAY['dt'])
            AS SELECT observed_at, taxis, dt FROM prod.taxi_availability WHERE taxis > 5"""
        made = finished(athena, sql, **WHERE)
        assert made["Status"]["State"] == "SUCCEEDED", made["Status"]
        assert (made["StatementType"], made["SubstatementType"]) == ("DDL", "CREATE_TABLE_AS_SELECT")
        assert rows(athena, "SELECT count(*), min(taxis), max(dt) FROM prod.busy") == [["8", "6", "2024-05-30"]]
        table = endpoint.client("glue").get_table(DatabaseName="prod", Name="busy")["Table"]
        assert table["StorageDescriptor"]["Location"] == f"{OUTPUT}tables/{made['QueryExecutionId']}/"
        assert [key["Name"] for key in table["PartitionKeys"]] == ["dt"]
        insert = "INSERT INTO prod.busy (taxis, dt) VALUES (9, DATE '2024-06-01')"
        assert finished(athena, insert, **WHERE)["Status"]["State"] == "SUCCEEDED"
        last = "SELECT observed_at, taxis, dt FROM prod.busy ORDER BY taxis DESC LIMIT 1"
        assert rows(athena, last) == [[None, "9", "2024-06-01"]]
        again = reason(athena, sql, **WHERE)
        assert again == "TABLE_ALREADY_EXISTS: line 1:1: Destination table 'awsdatacatalog.prod.busy' already exists"
        where = {"CatalogName": "AwsDataCatalog", "DatabaseName": "prod"}
        assert "busy" in [each["Name"] for each in athena.list_table_metadata(**where)["TableMetadataList"]]
        assert finished(athena, "DROP TABLE prod.busy")["Status"]["State"] == "SUCCEEDED"
        assert reason(athena, "SELECT * FROM prod.busy").startswith("TABLE_NOT_FOUND")

    def test_a_table_by_other_keys_and_of_nested_values_is_read_too(self, athena: Any) -> None:
        sql = """
            CREATE TABLE prod.kept WITH (partitioned_by = ARRAY['taxis', 'word']) AS
            SELECT ARRAY[taxis, 1] AS list, MAP(ARRAY['k'], ARRAY[taxis]) AS map,
                CAST(ROW(taxis, 'x') AS ROW(a integer, b varchar)) AS both, to_utf8('h') AS bytes,
                taxis, CASE WHEN taxis < 3 THEN 'a b' ELSE 'c/d' END AS word
            FROM prod.taxi_availability WHERE taxis IN (1, 7)"""
        assert finished(athena, sql, **WHERE)["Status"]["State"] == "SUCCEEDED"
        one = "SELECT * FROM prod.kept WHERE taxis > 5 LIMIT 1"
        assert rows(athena, one) == [["[7, 1]", "{k=7}", "{a=7, b=x}", "68", "7", "c/d"]]
        by_key = "SELECT word, taxis, count(*) FROM prod.kept GROUP BY word, taxis ORDER BY taxis"
        assert rows(athena, by_key) == [["a b", "1", "5"], ["c/d", "7", "4"]]
        insert = "INSERT INTO prod.kept (taxis, word) VALUES (8, 'e')"
        assert finished(athena, insert, **WHERE)["Status"]["State"] == "SUCCEEDED"
        assert rows(athena, "SELECT list, word FROM prod.kept WHERE taxis = 8") == [[None, "e"]]
        assert rows(athena, "SELECT count(*) FROM prod.kept") == [["10"]]
        parts = 'SELECT * FROM prod."kept$partitions" ORDER BY taxis'
        assert rows(athena, parts) == [["1", "a b"], ["7", "c/d"], ["8", "e"]]
        assert reason(athena, 'SELECT 1 FROM prod."kept$partitions$partitions"').startswith("TABLE_NOT_FOUND")
        named_p = "CREATE TABLE prod.named_p WITH (partitioned_by = ARRAY['p']) AS SELECT 1 AS n, 'x' AS p"
        assert finished(athena, named_p, **WHERE)["Status"]["State"] == "SUCCEEDED"
        assert rows(athena, "SELECT n, p FROM prod.named_p WHERE p = 'x'") == [["1", "x"]]
        assert finished(athena, "DROP TABLE prod.kept")["Status"]["State"] == "SUCCEEDED"

    @pytest.mark.parametrize(
        ("name", "type_", "value"),
        [("by_number", "integer", "5"), ("by_day", "date", "2024-05-30"), ("by_text", "varchar", "x")],
    )
    def test_a_partition_of_null(self, athena: Any, name: str, type_: str, value: str) -> None:
        sql = f"""
            CREATE TABLE prod.{name} WITH (partitioned_by = ARRAY['p']) AS
            SELECT n, CAST(p AS {type_}) AS p FROM (VALUES (1, NULL), (2, '{value}')) AS t (n, p)"""
        assert finished(athena, sql, **WHERE)["Status"]["State"] == "SUCCEEDED"
        assert rows(athena, f'SELECT p FROM prod."{name}$partitions" ORDER BY p') == [[value], [None]]
        assert rows(athena, f"SELECT n, p FROM prod.{name} ORDER BY n") == [["1", None], ["2", value]]

    def test_unload_writes_parquet_and_a_manifest(self, athena: Any, s3: Any) -> None:
        to = f"s3://{BUCKET}/unloaded/"
        sql = f"UNLOAD (SELECT taxis FROM prod.taxi_availability) TO '{to}' WITH (format = 'PARQUET')"
        execution = finished(athena, sql, **WHERE)
        assert execution["SubstatementType"] == "UNLOAD"
        assert (
            execution["Statistics"]["DataManifestLocation"] == f"{OUTPUT}{execution['QueryExecutionId']}-manifest.csv"
        )
        manifest = stored(s3, execution, "<id>-manifest.csv")[0].decode().split()
        assert [each.startswith(to) for each in manifest] == [True]
        result = athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])
        assert result["UpdateCount"] == 30
        assert reason(athena, sql, **WHERE).startswith("HIVE_PATH_ALREADY_EXISTS")

    def test_what_cannot_be_written_says_why(self, athena: Any) -> None:
        for sql, why in (
            (
                "CREATE TABLE prod.x AS SELECT 1",
                "MISSING_COLUMN_NAME: line 1:1: Column name not specified at position 1",
            ),
            ("CREATE TABLE prod.x AS SELECT 1 AS a, 2 AS a", "DUPLICATE_COLUMN_NAME: "),
            ("CREATE TABLE prod.x AS SELECT NULL AS a", "COLUMN_TYPE_UNKNOWN: line 1:1: Column type is unknown: a"),
            ("CREATE TABLE prod.x WITH (format = 'ORC') AS SELECT 1 AS a", "NOT_SUPPORTED: "),
            (
                "CREATE TABLE prod.x WITH (partitioned_by = ARRAY['n']) AS SELECT 1 AS a, n FROM"
                " UNNEST(sequence(1, 101)) AS t (n)",
                "HIVE_TOO_MANY_OPEN_PARTITIONS: ",
            ),
            ("CREATE TABLE prod.x WITH (partitioned_by = ARRAY['a']) AS SELECT 1 AS a, 2 AS b", "HIVE_COLUMN_ORDER"),
            ("INSERT INTO prod.area SELECT 1", "NOT_SUPPORTED: line 1:1: prod.area is written by Millrace"),
            ("INSERT INTO prod.nothing SELECT 1", "TABLE_NOT_FOUND: "),
            ("DROP TABLE prod.area", "NOT_SUPPORTED: line 1:1: prod.area is written by Millrace"),
            ("DROP TABLE `millrace_dev_prod`.`area`", "NOT_SUPPORTED: "),
            ("CREATE TABLE prod.area AS SELECT 1 AS a", "NOT_SUPPORTED: "),
        ):
            assert reason(athena, sql, **WHERE).startswith(why), sql
