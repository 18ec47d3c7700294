"""Clients that others wrote, unchanged, against the local Athena endpoint; S3, Glue and STS are moto's."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.athena_api.athena_lake import (
    OUTPUT,
    REGION,
    Served,
    make_lake,
    rows,
    served,
    served_with_s3,
    wait,
)
from tests.unit.athena_sql.endpoint.fenced_lake import ENDLESS

PER_MINUTE = [minute % 7 + 1 for minute in range(30)]
BY_TAXIS = "SELECT taxis, count(*) AS snapshots FROM prod.taxi_availability GROUP BY taxis ORDER BY taxis"
FIRST = datetime.fromisoformat("2024-05-30 03:59:58")  # stored times are naive, and UTC
COUNTED = [(taxis, 5 if taxis <= 2 else 4) for taxis in range(1, 8)]


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("clients") / "lake"
    make_lake(home)
    return home


@pytest.fixture(scope="module")
def endpoint(lake: Path) -> Iterator[Served]:
    with served_with_s3(lake) as found:
        yield found


@pytest.fixture(scope="module")
def athena(endpoint: Served) -> Any:
    return endpoint.client()


@pytest.fixture(scope="module")
def wr(endpoint: Served) -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import awswrangler

        config = awswrangler.config
        config.athena_endpoint_url = endpoint.url
        config.s3_endpoint_url = config.glue_endpoint_url = config.sts_endpoint_url = endpoint.aws
        yield awswrangler
        config.reset()


class TestAwsWrangler:
    @pytest.mark.filterwarnings("ignore")
    @pytest.mark.parametrize(
        "how", [{"ctas_approach": True}, {"ctas_approach": False, "unload_approach": True}, {"ctas_approach": False}]
    )
    def test_read_sql_query(self, wr: Any, how: dict[str, bool]) -> None:
        columns = "observed_at, taxis, taxis_hundreds, business_hours, dt, run_id"
        sql = f"SELECT {columns} FROM taxi_availability ORDER BY observed_at"
        place = f"{OUTPUT}wrangler-{'-'.join(how)}"
        frame = wr.athena.read_sql_query(
            sql, database="prod", s3_output=place, athena_query_wait_polling_delay=0.01, keep_files=False, **how
        )
        assert list(frame.taxis) == PER_MINUTE
        assert frame.taxis_hundreds[0] == Decimal("0.01")
        assert frame.observed_at[0].to_pydatetime() == FIRST
        assert frame.dt[0] == date(2024, 5, 30)
        assert frame.business_hours.all()
        assert frame.query_metadata["Status"]["State"] == "SUCCEEDED"

    @pytest.mark.filterwarnings("ignore")
    def test_an_empty_result_has_its_columns(self, wr: Any) -> None:
        sql = "SELECT taxis, run_id FROM taxi_availability WHERE taxis > 100"
        frame = wr.athena.read_sql_query(
            sql, database="prod", s3_output=f"{OUTPUT}empty", athena_query_wait_polling_delay=0.01
        )
        assert (list(frame.columns), len(frame)) == (["taxis", "run_id"], 0)

    @pytest.mark.filterwarnings("ignore")
    def test_chunks_parameters_and_metadata(self, wr: Any) -> None:
        options = {"database": "prod", "s3_output": f"{OUTPUT}chunks", "athena_query_wait_polling_delay": 0.01}
        chunks = wr.athena.read_sql_query(
            "SELECT taxis FROM taxi_availability", ctas_approach=False, chunksize=7, **options
        )
        assert [len(chunk) for chunk in chunks] == [7, 7, 7, 7, 2]
        sql = "SELECT name FROM area WHERE area_id = ?"
        found = wr.athena.read_sql_query(sql, params=["2"], paramstyle="qmark", ctas_approach=False, **options)
        assert list(found.name) == ["BEDOK"]
        described = wr.athena.describe_table("taxi_availability", database="prod", s3_output=f"{OUTPUT}described")
        assert dict(zip(described["Column Name"], described["Type"], strict=True))["taxis"] == "int"
        assert bool(described[described["Column Name"] == "dt"]["Partition"].iloc[0])


@pytest.fixture(scope="module", params=["s3", "managed"])
def options(request: pytest.FixtureRequest, endpoint: Served) -> dict[str, Any]:
    """Results through S3, and kept by the endpoint itself (as in a work group with managed results)."""
    options = {"region_name": REGION, "endpoint_url": endpoint.url, "poll_interval": 0.01, "schema_name": "prod"}
    place = {"s3_staging_dir": OUTPUT} if request.param == "s3" else {"work_group": "primary"}
    return {**options, **place}


class TestPyAthena:
    @pytest.fixture(autouse=True)
    def addresses(self, endpoint: Served) -> Iterator[None]:
        """PyAthena makes its S3 client by itself; this is boto3's own variable for it."""
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("AWS_ENDPOINT_URL_S3", endpoint.aws)
            yield

    def test_cursor(self, options: dict[str, Any]) -> None:
        from pyathena import connect

        with connect(**options).cursor() as cursor:
            assert cursor.execute(BY_TAXIS).fetchall() == COUNTED
            assert [column[:2] for column in cursor.description] == [("taxis", "integer"), ("snapshots", "bigint")]
            assert cursor.data_scanned_in_bytes > 0
            [row] = cursor.execute(
                "SELECT observed_at, taxis_hundreds, suspect, dt FROM taxi_availability ORDER BY 1 LIMIT 1"
            )
            assert row == (FIRST, Decimal("0.01"), False, date(2024, 5, 30))
            sql = "SELECT n FROM UNNEST(sequence(1, 2500)) AS t (n) WHERE n > %(least)d AND 'it''s' = %(text)s"
            assert len(cursor.execute(sql, {"least": 100, "text": "it's"}).fetchall()) == 2400
            assert cursor.execute("SELECT ?, ?", ["'a'", "1"], paramstyle="qmark").fetchall() == [("a", 1)]
            cursor.execute("SELECT ARRAY[1, NULL], MAP(ARRAY['k'], ARRAY[1]), CAST(ROW(1) AS ROW(a integer)), NULL")
            assert cursor.fetchone() == ([1, None], {"k": "1"}, {"a": "1"}, None)

    def test_dict_cursor(self, options: dict[str, Any]) -> None:
        from pyathena import connect
        from pyathena.cursor import DictCursor

        with connect(**options).cursor(DictCursor) as cursor:
            assert cursor.execute(BY_TAXIS).fetchone() == {"taxis": 1, "snapshots": 5}

    def test_pandas_cursor(self, options: dict[str, Any]) -> None:
        from pyathena import connect
        from pyathena.pandas.cursor import PandasCursor

        with connect(**options).cursor(PandasCursor) as cursor:
            frame = cursor.execute("SELECT observed_at, taxis FROM taxi_availability ORDER BY 1").as_pandas()
        assert list(frame.taxis) == PER_MINUTE
        assert frame.observed_at.iloc[-1].to_pydatetime() == FIRST + timedelta(minutes=29)

    def test_arrow_cursor(self, endpoint: Served) -> None:
        """By the endpoint's own results: what it reads of S3 goes by pyarrow, which PyAthena gives no other address."""
        from pyathena import connect
        from pyathena.arrow.cursor import ArrowCursor

        options: dict[str, Any] = {
            "region_name": REGION,
            "endpoint_url": endpoint.url,
            "poll_interval": 0.01,
            "schema_name": "prod",
        }
        with connect(**options, work_group="primary").cursor(ArrowCursor) as cursor:
            table = cursor.execute("SELECT taxis, snapshot_id FROM taxi_availability ORDER BY observed_at").as_arrow()
        assert table.column("taxis").to_pylist() == PER_MINUTE

    def test_errors_and_metadata(self, options: dict[str, Any]) -> None:
        from pyathena import connect
        from pyathena.error import OperationalError

        with connect(**options).cursor() as cursor:
            with pytest.raises(OperationalError, match="TABLE_NOT_FOUND: line 1:15: "):
                cursor.execute("SELECT * FROM prod.nothing")
            assert "area" in [table.name for table in cursor.list_table_metadata(schema_name="prod")]
            assert cursor.get_table_metadata("area", schema_name="prod").columns[0].name == "area_id"

    def test_sqlalchemy(self, options: dict[str, Any], endpoint: Served) -> None:
        import sqlalchemy as sa

        engine = sa.create_engine("awsathena+rest://", connect_args=options)
        with engine.connect() as connection:
            assert connection.execute(sa.text(BY_TAXIS)).fetchall() == COUNTED
            table = sa.Table("taxi_availability", sa.MetaData(schema="prod"), autoload_with=connection)
            assert isinstance(table.c.taxis.type, sa.Integer)
            counted = sa.select(sa.func.count()).select_from(table).where(table.c.taxis > 5)
            assert connection.execute(counted).scalar_one() == 8
            bound = (
                sa.select(table.c.taxis).where(table.c.dt == date(2024, 5, 30)).order_by(table.c.observed_at).limit(3)
            )
            assert connection.execute(bound).scalars().all() == [1, 2, 3]
            inspector = sa.inspect(connection)
            assert {"prod", "raw", "staging", "ops"} <= set(inspector.get_schema_names())
            assert "area" in inspector.get_table_names(schema="prod")
            assert not inspector.has_table("nothing", schema="prod")
        engine.dispose()


class TestGrafana:
    """The ten operations that its Athena plugin calls, in its order, with its macros expanded (see FACTS)."""

    def test_the_plugins_calls(self, athena: Any) -> None:
        context = {"Catalog": "AwsDataCatalog", "Database": "prod"}
        assert rows(athena, "SELECT 1", QueryExecutionContext=context, WorkGroup="primary") == [["1"]]  # health check
        assert athena.list_data_catalogs()["DataCatalogsSummary"]
        assert athena.list_databases(CatalogName="AwsDataCatalog")["DatabaseList"]
        assert athena.list_work_groups()["WorkGroups"]
        listed = athena.list_table_metadata(CatalogName="AwsDataCatalog", DatabaseName="prod")["TableMetadataList"]
        name = next(table["Name"] for table in listed if table["Name"] == "taxi_availability")
        where = {"CatalogName": "AwsDataCatalog", "DatabaseName": "prod", "TableName": name}
        assert athena.get_table_metadata(**where)["TableMetadata"]["Columns"]
        version = athena.get_work_group(WorkGroup="primary")["WorkGroup"]["Configuration"]["EngineVersion"]
        assert version["EffectiveEngineVersion"] == "Athena engine version 3"
        id_ = athena.start_query_execution(QueryString=ENDLESS, QueryExecutionContext=context)["QueryExecutionId"]
        athena.stop_query_execution(QueryExecutionId=id_)  # a panel that was left
        assert wait(athena, id_)["Status"]["State"] == "CANCELLED"

    def test_macros(self, athena: Any) -> None:
        window = "observed_at BETWEEN TIMESTAMP '2024-05-30 04:00:00' AND TIMESTAMP '2024-05-30 04:09:59'"
        by_time = f"""
            SELECT FROM_UNIXTIME(FLOOR(TO_UNIXTIME(observed_at)/300)*300) AS time, max(taxis) AS taxis
            FROM prod.taxi_availability WHERE {window} GROUP BY 1 ORDER BY 1"""  # $__timeFilter, $__timeGroup
        assert rows(athena, by_time) == [
            ["2024-05-30 04:00:00.000 UTC", "6"],
            ["2024-05-30 04:05:00.000 UTC", "7"],
        ]
        by_date = "SELECT count(*) FROM prod.taxi_availability WHERE dt BETWEEN date '2024-05-30' AND date '2024-05-31'"
        assert rows(athena, by_date) == [["30"]]
        parsed = "observed_at > parse_datetime('2024-05-30 04', 'yyyy-MM-dd HH')"
        assert rows(athena, f"SELECT count(*) FROM prod.taxi_availability WHERE {parsed}") == [["29"]]
        edges = "TIMESTAMP '2024-05-30 04:00:00', TIMESTAMP '2024-05-30 04:09:59'"  # $__timeFrom, $__timeTo
        raw = "'2024-05-30 04:00:00', '2024-05-30 04:09:59'"  # $__rawTimeFrom, $__rawTimeTo
        since = ("2024-05-30 04:00:00.000", "2024-05-30 04:09:59.000", "2024-05-30 04:00:00", "2024-05-30 04:09:59")
        assert rows(athena, f"SELECT {edges}, {raw}") == [list(since)]
        text = "date_format(observed_at, '%Y-%m-%d %H:%i:%s')"
        grouped = f"""
            SELECT FROM_UNIXTIME(FLOOR(TO_UNIXTIME(parse_datetime(t, 'yyyy-MM-dd HH:mm:ss'))/300)*300) AS time, count(*)
            FROM (SELECT {text} AS t FROM prod.taxi_availability WHERE {window}) GROUP BY 1 ORDER BY 1"""
        assert rows(athena, grouped) == [  # $__timeGroup of a text
            ["2024-05-30 04:00:00.000 UTC", "5"],
            ["2024-05-30 04:05:00.000 UTC", "5"],
        ]
        epoch = """
            SELECT FROM_UNIXTIME(FLOOR(e/300)*300) AS time, count(*)
            FROM (SELECT to_unixtime(observed_at) AS e FROM prod.taxi_availability)
            WHERE e BETWEEN 1717041600 AND 1717041899 GROUP BY 1"""  # $__unixEpochFilter, $__unixEpochGroup
        assert rows(athena, epoch) == [["2024-05-30 04:00:00.000 UTC", "5"]]


def _aws_command() -> list[str]:
    """As a module of this environment or, without that, as a command of the machine."""
    if importlib.util.find_spec("awscli"):
        return [sys.executable, "-m", "awscli"]
    found = shutil.which("aws")
    if found is None:
        pytest.skip("the AWS command line is not installed (pip install awscli)")
    return [found]


class TestCommandLine:
    def test_the_aws_command_line(self, endpoint: Served) -> None:
        command = _aws_command()

        def aws(*words: str) -> Any:
            environment = {**os.environ, "AWS_ENDPOINT_URL_ATHENA": endpoint.url, "AWS_PAGER": ""}
            done = subprocess.run(
                [*command, "athena", *words, "--output", "json"],
                capture_output=True,
                text=True,
                env=environment,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            return json.loads(done.stdout or "{}")

        started = aws("start-query-execution", "--query-string", BY_TAXIS, "--query-execution-context", "Database=prod")
        id_ = ["--query-execution-id", started["QueryExecutionId"]]
        end = time.monotonic() + 30
        while aws("get-query-execution", *id_)["QueryExecution"]["Status"]["State"] in ("QUEUED", "RUNNING"):
            assert time.monotonic() < end
        found = aws("get-query-results", *id_)["ResultSet"]["Rows"]
        assert [[each["VarCharValue"] for each in row["Data"]] for row in found[1:]] == [
            [str(a), str(b)] for a, b in COUNTED
        ]
        assert "prod" in [
            each["Name"] for each in aws("list-databases", "--catalog-name", "AwsDataCatalog")["DatabaseList"]
        ]


class TestSignatures:
    def test_keys_are_checked_where_they_are_set(self, lake: Path) -> None:
        with served(lake, signed=True) as signed:
            assert rows(signed.client(), "SELECT 'signed'") == [["signed"]]
            for keys, error in (
                ({"aws_secret_access_key": "another"}, "InvalidSignatureException"),
                ({"aws_access_key_id": "ANOTHER"}, "UnrecognizedClientException"),
            ):
                client = signed.client(**keys)
                with pytest.raises(client.exceptions.ClientError) as raised:
                    client.list_work_groups()
                assert raised.value.response["Error"]["Code"] == error
