"""Tables and views that people define through the local Athena endpoint, as dbt and others write the statements."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.end_to_end.athena_api.athena_lake import (
    BUCKET,
    Served,
    finished,
    make_lake,
    reason,
    refused,
    rows,
    served,
    served_with_s3,
)

IN_S3: dict[str, Any] = {"ResultConfiguration": {"OutputLocation": f"s3://{BUCKET}/queries/"}}
MARTS = {"QueryExecutionContext": {"Catalog": "awsdatacatalog", "Database": "marts"}}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("definitions") / "lake"
    make_lake(home)
    with served_with_s3(home) as found:
        yield found


@pytest.fixture(scope="module")
def athena(endpoint: Served) -> Any:
    client = endpoint.client()
    done(client, "create schema if not exists `marts`")
    return client


@pytest.fixture
def busy(endpoint: Served, athena: Any) -> Iterator[str]:
    """A table of two partitions."""
    done(
        athena,
        'create table "awsdatacatalog"."marts"."busy"\n    with (\n      table_type=\'hive\',\n      is_external=true,'
        f"external_location='s3://{BUCKET}/data/busy',\n      partitioned_by=ARRAY['part'],\n"
        "      format='parquet'\n    )"
        "\n    as\n      select taxis, taxis % 2 as part from prod.taxi_availability",
    )
    yield "marts.busy"
    done(athena, "drop table if exists marts.busy")
    emptied(endpoint, "data/busy/")


def done(athena: Any, sql: str, **options: Any) -> dict[str, Any]:
    execution = finished(athena, sql, **{**IN_S3, **MARTS, **options})
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    return execution


def lines(athena: Any, sql: str) -> list[str]:
    """The rows of a statement that shows something."""
    id_ = done(athena, sql)["QueryExecutionId"]
    found = athena.get_query_results(QueryExecutionId=id_)["ResultSet"]["Rows"]
    return [row["Data"][0]["VarCharValue"] for row in found]


def emptied(endpoint: Served, prefix: str) -> None:
    s3 = endpoint.client("s3")
    for each in s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", ()):
        s3.delete_object(Bucket=BUCKET, Key=each["Key"])


class TestAlterTable:
    def test_properties_are_set_and_shown(self, athena: Any, busy: str) -> None:
        comment = '/* {"app": "dbt"} */'
        done(athena, f"{comment}\nalter table `marts`.`busy` set tblproperties ('classification' = 'x', 'a b' = 'c=d')")
        assert lines(athena, "SHOW TBLPROPERTIES busy") == ["EXTERNAL\tTRUE", "a b\tc=d", "classification\tx"]
        assert lines(athena, "SHOW TBLPROPERTIES `marts`.`busy` ('a b')") == ["c=d"]
        assert lines(athena, f"SHOW TBLPROPERTIES {busy}('none')") == ["Table marts.busy does not have property: none"]
        assert lines(athena, "SHOW TBLPROPERTIES prod.taxi_availability('classification')") == ["parquet"]

    def test_a_column_that_is_added_is_null_in_the_rows_before(self, athena: Any, busy: str) -> None:
        done(athena, "alter table `marts`.`busy`\n add columns (\n `more` bigint, tags array<string>)")
        done(athena, "insert into marts.busy (taxis, more, part) (select 7, 8, 1)")
        found = rows(
            athena, f"SELECT more, count(*), max(cardinality(tags)) FROM {busy} GROUP BY 1 ORDER BY 1", **IN_S3
        )
        assert found == [["8", "1", None], [None, "30", None]]
        assert "Duplicate column name: part" in reason(athena, f"ALTER TABLE {busy} ADD COLUMNS (part int)")

    def test_only_tables_of_the_registry_are_changed(self, athena: Any) -> None:
        assert "written by Millrace's workflows" in reason(
            athena, "ALTER TABLE prod.area SET TBLPROPERTIES ('classification' = 'csv')"
        )
        assert "Table not found marts.nothing" in reason(
            athena, "ALTER TABLE nothing SET TBLPROPERTIES ('a' = 'b')", **MARTS
        )


class TestExternalTables:
    def test_partitions_of_objects_that_exist_are_found(self, athena: Any, busy: str) -> None:
        sql = f"""CREATE EXTERNAL TABLE IF NOT EXISTS `marts`.`again` (
            `taxis` int COMMENT 'how many'
        ) COMMENT 'the same objects' PARTITIONED BY (part int) STORED AS PARQUET
        LOCATION 's3://{BUCKET}/data/busy/' TBLPROPERTIES ('owner' = 'me')"""
        done(athena, sql)
        done(athena, sql)
        assert rows(athena, "SELECT count(*) FROM marts.again", **IN_S3) == [["0"]]
        assert lines(athena, "MSCK REPAIR TABLE `marts`.`again`") == [
            "Partitions not in metastore:\tagain:part=0\tagain:part=1",
            "Repair: Added partition to metastore again:part=0",
            "Repair: Added partition to metastore again:part=1",
        ]
        assert lines(athena, "MSCK REPAIR TABLE again") == []
        assert rows(athena, "SELECT count(*), min(part) FROM marts.again", **IN_S3) == [["30", "0"]]
        assert lines(athena, "SHOW TBLPROPERTIES again") == ["EXTERNAL\tTRUE", "owner\tme"]
        assert "Table again already exists" in reason(athena, sql.replace("IF NOT EXISTS ", ""), **MARTS)
        done(athena, "DROP TABLE again")

    def test_a_table_of_csv_objects_as_seeds_are(self, endpoint: Served, athena: Any) -> None:
        body = b'id,name\n1,one\n2,"two, three"\n'
        endpoint.client("s3").put_object(Bucket=BUCKET, Key="seeds/names.csv", Body=body)
        done(
            athena,
            "create external table `marts`.`names` (`id` string, `name` string)\n"
            "row format serde 'org.apache.hadoop.hive.serde2.OpenCSVSerde'\n"
            f"location 's3://{BUCKET}/seeds'\ntblproperties (\n      'skip.header.line.count'='1'\n)",
        )
        sql = "select cast(nullif(\"id\", '') as integer) as id, name from marts.names order by 1"
        assert rows(athena, sql, **IN_S3) == [["1", "one"], ["2", "two, three"]]
        assert "cannot be written to" in reason(athena, "insert into marts.names values ('3', 'x')", **IN_S3)

    @pytest.mark.parametrize(
        ("rest", "why"),
        [
            ("(a int) STORED AS ORC", "the format ORC is not supported here; use PARQUET"),
            ("(a int)", "the format textfile is not supported here; use PARQUET"),
            ("(a uuid) STORED AS PARQUET", "the column a: unknown column type 'uuid'"),
            (
                "(a int) ROW FORMAT SERDE 'org.apache.hadoop.hive.serde2.OpenCSVSerde'",
                "the column a is no string; tables of CSV objects have strings alone here",
            ),
        ],
    )
    def test_what_could_not_be_read_is_not_made(self, athena: Any, rest: str, why: str) -> None:
        assert why in reason(athena, f"CREATE EXTERNAL TABLE marts.never {rest} LOCATION 's3://{BUCKET}/x'")


class TestViews:
    def test_a_view_is_made_replaced_listed_and_dropped(self, endpoint: Served, athena: Any, busy: str) -> None:
        done(athena, 'create or replace view\n    "awsdatacatalog"."marts"."most"\n  as\n  select 1 as most')
        done(
            athena,
            "create or replace view marts.most as with t as (select taxis from busy) select max(taxis) most from t;",
        )
        assert rows(athena, "SELECT m.most + 1 FROM marts.most AS m", **IN_S3) == [["8"]]
        done(athena, "CREATE VIEW twice AS SELECT a.most, b.most AS again FROM most a CROSS JOIN marts.most b")
        assert rows(athena, "WITH most AS (SELECT 2 AS x) SELECT again, x FROM marts.twice, most", **IN_S3) == [
            ["7", "2"]
        ]
        assert lines(athena, "SHOW VIEWS IN marts LIKE 'm*'") == ["most"]
        assert lines(athena, "SHOW CREATE VIEW twice")[0] == "CREATE VIEW marts.twice AS"
        found = athena.get_table_metadata(CatalogName="AwsDataCatalog", DatabaseName="marts", TableName="most")
        assert found["TableMetadata"]["TableType"] == "VIRTUAL_VIEW"
        assert found["TableMetadata"]["Columns"] == [{"Name": "most", "Type": "int"}]
        listed = "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = 'marts' ORDER BY 1"
        assert rows(athena, listed)[:2] == [["busy", "BASE TABLE"], ["most", "VIEW"]]
        kept = endpoint.client("glue").get_table(DatabaseName="marts", Name="most")["Table"]
        assert kept["ViewOriginalText"].startswith("/* Presto View: ")
        for name in ("twice", "most"):
            done(athena, f"drop view if exists marts.{name}")
        done(athena, "drop view if exists marts.most")
        assert lines(athena, "SHOW VIEWS IN marts") == []

    @pytest.mark.parametrize(
        ("sql", "why"),
        [
            ("CREATE VIEW marts.v AS SELECT nobody FROM prod.area", "Column 'nobody' cannot be resolved"),
            ("CREATE VIEW marts.v AS SELECT 1", "Column name not specified at position 1"),
            ("CREATE VIEW marts.v AS SELECT * FROM read_csv('/etc/passwd')", "Table functions are not supported"),
            ("CREATE VIEW prod.area AS SELECT 1 AS x", "written by Millrace's workflows"),
            ("DROP VIEW marts.nothing", "View 'awsdatacatalog.marts.nothing' does not exist"),
        ],
    )
    def test_what_is_no_view_is_refused(self, athena: Any, sql: str, why: str) -> None:
        assert why in reason(athena, sql)

    def test_a_view_of_someone_else_passes_the_fence_too(self, endpoint: Served, athena: Any) -> None:
        for name, text in (("open", "SELECT * FROM read_text('/etc/passwd')"), ("me", "SELECT x FROM marts.me")):
            endpoint.client("glue").create_table(
                DatabaseName="marts",
                TableInput={"Name": name, "TableType": "VIRTUAL_VIEW", "ViewOriginalText": text},
            )
        assert reason(athena, "SELECT * FROM marts.open").startswith(
            "INVALID_VIEW: line 1:1: Failed analyzing stored view 'awsdatacatalog.marts.open'"
        )
        assert "need each other" in reason(athena, "SELECT * FROM marts.me")


def test_a_database_is_dropped_with_its_tables_only_if_told(athena: Any) -> None:
    done(athena, "create schema if not exists `scratch`")
    done(athena, "create view scratch.v as select 1 as x")
    assert "Database scratch is not empty" in reason(athena, "DROP SCHEMA scratch")
    done(athena, "drop schema if exists `scratch` cascade")
    assert lines(athena, "SHOW DATABASES LIKE 'scratch'") == []
    done(athena, "DROP DATABASE IF EXISTS scratch")
    assert "Database does not exist: scratch" in reason(athena, "DROP DATABASE scratch")
    for layer in ("prod", "millrace_dev_prod"):
        assert "written by Millrace's workflows only" in reason(athena, f"DROP DATABASE {layer} CASCADE")


def test_without_an_object_store_nothing_is_defined(endpoint: Served) -> None:
    with served(endpoint.home) as bare:
        for sql in (
            "CREATE VIEW prod.v AS SELECT 1 AS x",
            f"CREATE EXTERNAL TABLE prod.t (a int) STORED AS PARQUET LOCATION 's3://{BUCKET}/x'",
            "ALTER TABLE prod.t SET TBLPROPERTIES ('a' = 'b')",
        ):
            assert "this endpoint has no catalog to write to" in reason(bare.client(), sql)
        assert rows(bare.client(), "SELECT count(*) FROM information_schema.views") == [["0"]]
        found = refused(bare.client().start_query_execution, QueryString="ALTER TABLE prod.t SET TBLPROPERTIES (a)")
        assert found["AthenaErrorCode"] == "MALFORMED_QUERY"
