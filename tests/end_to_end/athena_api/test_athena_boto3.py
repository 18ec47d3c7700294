"""boto3 against the local Athena endpoint, without any object store: the operations and their answers."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.athena_api.athena_lake import Served, finished, make_lake, reason, refused, rows, served, wait
from tests.unit.athena_sql.endpoint.fenced_lake import ENDLESS

PROD = {"QueryExecutionContext": {"Database": "prod", "Catalog": "AwsDataCatalog"}}


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    home = tmp_path_factory.mktemp("athena") / "lake"
    make_lake(home)
    with served(home) as found:
        yield found


@pytest.fixture(scope="module")
def athena(endpoint: Served) -> Any:
    return endpoint.client()


def test_a_query_over_the_lake(athena: Any) -> None:
    sql = "SELECT taxis, count(*) FROM taxi_availability WHERE dt = DATE '2024-05-30' GROUP BY taxis ORDER BY taxis"
    assert rows(athena, sql, **PROD) == [[str(taxis), "5" if taxis <= 2 else "4"] for taxis in range(1, 8)]
    for name in ("prod.area", "awsdatacatalog.prod.area", '"AwsDataCatalog"."prod"."area"', "millrace_dev_prod.area"):
        assert rows(athena, f"SELECT count(*) FROM {name}") == [["55"]]


def test_the_execution_says_what_was_done(athena: Any) -> None:
    sql = "SELECT taxis FROM taxi_availability"
    execution = finished(athena, sql, **PROD)
    assert (execution["Query"], execution["StatementType"], execution["SubstatementType"]) == (sql, "DML", "SELECT")
    assert execution["QueryExecutionContext"] == {"Database": "prod", "Catalog": "awsdatacatalog"}
    assert execution["WorkGroup"] == "primary"
    assert execution["EngineVersion"]["EffectiveEngineVersion"] == "Athena engine version 3"
    assert execution["ManagedQueryResultsConfiguration"] == {"Enabled": True}
    assert "OutputLocation" not in execution.get("ResultConfiguration", {})
    status, statistics = execution["Status"], execution["Statistics"]
    assert status["SubmissionDateTime"] <= status["CompletionDateTime"]
    assert 0 < statistics["DataScannedInBytes"] < 2000
    assert statistics["TotalExecutionTimeInMillis"] >= statistics["EngineExecutionTimeInMillis"]
    found = athena.get_query_runtime_statistics(QueryExecutionId=execution["QueryExecutionId"])[
        "QueryRuntimeStatistics"
    ]
    assert found["Rows"] == {"InputBytes": statistics["DataScannedInBytes"], "OutputRows": 30}
    assert found["Timeline"]["TotalExecutionTimeInMillis"] == statistics["TotalExecutionTimeInMillis"]


def test_only_the_columns_and_partitions_that_are_read_count_as_scanned(athena: Any) -> None:
    def scanned(sql: str) -> int:
        return int(finished(athena, sql, **PROD)["Statistics"]["DataScannedInBytes"])

    one, all_ = scanned("SELECT taxis FROM taxi_availability"), scanned("SELECT * FROM taxi_availability")
    assert 0 < one < all_
    assert scanned("SELECT count(*) FROM taxi_availability") == 0
    assert scanned("SELECT taxis FROM taxi_availability WHERE dt = DATE '2024-05-31'") == 0
    assert scanned("SELECT count(*) FROM taxi_availability WHERE taxis > 3") == one
    twice = "SELECT a.taxis FROM taxi_availability a JOIN taxi_availability b ON a.taxis = b.taxis"
    assert scanned(twice) == 2 * one


def test_pages_of_a_thousand_rows_with_the_header_in_the_first(athena: Any) -> None:
    sql = "SELECT n FROM UNNEST(sequence(1, 2500)) AS t (n)"
    id_ = finished(athena, sql)["QueryExecutionId"]
    pages = list(athena.get_paginator("get_query_results").paginate(QueryExecutionId=id_))
    assert [len(page["ResultSet"]["Rows"]) for page in pages] == [1000, 1000, 501]
    texts = [row["Data"][0]["VarCharValue"] for page in pages for row in page["ResultSet"]["Rows"]]
    assert texts == ["n", *map(str, range(1, 2501))]
    first = athena.get_query_results(QueryExecutionId=id_, MaxResults=3)
    second = athena.get_query_results(QueryExecutionId=id_, MaxResults=2, NextToken=first["NextToken"])
    assert [row["Data"][0]["VarCharValue"] for row in second["ResultSet"]["Rows"]] == ["3", "4"]
    paged = athena.get_paginator("get_query_results").paginate(QueryExecutionId=id_, PaginationConfig={"PageSize": 999})
    assert sum(len(page["ResultSet"]["Rows"]) for page in paged) == 2501
    full = finished(athena, "SELECT n FROM UNNEST(sequence(1, 1999)) AS t (n)")["QueryExecutionId"]
    pages = list(athena.get_paginator("get_query_results").paginate(QueryExecutionId=full))
    assert [len(page["ResultSet"]["Rows"]) for page in pages] == [1000, 1000, 0]


def test_requests_are_checked_against_the_service_model(endpoint: Served) -> None:
    athena = endpoint.client()
    answer = refused(athena.start_query_execution, QueryString="SELECT 1", WorkGroup="a b")
    assert "at 'workGroup' failed to satisfy constraint" in answer["Error"]["Message"]
    answer = refused(athena.list_query_executions, MaxResults=51)
    assert "Member must have value less than or equal to 50" in answer["Error"]["Message"]
    assert (answer["AthenaErrorCode"], answer["Error"]["Code"]) == ("INVALID_INPUT", "InvalidRequestException")
    answer = refused(athena.start_query_execution, QueryString="SELECT 1", WorkGroup="other")
    assert answer["Error"]["Message"] == "WorkGroup is not found."
    elsewhere = {"QueryExecutionContext": {"Catalog": "elsewhere"}}
    answer = refused(athena.start_query_execution, QueryString="SELECT 1", **elsewhere)
    assert answer["Error"]["Message"] == "Data catalog elsewhere was not found."
    nowhere = {"ResultConfiguration": {"OutputLocation": "bucket"}}
    answer = refused(athena.start_query_execution, QueryString="SELECT 1", **nowhere)
    assert answer["Error"]["Message"] == "outputLocation is not a valid S3 path: bucket"
    answer = refused(athena.get_query_execution, QueryExecutionId="nobody")
    assert answer["Error"] == {"Code": "InvalidRequestException", "Message": "QueryExecution nobody was not found"}
    assert answer["AthenaErrorCode"] == "QUERY_EXECUTION_NOT_FOUND"
    assert refused(athena.list_tags_for_resource, ResourceARN="x")["Error"]["Code"] == "UnknownOperationException"


def test_a_token_starts_one_query(athena: Any) -> None:
    token = uuid.uuid4().hex
    first = athena.start_query_execution(QueryString="SELECT 1", ClientRequestToken=token)["QueryExecutionId"]
    assert athena.start_query_execution(QueryString="SELECT 1", ClientRequestToken=token)["QueryExecutionId"] == first
    answer = refused(athena.start_query_execution, QueryString="SELECT 2", ClientRequestToken=token)
    assert answer["Error"]["Message"] == "Idempotent parameters do not match"


def test_a_result_is_used_again_only_for_the_same_text(athena: Any) -> None:
    reuse = {"ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": 60}}}

    def reused(sql: str, **options: Any) -> bool:
        execution = finished(athena, sql, **PROD, **options)
        flag = execution["Statistics"]["ResultReuseInformation"]["ReusedPreviousResult"]
        assert execution["Statistics"]["DataScannedInBytes"] == 0 or not flag
        return bool(flag)

    sql = "SELECT max(taxis) FROM taxi_availability -- reuse"
    assert [reused(sql, **reuse), reused(sql, **reuse), reused(sql), reused(f"{sql} ", **reuse)] == [
        False,
        True,
        False,
        False,
    ]
    assert [reused("SELECT now(), rand()", **reuse) for _ in range(2)] == [False, False]
    id_ = athena.start_query_execution(QueryString=sql, **PROD, **reuse)["QueryExecutionId"]
    assert athena.get_query_results(QueryExecutionId=id_)["ResultSet"]["Rows"][1] == {"Data": [{"VarCharValue": "7"}]}


def test_a_query_is_stopped(athena: Any) -> None:
    id_ = athena.start_query_execution(QueryString=ENDLESS)["QueryExecutionId"]
    assert rows(athena, "SELECT 1") == [["1"]]  # a slow one holds up nobody
    assert athena.get_query_execution(QueryExecutionId=id_)["QueryExecution"]["Status"]["State"] in (
        "QUEUED",
        "RUNNING",
    )
    answer = refused(athena.get_query_results, QueryExecutionId=id_)
    assert answer["Error"]["Message"].startswith("Query has not yet finished. Current state: ")
    athena.stop_query_execution(QueryExecutionId=id_)
    assert wait(athena, id_)["Status"]["State"] == "CANCELLED"
    athena.stop_query_execution(QueryExecutionId=id_)  # once more is no error


def test_executions_are_listed_newest_first_and_fetched_together(athena: Any) -> None:
    ids = [finished(athena, f"SELECT {n}")["QueryExecutionId"] for n in range(3)]
    assert athena.list_query_executions(MaxResults=3)["QueryExecutionIds"] == ids[::-1]
    pages = athena.get_paginator("list_query_executions").paginate(PaginationConfig={"PageSize": 2, "MaxItems": 5})
    assert [id_ for page in pages for id_ in page["QueryExecutionIds"]][:3] == ids[::-1]
    found = athena.batch_get_query_execution(QueryExecutionIds=[*ids, "nobody"])
    assert [each["QueryExecutionId"] for each in found["QueryExecutions"]] == ids
    assert found["UnprocessedQueryExecutionIds"][0]["QueryExecutionId"] == "nobody"


def test_parameters(athena: Any) -> None:
    sql = "WITH a AS (SELECT ? AS x) SELECT x, ?, area_id FROM a, area WHERE name = ? AND area_id IN (?, ?)"
    given = ["1", "DATE '2024-05-30'", "'BEDOK'", "2", "3"]
    assert rows(athena, sql, ExecutionParameters=given, **PROD) == [["1", "2024-05-30", "2"]]
    answer = refused(athena.start_query_execution, QueryString="SELECT ?", ExecutionParameters=["1", "2"])
    assert "expected 1 but found 2" in answer["Error"]["Message"]
    by_name = "SELECT area_id FROM area WHERE name = ?"
    for bedok in ("BEDOK", "'BEDOK'", "upper('bedok')"):
        assert rows(athena, by_name, ExecutionParameters=[bedok], **PROD) == [["2"]]
    for injected in ("1; DROP TABLE x", "1 UNION SELECT 2", "1) OR (1 = 1"):
        assert rows(athena, "SELECT ?", ExecutionParameters=[injected]) == [[injected]]
        assert rows(athena, by_name, ExecutionParameters=[injected], **PROD) == []
    answer = refused(athena.start_query_execution, QueryString="SELECT ?", ExecutionParameters=["(SELECT 1)"])
    assert answer["Error"]["Code"] == "InvalidRequestException"
    unknown = reason(athena, "SELECT ?", ExecutionParameters=["read_text('/etc/passwd')"])
    assert unknown.startswith("FUNCTION_NOT_FOUND: ")


def test_prepared_statements(athena: Any) -> None:
    named = {"StatementName": "by_id", "WorkGroup": "primary"}
    athena.create_prepared_statement(QueryStatement="SELECT name FROM prod.area WHERE area_id = ?", **named)
    assert rows(athena, "EXECUTE by_id USING 2") == [["BEDOK"]]
    assert rows(athena, "EXECUTE by_id", ExecutionParameters=["1"]) == [["ANG MO KIO"]]
    assert athena.get_prepared_statement(**named)["PreparedStatement"]["QueryStatement"].startswith("SELECT name")
    athena.update_prepared_statement(QueryStatement="SELECT area_id FROM prod.area WHERE name = ?", **named)
    assert rows(athena, "EXECUTE by_id USING 'BEDOK'") == [["2"]]
    finished(athena, "PREPARE other FROM SELECT 1 + ?")
    assert rows(athena, "EXECUTE other USING 2") == [["3"]]
    finished(athena, "PREPARE other FROM SELECT upper(name), abs(?) FROM prod.area WHERE starts_with(name, ?)")
    assert rows(athena, "EXECUTE other USING greatest(-1, -2), lower('X') || 'y'") == []
    assert rows(athena, "EXECUTE other USING greatest(-1, -2), upper('bed')") == [["BEDOK", "1"]]
    listed = athena.list_prepared_statements(WorkGroup="primary")["PreparedStatements"]
    assert [each["StatementName"] for each in listed] == ["by_id", "other"]
    many = athena.batch_get_prepared_statement(PreparedStatementNames=["by_id", "none"], WorkGroup="primary")
    assert [each["StatementName"] for each in many["UnprocessedPreparedStatementNames"]] == ["none"]
    finished(athena, "DEALLOCATE PREPARE other")
    athena.delete_prepared_statement(**named)
    assert refused(athena.get_prepared_statement, **named)["Error"]["Code"] == "ResourceNotFoundException"
    assert "was not found" in refused(athena.start_query_execution, QueryString="EXECUTE by_id")["Error"]["Message"]


def test_named_queries(athena: Any) -> None:
    asked = {"Name": "areas", "Database": "prod", "QueryString": "SELECT * FROM area", "Description": "all areas"}
    token = uuid.uuid4().hex
    id_ = athena.create_named_query(ClientRequestToken=token, **asked)["NamedQueryId"]
    assert athena.create_named_query(ClientRequestToken=token, **asked)["NamedQueryId"] == id_
    expected = {**asked, "NamedQueryId": id_, "WorkGroup": "primary"}
    assert athena.get_named_query(NamedQueryId=id_)["NamedQuery"] == expected
    assert athena.list_named_queries()["NamedQueryIds"] == [id_]
    found = athena.batch_get_named_query(NamedQueryIds=[id_, "none"])
    assert (found["NamedQueries"], len(found["UnprocessedNamedQueryIds"])) == ([expected], 1)
    athena.delete_named_query(NamedQueryId=id_)
    assert refused(athena.get_named_query, NamedQueryId=id_)["Error"]["Code"] == "InvalidRequestException"


def test_metadata(athena: Any) -> None:
    assert athena.list_data_catalogs()["DataCatalogsSummary"] == [{"CatalogName": "AwsDataCatalog", "Type": "GLUE"}]
    assert athena.get_data_catalog(Name="AwsDataCatalog")["DataCatalog"]["Type"] == "GLUE"
    databases = athena.list_databases(CatalogName="AwsDataCatalog")["DatabaseList"]
    assert [each["Name"] for each in databases] == ["ops", "prod", "raw", "staging"]
    assert athena.get_database(CatalogName="AwsDataCatalog", DatabaseName="prod")["Database"]["Name"] == "prod"
    where = {"CatalogName": "AwsDataCatalog", "DatabaseName": "prod"}
    pages = athena.get_paginator("list_table_metadata").paginate(**where, PaginationConfig={"PageSize": 2})
    names = [each["Name"] for page in pages for each in page["TableMetadataList"]]
    assert {"area", "taxi_availability", "taxi_availability_by_area"} <= set(names)
    assert names == sorted(names)
    some = athena.list_table_metadata(**where, Expression="taxi.*")["TableMetadataList"]
    assert [each["Name"] for each in some] == ["taxi_availability", "taxi_availability_by_area", "taxi_density"]
    table = athena.get_table_metadata(**where, TableName="taxi_availability")["TableMetadata"]
    assert table["PartitionKeys"][0] | {"Comment": ""} == {"Name": "dt", "Type": "date", "Comment": ""}
    assert {"Name": "taxis", "Type": "int", "Comment": "available taxis"} in table["Columns"]
    raw = athena.get_table_metadata(CatalogName="AwsDataCatalog", DatabaseName="raw", TableName="taxi_availability")
    assert [key["Name"] for key in raw["TableMetadata"]["PartitionKeys"]] == ["dt", "hour"]
    assert refused(athena.get_table_metadata, **where, TableName="x")["Error"]["Code"] == "MetadataException"
    missing = {"CatalogName": "AwsDataCatalog", "DatabaseName": "x"}
    assert refused(athena.get_database, **missing)["Error"]["Code"] == "MetadataException"
    group = athena.get_work_group(WorkGroup="primary")["WorkGroup"]
    assert group["Configuration"]["EngineVersion"]["EffectiveEngineVersion"] == "Athena engine version 3"
    assert [each["Name"] for each in athena.list_work_groups()["WorkGroups"]] == ["primary"]
    versions = athena.list_engine_versions()["EngineVersions"]
    assert {each["EffectiveEngineVersion"] for each in versions} == {"Athena engine version 3"}


def test_statements_that_show(athena: Any) -> None:
    def shown(sql: str) -> list[list[str]]:
        execution = finished(athena, sql, **PROD)
        assert (execution["Status"]["State"], execution["StatementType"]) == ("SUCCEEDED", "UTILITY")
        result = athena.get_query_results(QueryExecutionId=execution["QueryExecutionId"])["ResultSet"]
        return [[each["VarCharValue"].strip() for each in row["Data"]] for row in result["Rows"]]

    assert shown("SHOW DATABASES") == [["ops"], ["prod"], ["raw"], ["staging"]]
    assert shown("SHOW SCHEMAS LIKE 'p*'") == [["prod"]]
    taxis = [["taxi_availability"], ["taxi_availability_by_area"], ["taxi_density"]]
    assert shown("show tables in `prod` 'taxi*'") == taxis
    assert ["dt"] in shown("SHOW COLUMNS IN taxi_availability")
    assert shown("SHOW PARTITIONS taxi_availability") == [["dt=2024-05-30"]]
    described = shown("DESCRIBE `taxi_availability`")
    assert described[2] == ["taxis               \tint                 \tavailable taxis"]
    assert ["# Partition Information"] in described
    assert shown("SHOW CREATE TABLE prod.area")[0] == ["CREATE EXTERNAL TABLE `prod.area`("]
    tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'ops' ORDER BY 1"
    assert ["polls"] in rows(athena, tables)
    columns = "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'area'"
    assert rows(athena, f"{columns} ORDER BY ordinal_position")[:2] == [["area_id", "integer"], ["name", "varchar"]]
    missing = reason(athena, "SHOW PARTITIONS prod.x")
    assert missing.startswith("FAILED: SemanticException [Error 10001]: Table not found")


def test_without_an_object_store_nothing_is_written(athena: Any) -> None:
    ctas = "CREATE TABLE prod.mine AS SELECT 1 AS a"
    assert reason(athena, ctas).startswith("NOT_SUPPORTED: line 1:1: this endpoint has no object store")
    assert reason(athena, "DROP TABLE prod.area").startswith("NOT_SUPPORTED")
    output = {"ResultConfiguration": {"OutputLocation": "s3://bucket/results/"}}
    assert rows(athena, "SELECT 1", **output) == [["1"]]


def test_fifty_clients_at_once(endpoint: Served) -> None:
    """The same client's connections, as a dashboard's panels make them; each asks three times."""
    athena = endpoint.client()
    found: list[list[list[str | None]]] = []
    errors: list[BaseException] = []

    def ask(number: int) -> None:
        try:
            for turn in range(3):
                wanted = number * 3 + turn
                sql = f"SELECT {wanted}, max(taxis), count(*) FROM prod.taxi_availability"
                assert rows(athena, sql) == [[str(wanted), "7", "30"]]
                found.append([])
        except BaseException as error:
            errors.append(error)
            raise

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(found) == 150


def test_a_restart_keeps_what_has_ended_and_fails_what_had_not(tmp_path: Path) -> None:
    home = tmp_path / "lake"
    make_lake(home)
    with served(home) as before:
        athena = before.client()
        done = finished(athena, "SELECT max(taxis) AS most FROM prod.taxi_availability")["QueryExecutionId"]
        athena.create_prepared_statement(StatementName="kept", WorkGroup="primary", QueryStatement="SELECT 1")
    with served(home) as after:
        athena = after.client()
        assert wait(athena, done)["Status"]["State"] == "SUCCEEDED"
        kept = athena.get_query_results(QueryExecutionId=done)["ResultSet"]["Rows"]
        assert [row["Data"][0]["VarCharValue"] for row in kept] == ["most", "7"]
        assert rows(athena, "EXECUTE kept") == [["1"]]
