"""ExecutionParameters: an expression is evaluated, any other text is a string; neither gets past the fence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from millrace.athena_sql.endpoint.endpoint import Endpoint
from millrace.errors import RequestRefused
from tests.unit.athena_sql.endpoint.fenced_lake import CANARY, SmallLake, endpoint_over, outcome, write_secrets


@pytest.fixture(scope="module")
def fenced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Endpoint, Path]]:
    folder = tmp_path_factory.mktemp("parameters")
    lake = SmallLake(folder / "lake")
    lake.write()
    write_secrets(lake.folder, folder / "outside")
    with endpoint_over(lake) as endpoint:
        yield endpoint, lake.folder


@pytest.fixture
def endpoint(fenced: tuple[Endpoint, Path]) -> Endpoint:
    return fenced[0]


def value_of(endpoint: Endpoint, text: str) -> str | None:
    state, reason, rows = outcome(endpoint, "SELECT ? AS v", ExecutionParameters=[text])
    assert state == "SUCCEEDED", (text, reason)
    assert len(rows) == 2
    return rows[1][0]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("'abc'", "abc"),
        ("'it''s'", "it's"),
        ("1", "1"),
        ("1 + 1", "2"),
        ("-3", "-3"),
        ("DATE '2020-01-01'", "2020-01-01"),
        ("NULL", None),
        ("true", "true"),
        ("upper('x') || 'y'", "Xy"),
        ("CAST('7' AS integer)", "7"),
        ("element_at(ARRAY[1, 2], 2)", "2"),
        ("1 -- one", "1"),
        ("2020-01-01", "2018"),
    ],
)
def test_an_expression_is_evaluated(endpoint: Endpoint, text: str, value: str | None) -> None:
    assert value_of(endpoint, text) == value


@pytest.mark.parametrize(
    "text",
    [
        "abc",
        "abc def",
        "it's",
        "x + 1",
        "t.x",
        '"abc"',
        "upper(x)",
        "123e4567-e89b-12d3-a456-426614174000",
        "2024-05-30 12:00:00",
        "10.0.0.1",
        "someone@example.com",
        "@someone",
        "50%",
        " ",
        "*",
        "?",
        ":p0",
        "SELECT 1",
        "(SELECT n FROM prod.numbers)",
        "1 FROM prod.numbers",
        "1, 2",
        "1 AS x",
        "1 LIMIT 0",
        "1 WHERE false",
        "DISTINCT 1",
        "1; DROP TABLE x",
        "1 UNION SELECT 2",
        "1) OR (1 = 1",
        "1) FROM prod.numbers WHERE (1 = 1",
        "'",
        "''' OR 1 = 1 --",
        "\\' OR 1=1",
        "[1]",
        "[]",
        "{'a': 1}",
        "MAP {'a': 1}",
        "0x1F",
        "N'a'",
        "1::varchar",
    ],
)
def test_a_text_that_is_not_an_expression_or_contains_a_name_is_a_string(endpoint: Endpoint, text: str) -> None:
    assert value_of(endpoint, text) == text


def test_an_unknown_function_fails_when_the_query_runs(endpoint: Endpoint) -> None:
    state, reason, _ = outcome(endpoint, "SELECT ? AS v", ExecutionParameters=["nosuchfunc(1)"])
    assert (state, reason.split(":")[0]) == ("FAILED", "FUNCTION_NOT_FOUND")


def test_each_value_stays_one_operand(endpoint: Endpoint) -> None:
    sql = "SELECT n FROM prod.numbers WHERE n * ? = 8 AND n BETWEEN ? AND ? AND (n = 4) = ? ORDER BY n LIMIT ?"
    given = ["1 + 1", "2 - 1", "9", "1 IN (1, 2)", "1"]
    assert outcome(endpoint, sql, ExecutionParameters=given) == ("SUCCEEDED", "", [["n"], ["4"]])
    assert outcome(endpoint, "SELECT ? IN (false)", ExecutionParameters=["1 BETWEEN 0 AND 2"])[2][1] == ["false"]
    assert outcome(endpoint, "SELECT '?', ?", ExecutionParameters=["?"])[2][1] == ["?", "?"]


@pytest.mark.parametrize("text", ["(SELECT 1)", "EXISTS (SELECT 1)", "1 IN (SELECT 2)", "(SELECT count(*) FROM x)"])
def test_a_query_is_refused_as_a_value(endpoint: Endpoint, text: str) -> None:
    with pytest.raises(RequestRefused, match="is a query, not a value"):
        endpoint.answer("StartQueryExecution", {"QueryString": "SELECT ?", "ExecutionParameters": [text]})


def test_values_of_a_statement_without_parameters_are_ignored(endpoint: Endpoint) -> None:
    assert outcome(endpoint, "SELECT 1", ExecutionParameters=["7", "(SELECT 1)"])[2][1] == ["1"]
    assert outcome(endpoint, "SELECT '?'", ExecutionParameters=["7"])[2][1] == ["?"]


@pytest.mark.parametrize(("sql", "expected"), [("SELECT ?", 1), ("SELECT ?, ?, ?", 3)])
def test_a_wrong_number_of_values_is_refused(endpoint: Endpoint, sql: str, expected: int) -> None:
    with pytest.raises(RequestRefused) as raised:
        endpoint.answer("StartQueryExecution", {"QueryString": sql, "ExecutionParameters": ["1", "2"]})
    assert raised.value.message == f"Incorrect number of parameters: expected {expected} but found 2"
    assert raised.value.members["AthenaErrorCode"] == "INVALID_PARAMETER_USAGE"


def test_arguments_of_execute_must_be_sql_constants(endpoint: Endpoint) -> None:
    asked = {"StatementName": "given", "WorkGroup": "primary", "QueryStatement": "SELECT ? AS v"}
    endpoint.answer("CreatePreparedStatement", asked)
    assert outcome(endpoint, "EXECUTE given USING 1 + 1")[2] == [["v"], ["2"]]
    assert outcome(endpoint, "EXECUTE given", ExecutionParameters=["abc def"])[2] == [["v"], ["abc def"]]
    for argument in ("abc", "(SELECT 1)", "nosuchfunc(1)", "DISTINCT 1", "1 LIMIT 0", "?", "1, 2"):
        assert outcome(endpoint, f"EXECUTE given USING {argument}")[0] == "REFUSED", argument


def test_no_value_escapes(fenced: tuple[Endpoint, Path]) -> None:
    endpoint, lake = fenced
    values = [
        f"{lake}/secret.csv",
        f"'{lake}/secret.csv'",
        f'"{lake}/secret.csv"',
        f"read_text('{lake}/secret.txt')",
        f"(SELECT content FROM read_text('{lake}/secret.txt'))",
        f"1 IN (SELECT 1 FROM read_text('{lake}/secret.txt'))",
        f"1 FROM read_text('{lake}/secret.txt')",
        f"'{lake}/secret.txt'.read_text()",
        "getenv('MILLRACE_CANARY')",
        "current_setting('temp_directory')",
        "COLUMNS('secret')",
        "1); COPY (SELECT 1) TO 'made.csv'; SELECT (1",
    ]
    places = [
        "SELECT ?",
        "SELECT * FROM ?",
        "SELECT * FROM ? AS t (secret)",
        "SELECT * FROM (?)",
        "SELECT * FROM prod.?",
        "SELECT * FROM prod.numbers, ?",
        "SELECT * FROM prod.numbers JOIN ? ON true",
        "SELECT * FROM LATERAL ?",
        "SELECT * FROM UNNEST(?) AS t (x)",
        "SELECT * FROM prod.numbers TABLESAMPLE BERNOULLI (?)",
        "WITH a AS (?) SELECT * FROM a",
        "SELECT 1 IN ?",
        "SELECT 1 AS ?",
    ]
    for place in places:
        for value in values:
            state, reason, rows = outcome(endpoint, place, ExecutionParameters=[value])
            assert not reason.startswith("GENERIC_INTERNAL_ERROR"), (place, value, reason)
            assert not [text for row in rows for text in row if text and CANARY in text], (place, value)
            if state == "SUCCEEDED":  # only as its own text
                assert {text for row in rows for text in row if text and "secret" in text} <= {value, value[1:-1]}
