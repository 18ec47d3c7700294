"""The operations on query executions, in the service's words: refusals, pages, and how an execution is shown."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from millrace.athena_sql.endpoint.endpoint import Endpoint
from millrace.athena_sql.endpoint.execution.worker_pool import QueryLimits
from millrace.errors import RequestRefused
from tests.unit.athena_sql.endpoint.fenced_lake import ENDLESS, SmallLake, ended, endpoint_over, outcome

_INVALID, _UNREADABLE = "InvalidRequestException", "SerializationException"


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Endpoint]:
    lake = SmallLake(tmp_path_factory.mktemp("answers") / "lake")
    lake.write()
    with endpoint_over(lake) as found:
        yield found


def started(endpoint: Endpoint, sql: str, **options: Any) -> str:
    id_: str = endpoint.answer("StartQueryExecution", {"QueryString": sql, **options})["QueryExecutionId"]
    return id_


def finished(endpoint: Endpoint, sql: str, **options: Any) -> str:
    id_ = started(endpoint, sql, **options)
    ended(endpoint, id_)
    return id_


def refusal(endpoint: Endpoint, operation: str, **asked: Any) -> tuple[str, str, str]:
    """The shape, the code and the message."""
    with pytest.raises(RequestRefused) as raised:
        endpoint.answer(operation, asked)
    error = raised.value
    assert error.members.get("ErrorCode") == error.members.get("AthenaErrorCode")
    return error.shape, error.members.get("AthenaErrorCode", ""), error.message


def results(endpoint: Endpoint, id_: str, **asked: Any) -> dict[str, Any]:
    return endpoint.answer("GetQueryResults", {"QueryExecutionId": id_, **asked})


def texts(page: dict[str, Any]) -> list[list[str]]:
    return [[each["VarCharValue"] for each in row["Data"]] for row in page["ResultSet"]["Rows"]]


def test_an_unknown_id_is_refused(endpoint: Endpoint) -> None:
    expected = (_INVALID, "QUERY_EXECUTION_NOT_FOUND", "QueryExecution nobody was not found")
    for operation in ("GetQueryExecution", "StopQueryExecution", "GetQueryResults", "GetQueryRuntimeStatistics"):
        assert refusal(endpoint, operation, QueryExecutionId="nobody") == expected


def test_errors_of_a_page_request_are_reported_in_athenas_order(endpoint: Endpoint) -> None:
    def refused(id_: str, **asked: Any) -> tuple[str, str]:
        shape, code, message = refusal(endpoint, "GetQueryResults", QueryExecutionId=id_, **asked)
        assert shape == _INVALID
        return code, message

    done, failed = finished(endpoint, "SELECT 1"), finished(endpoint, "SELECT nobody")
    wrong = {"MaxResults": 1001, "NextToken": "wrong"}
    least = "failed to satisfy constraint: Member must have"
    assert refused("nobody", MaxResults=0, NextToken="") == (
        "INVALID_INPUT",
        f"2 validation errors detected: Value '' at 'nextToken' {least} length greater than or equal to 1;"
        f" Value '0' at 'maxResults' {least} value greater than or equal to 1",
    )
    code, message = refused(done, MaxResults=100_001)
    assert (code, message.endswith("less than or equal to 100000")) == ("INVALID_INPUT", True)
    assert refused("nobody", **wrong)[0] == "QUERY_EXECUTION_NOT_FOUND"
    too_many = ("INVALID_INPUT", "MaxResults is more than maximum allowed length 1000")
    assert (refused(failed, **wrong), refused(done, **wrong)) == (too_many, too_many)
    state = ("INVALID_QUERY_EXECUTION_STATE", "Query did not finish successfully. Final query state: FAILED")
    assert refused(failed, NextToken="wrong") == state
    assert refused(done, NextToken="wrong") == ("INVALID_INPUT", "Malformed nextPageToken wrong")
    other = results(endpoint, finished(endpoint, "SELECT 2"), MaxResults=1)["NextToken"]
    assert refused(done, NextToken=other) == ("INVALID_INPUT", f"Malformed nextPageToken {other}")


def test_a_query_without_a_result_refuses_to_show_one(tmp_path: Path) -> None:
    def refused(id_: str) -> tuple[str, str]:
        return refusal(limited, "GetQueryResults", QueryExecutionId=id_, NextToken="wrong")[1:]

    lake = SmallLake(tmp_path / "lake")
    lake.write()
    with endpoint_over(lake, QueryLimits(parallel=1)) as limited:
        running, queued = started(limited, ENDLESS), started(limited, "SELECT 1")
        state = ("INVALID_QUERY_EXECUTION_STATE", "Query has not yet finished. Current state: QUEUED")
        assert refused(queued) == state
        limited.answer("StopQueryExecution", {"QueryExecutionId": queued})
        assert refused(queued) == ("RESULT_NOT_FOUND", "Could not find results")
        limited.answer("StopQueryExecution", {"QueryExecutionId": running})
        assert ended(limited, running)["Status"]["State"] == "CANCELLED"
        assert refused(running) == ("RESULT_NOT_FOUND", "Could not find results")


def test_a_full_page_has_a_token_and_the_next_page_may_be_empty(endpoint: Endpoint) -> None:
    id_ = finished(endpoint, "SELECT n FROM prod.numbers WHERE n < 5")
    first = results(endpoint, id_, MaxResults=3)
    second = results(endpoint, id_, MaxResults=3, NextToken=first["NextToken"])
    last = results(endpoint, id_, MaxResults=3, NextToken=second["NextToken"])
    assert [len(texts(page)) for page in (first, second, last)] == [3, 3, 0]
    assert "NextToken" not in last
    assert "NextToken" in results(endpoint, id_, MaxResults=6)
    assert "NextToken" not in results(endpoint, id_, MaxResults=7)
    thousand = finished(endpoint, "SELECT n FROM UNNEST(sequence(1, 999)) AS t (n)")
    token = results(endpoint, thousand)["NextToken"]
    assert texts(results(endpoint, thousand, NextToken=token)) == []
    nothing = results(endpoint, finished(endpoint, "SHOW TABLES IN prod 'nobody'"), NextToken="wrong")
    assert (texts(nothing), "NextToken" in nothing) == ([], False)


@pytest.mark.parametrize(
    ("sql", "count"),
    [
        ("SELECT 1", 0),
        ("SHOW TABLES IN prod", 0),
        ("SHOW COLUMNS IN prod.numbers", 0),
        ("SHOW PARTITIONS prod.numbers", 0),
        ("DESCRIBE prod.numbers", None),
        ("SHOW CREATE TABLE prod.numbers", None),
        ("PREPARE counted FROM SELECT 1", None),
        ("EXECUTE counted", 0),
    ],
)
def test_the_update_count_of_each_kind_of_statement(endpoint: Endpoint, sql: str, count: int | None) -> None:
    assert results(endpoint, finished(endpoint, sql)).get("UpdateCount") == count


def test_rows_of_show_and_describe_have_one_value(endpoint: Endpoint) -> None:
    page = results(endpoint, finished(endpoint, "DESCRIBE prod.numbers"))
    names = [(each["Name"], each["Type"]) for each in page["ResultSet"]["ResultSetMetadata"]["ColumnInfo"]]
    assert names == [("col_name", "string"), ("data_type", "string"), ("comment", "string")]
    blank = " " * 20
    assert texts(page) == [
        [f"n                   \tint                 \t{blank}"],
        [f"half                \tdecimal(9,2)        \t{blank}"],
        [f"dt                  \tdate                \t{blank}"],
        ["\t \t "],
        ["# Partition Information\t \t "],
        ["# col_name            \tdata_type           \tcomment             "],
        ["\t \t "],
        [f"dt                  \tdate                \t{blank}"],
    ]
    plain = texts(results(endpoint, finished(endpoint, "DESC ops.words")))
    assert plain == [[f"word                \tstring              \t{blank}"], [f"n{' ' * 19}\tint{' ' * 17}\t{blank}"]]
    columns = results(endpoint, finished(endpoint, "SHOW COLUMNS FROM ops.words"))
    assert texts(columns) == [["word                "], ["n                   "]]
    created = texts(results(endpoint, finished(endpoint, "SHOW CREATE TABLE ops.words")))
    assert created[:3] == [["CREATE EXTERNAL TABLE `ops.words`("], ["  `word` string,"], ["  `n` int)"]]


@pytest.mark.parametrize(
    ("sql", "code", "number"),
    [
        ("SELECT * FROM prod.nobody", "TABLE_NOT_FOUND", 1301),
        ("SELECT * FROM nobody.numbers", "SCHEMA_NOT_FOUND", 1301),
        ("SELECT nobody FROM prod.numbers", "COLUMN_NOT_FOUND", 1006),
        ("SELECT nobody(1)", "FUNCTION_NOT_FOUND", 1303),
        ("SELECT 1 / 0", "DIVISION_BY_ZERO", 1001),
        ("SELECT CAST('x' AS integer)", "INVALID_CAST_ARGUMENT", 1100),
        ("SELECT n FROM prod.numbers ORDER BY n FETCH FIRST 1 ROWS WITH TIES", "NOT_SUPPORTED", 1200),
        ("SELECT sequence(1, 20000)", "INVALID_FUNCTION_ARGUMENT", 1106),
        ("SELECT n, count(*) FROM prod.numbers", "EXPRESSION_NOT_AGGREGATE", 1000),
        ("SHOW PARTITIONS prod.nobody", "FAILED", 1006),
    ],
)
def test_the_error_type_depends_on_the_code_of_the_reason(endpoint: Endpoint, sql: str, code: str, number: int) -> None:
    status = ended(endpoint, started(endpoint, sql))["Status"]
    assert status["StateChangeReason"].partition(":")[0] == code
    assert status["AthenaError"] == {
        "ErrorCategory": 2,
        "ErrorType": number,
        "Retryable": False,
        "ErrorMessage": status["StateChangeReason"],
    }


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("SELECT 1", "SELECT 1"),
        ("  SELECT 1\t;\r\n", "SELECT 1"),
        ("SELECT 1; ;", "SELECT 1"),
        ("-- c\nSELECT 1;", "-- c\nSELECT 1"),
        ("SELECT 1 -- c\n;", "SELECT 1 -- c"),
        ("SELECT 1 -- c;", "SELECT 1 -- c;"),
        ("SELECT ';';", "SELECT ';'"),
    ],
)
def test_a_query_is_shown_without_spaces_and_semicolons_around_it(endpoint: Endpoint, written: str, shown: str) -> None:
    assert ended(endpoint, started(endpoint, written))["Query"] == shown


def test_the_context_is_shown_as_it_was_requested(endpoint: Endpoint) -> None:
    def shown(**context: str) -> dict[str, str]:
        id_ = started(endpoint, "SELECT 1", QueryExecutionContext=context)
        found: dict[str, str] = ended(endpoint, id_)["QueryExecutionContext"]
        return found

    both = {"Catalog": "awsdatacatalog", "Database": "prod"}
    assert shown(Catalog="AwsDataCatalog", Database="prod") == both
    assert shown(Database='"Prod"') == {"Database": '"Prod"'}
    assert shown() == {}
    assert outcome(endpoint, "SELECT count(*) AS c FROM numbers", QueryExecutionContext={"Database": '"Prod"'})[2] == [
        ["c"],
        ["10"],
    ]


@pytest.mark.parametrize(
    ("operation", "asked", "message"),
    [
        ("ListWorkGroups", {"MaxResults": "1"}, "STRING_VALUE can not be converted to an Integer"),
        ("ListWorkGroups", {"MaxResults": True}, "TRUE_VALUE can not be converted to an Integer"),
        ("ListWorkGroups", {"MaxResults": False}, "FALSE_VALUE can not be converted to an Integer"),
        ("ListWorkGroups", {"MaxResults": [1]}, "Start of list found where not expected"),
        ("ListWorkGroups", {"MaxResults": {}}, "Start of structure or map found where not expected."),
        ("GetQueryExecution", {"QueryExecutionId": 1}, "NUMBER_VALUE can not be converted to a String"),
        ("GetQueryExecution", {"QueryExecutionId": 1.5}, "NUMBER_VALUE can not be converted to a String"),
        ("GetQueryExecution", {"QueryExecutionId": True}, "TRUE_VALUE can not be converted to a String"),
        ("GetQueryExecution", {"QueryExecutionId": {}}, "Start of structure or map found where not expected."),
        ("BatchGetQueryExecution", {"QueryExecutionIds": "x"}, "Expected list or null"),
        ("BatchGetQueryExecution", {"QueryExecutionIds": 1}, "Expected list or null"),
        ("BatchGetQueryExecution", {"QueryExecutionIds": [1]}, "NUMBER_VALUE can not be converted to a String"),
        ("BatchGetQueryExecution", {"QueryExecutionIds": [[]]}, "Start of list found where not expected"),
        ("StartQueryExecution", {"ResultConfiguration": "x"}, "Expected null"),
        ("StartQueryExecution", {"ResultConfiguration": []}, "Start of list found where not expected"),
        (
            "StartQueryExecution",
            {"ResultConfiguration": {"OutputLocation": 1}},
            "NUMBER_VALUE can not be converted to a String",
        ),
        ("GetQueryResults", {"NextToken": "", "MaxResults": "1"}, "STRING_VALUE can not be converted to an Integer"),
    ],
)
def test_a_wrong_type_is_reported_before_any_other_error(
    endpoint: Endpoint, operation: str, asked: dict[str, Any], message: str
) -> None:
    assert refusal(endpoint, operation, **asked) == (_UNREADABLE, "", message)


def test_null_is_like_an_absent_member(endpoint: Endpoint) -> None:
    answer = endpoint.answer("ListWorkGroups", {"MaxResults": None, "Unknown": {"x": [1]}})
    assert [each["Name"] for each in answer["WorkGroups"]] == ["primary"]
    null = "1 validation error detected: Value null at '{}' failed to satisfy constraint: Member must not be null"
    wanted = (_INVALID, "INVALID_INPUT", null.format("queryExecutionId"))
    assert refusal(endpoint, "GetQueryExecution", QueryExecutionId=None) == wanted
    asked = {"QueryString": "SELECT ?", "ExecutionParameters": [None]}
    assert refusal(endpoint, "StartQueryExecution", **asked)[:2] == (_INVALID, "INVALID_INPUT")


@pytest.mark.parametrize("sql", ["DESCRIBE prod.nobody", "DESC nobody.numbers", "SHOW COLUMNS IN nobody"])
def test_describing_an_unknown_table_is_refused_at_once(endpoint: Endpoint, sql: str) -> None:
    shape, code, message = refusal(endpoint, "StartQueryExecution", QueryString=sql)
    assert (shape, code) == (_INVALID, "INVALID_INPUT")
    assert message.startswith(
        "Entity Not Found (Service: AmazonDataCatalog; Status Code: 400; Error Code: EntityNotFound"
    )


def test_a_token_stands_for_one_query_with_any_parameters(endpoint: Endpoint) -> None:
    asked = {"ClientRequestToken": "a" * 32, "QueryExecutionContext": {"Database": "prod"}}
    first = started(endpoint, "SELECT ?", ExecutionParameters=["1"], **asked)
    assert started(endpoint, "SELECT ?", ExecutionParameters=["2"], WorkGroup="primary", **asked) == first
    for other in (
        {"QueryString": "SELECT 2"},
        {"QueryString": "SELECT ?", "QueryExecutionContext": {"Database": "PROD"}},
        {"QueryString": "SELECT ?", "QueryExecutionContext": {"Database": "prod", "Catalog": "AwsDataCatalog"}},
    ):
        assert refusal(endpoint, "StartQueryExecution", **{**asked, "ExecutionParameters": ["1"], **other}) == (
            _INVALID,
            "IDEMPOTENT_PARAMETER_MISMATCH",
            "Idempotent parameters do not match",
        )


def test_a_result_is_not_reused_after_its_prepared_statement_changed(endpoint: Endpoint) -> None:
    reuse = {"ResultReuseConfiguration": {"ResultReuseByAgeConfiguration": {"Enabled": True, "MaxAgeInMinutes": None}}}
    for text in ("1", "2"):
        finished(endpoint, f"PREPARE changing FROM SELECT {text} AS a")
        assert outcome(endpoint, "EXECUTE changing", **reuse)[2] == [["a"], [text]]
    again = ended(endpoint, started(endpoint, "EXECUTE changing", **reuse))
    assert again["Statistics"]["ResultReuseInformation"] == {"ReusedPreviousResult": True}


@pytest.mark.parametrize(
    ("operation", "asked"),
    [
        ("StartQueryExecution", {"QueryString": "SELECT 1", "ResultConfiguration": {"OutputLocation": "s3://["}}),
        ("ListQueryExecutions", {"NextToken": "Wzk5OTk5OTk5OTk5OTk5OTk5OTld"}),
    ],
)
def test_nonsensical_requests_are_refused(endpoint: Endpoint, operation: str, asked: dict[str, Any]) -> None:
    assert refusal(endpoint, operation, **asked)[:2] == (_INVALID, "INVALID_INPUT")


def test_closing_does_not_wait_for_queued_queries(tmp_path: Path) -> None:
    lake = SmallLake(tmp_path / "lake")
    lake.write()
    with endpoint_over(lake, QueryLimits(parallel=1)) as busy:
        ids = [started(busy, ENDLESS) for _ in range(3)]
        assert len(set(ids)) == 3
        began = time.monotonic()
    assert time.monotonic() - began < 4
