"""What the local Athena endpoint gives of each type of value, and what it says of a statement that fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.end_to_end.athena_api.athena_lake import finished, make_lake, refused, rows, served


@pytest.fixture(scope="module")
def athena(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    home = tmp_path_factory.mktemp("athena") / "lake"
    make_lake(home)
    with served(home) as found:
        yield found.client()


TYPES = [
    ("CAST(1 AS tinyint)", "tinyint", "1"),
    ("CAST(1 AS smallint)", "smallint", "1"),
    ("1", "integer", "1"),
    ("CAST(1 AS bigint)", "bigint", "1"),
    ("CAST(1.5 AS real)", "float", "1.5"),
    ("CAST(1e10 AS double)", "double", "1.0E10"),
    ("CAST(0.5 AS double)", "double", "0.5"),
    ("nan()", "double", "NaN"),
    ("CAST('-12.50' AS decimal(9, 2))", "decimal", "-12.50"),
    ("CAST('-0.05' AS decimal(9, 2))", "decimal", "-0.05"),
    ("1.5", "double", "1.5"),
    ("0.1 + 0.2", "double", "0.30000000000000004"),
    ("ARRAY[DECIMAL '.5', DECIMAL '-.5']", "array", "[0.5, -0.5]"),
    ("true", "boolean", "true"),
    ("'it''s \"x\", y'", "varchar", 'it\'s "x", y'),
    ("''", "varchar", ""),
    ("DATE '2024-05-30'", "date", "2024-05-30"),
    ("TIMESTAMP '2024-05-30 04:00:00'", "timestamp", "2024-05-30 04:00:00.000"),
    ("TIMESTAMP '2024-05-30 04:00:00.25'", "timestamp", "2024-05-30 04:00:00.250"),
    ("TIMESTAMP '2024-05-30 04:00:00.691500'", "timestamp", "2024-05-30 04:00:00.692"),
    ("parse_datetime('2024-05-30 04', 'yyyy-MM-dd HH')", "timestamp with time zone", "2024-05-30 04:00:00.000 UTC"),
    ("INTERVAL '25' hour", "interval day to second", "1 01:00:00.000"),
    (
        "TIMESTAMP '2024-05-30 04:00:00' - TIMESTAMP '2024-05-31 04:00:00.5'",
        "interval day to second",
        "-1 00:00:00.500",
    ),
    ("INTERVAL '14' month", "interval year to month", "1-2"),
    ("from_unixtime(0)", "timestamp with time zone", "1970-01-01 00:00:00.000 UTC"),
    ("to_utf8('hé')", "varbinary", "68 c3 a9"),
    ("ARRAY[1, NULL, 3]", "array", "[1, null, 3]"),
    ("ARRAY[ARRAY['a'], ARRAY[]]", "array", "[[a], []]"),
    ("MAP(ARRAY['l', 'k'], ARRAY[1, NULL])", "map", "{k=null, l=1}"),
    ("MAP(ARRAY[10, 9], ARRAY['a', 'b'])", "map", "{9=b, 10=a}"),
    ("cardinality(MAP(ARRAY[10, 9], ARRAY['a', 'b']))", "bigint", "2"),
    ("split('a,b,c', ',')", "array", "[a, b, c]"),
    ("split('a,b,c', ',', 2)", "array", "[a, b,c]"),
    ("(SELECT approx_percentile(x, 0.5) FROM (VALUES 1, 2, 3) AS t (x))", "bigint", "2"),
    ("(SELECT approx_percentile(x, ARRAY[0.0, 1.0]) FROM (VALUES 1, 2, 3) AS t (x))", "array", "[1, 3]"),
    ("CAST(2.5 AS integer)", "integer", "3"),
    ("CAST(-(0.5 * 5) AS bigint)", "bigint", "-3"),
    ("TRY_CAST(CAST('2.5' AS double) AS integer)", "integer", "3"),
    ("CAST(ARRAY[1.5] AS ARRAY(decimal))", "array", "[2]"),
    ("split('a,b,c', ',', 3)", "array", "[a, b, c]"),
    ("split(CAST(NULL AS varchar), ',', 2)", "array", None),
    ("CAST(ROW(1, 'x') AS ROW(a integer, b varchar))", "row", "{a=1, b=x}"),
    ("ROW(1, 'x')", "row", "{field0=1, field1=x}"),
    ("json_parse('[1]')", "json", "[1]"),
    ("CAST('[1]' AS json)", "json", '"[1]"'),
    ("CAST(MAP(ARRAY['k'], ARRAY[1]) AS json)", "json", '{"k":1}'),
    ("CAST(json_extract('{\"a\": \"it\"}', '$.a') AS varchar)", "varchar", "it"),
    ("CAST(json_extract('{\"a\": \"it\"}', '$.a') AS varchar(1))", "varchar", "i"),
    ("CAST(CAST('x' AS json) AS varchar)", "varchar", "x"),
    ("json_array_length('[1, 2]')", "bigint", "2"),
    ("slice(ARRAY[1, 2, 3, 4], 2, 2)", "array", "[2, 3]"),
    ("slice(ARRAY[1, 2, 3, 4], -2, 2)", "array", "[3, 4]"),
    ("sequence(3, 1)", "array", "[3, 2, 1]"),
    ("cardinality(sequence(1, 10000))", "bigint", "10000"),
    ("array_distinct(ARRAY[3, 1, 3, NULL])", "array", "[3, 1, null]"),
    ("array_union(ARRAY[1, NULL], ARRAY[2, 1])", "array", "[1, null, 2]"),
    ("slice(array_distinct(ARRAY[3, 1, 3]), 1, 1)", "array", "[3]"),
    ("array_max(ARRAY[1, NULL])", "integer", None),
    ("array_min(ARRAY[2, 1])", "integer", "1"),
    ("array_position(ARRAY[1, 2], 5)", "bigint", "0"),
    ("contains(ARRAY[1, NULL], 2)", "boolean", None),
    ("split_part('a,b', ',', 3)", "varchar", None),
    ("split_part('a,b', ',', 2)", "varchar", "b"),
    ("regexp_replace('abcb', '(b)', '$1\\$$1')", "varchar", "ab$bcb$b"),
    ("to_iso8601(DATE '2024-05-30')", "varchar", "2024-05-30"),
    ("to_iso8601(TIMESTAMP '2024-05-30 01:02:03')", "varchar", "2024-05-30T01:02:03"),
    ("to_iso8601(from_unixtime(0))", "varchar", "1970-01-01T00:00:00.000Z"),
    ("2 > ALL (SELECT 1)", "boolean", "true"),
    ("CAST('abc' AS varchar(2))", "varchar", "ab"),
    ("date_diff('hour', parse_datetime('2024-05-30', 'yyyy-MM-dd'), from_unixtime(1717034400))", "bigint", "2"),
    ("CAST(NULL AS integer)", "integer", None),
    ("NULL", "unknown", None),
]


@pytest.mark.parametrize(("sql", "type_", "text"), TYPES, ids=[each[0] for each in TYPES])
def test_types_and_texts(athena: Any, sql: str, type_: str, text: str | None) -> None:
    id_ = finished(athena, f"SELECT {sql} AS x")["QueryExecutionId"]
    result = athena.get_query_results(QueryExecutionId=id_)["ResultSet"]
    info = result["ResultSetMetadata"]["ColumnInfo"][0]
    assert (info["Name"], info["Type"]) == ("x", type_)
    assert result["Rows"][1]["Data"][0] == ({} if text is None else {"VarCharValue": text})
    if type_ == "decimal":
        assert (info["Precision"], info["Scale"]) == (9, 2)


def test_the_first_rows_are_fetched_as_in_the_standard(athena: Any) -> None:
    sql = "SELECT area_id FROM prod.area ORDER BY area_id OFFSET 1 ROW FETCH NEXT 2 ROWS ONLY"
    assert rows(athena, sql) == [["2"], ["3"]]


def test_a_column_may_have_any_name_beside_nested_values(athena: Any) -> None:
    sql = "SELECT 1 AS e, MAP(ARRAY['k'], ARRAY[2]) AS k, ARRAY[3] AS v"
    assert rows(athena, sql) == [["1", "{k=2}", "[3]"]]


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT count(*) FROM prod.area WHERE name = 'BEDOK' AND region IN ('EAST', 'WEST')",
        "SELECT count(*) FROM prod.area WHERE 'BEDOJ' < name AND name BETWEEN 'BEDOJ' AND 'BEDOL'",
        "SELECT count(*) FROM (SELECT CAST(dt AS varchar) AS dt FROM prod.taxi_availability LIMIT 1) WHERE dt > '2'",
        "WITH t (taxis) AS (SELECT 'x' FROM prod.taxi_availability LIMIT 1) SELECT count(*) FROM t WHERE taxis = 'x'",
        "SELECT count(*) FROM prod.taxi_availability AS t JOIN (SELECT 'x' AS taxis) AS o ON o.taxis = 'x'"
        " WHERE t.observed_at = TIMESTAMP '2024-05-30 03:59:58'",
        "SELECT count(*) FROM (SELECT CAST(ROW('x') AS ROW(taxis varchar)) AS r"
        " FROM prod.taxi_availability LIMIT 1) AS t WHERE r.taxis = 'x' AND t.r.taxis = 'x'",
        "SELECT cardinality(filter(ARRAY['x'], dt -> dt = 'x')) FROM prod.taxi_availability LIMIT 1",
    ],
)
def test_a_text_is_compared_with_what_is_one(athena: Any, sql: str) -> None:
    assert rows(athena, sql) == [["1"]]


def test_the_partitions_of_a_table_are_a_table(athena: Any) -> None:
    assert rows(athena, "SELECT dt, dt > DATE '2024-05-29' FROM prod.\"taxi_availability$partitions\"") == [
        ["2024-05-30", "true"]
    ]
    by_hour = 'SELECT * FROM raw."taxi_availability$partitions" ORDER BY hour'
    assert rows(athena, by_hour) == [["2024-05-30", "11"], ["2024-05-30", "12"]]


def test_statements_however_they_are_written(athena: Any) -> None:
    assert rows(athena, ";;SELECT '`;--'; ") == [["`;--"]]
    assert ["taxi_availability"] in rows(athena, 'SHOW /* all */ TABLES IN "AwsDataCatalog".prod -- of it')
    assert rows(athena, "VALUES (1, 'a'), (2, 'b')") == [["1", "a"], ["2", "b"]]
    assert rows(athena, "VALUES 1, 3, 2 ORDER BY 1 DESC LIMIT 2") == [["3"], ["2"]]
    assert rows(athena, "VALUES 1 UNION ALL (VALUES 1)") == [["1"], ["1"]]


def test_columns_without_a_name_and_of_the_same_name(athena: Any) -> None:
    assert header(athena, "SELECT 1, count(*), 2 AS a, 3 AS a, CAST(4 AS bigint)") == [
        *("_col0", "_col1", "a", "a", "_col4")
    ]
    for sql in (
        "VALUES (1, 2)",
        "(VALUES (1, 2))",
        "SELECT * FROM (VALUES (1, 2))",
        "WITH t AS (VALUES (1, 2)) TABLE t",
    ):
        assert header(athena, sql) == ["_col0", "_col1"]
    assert header(athena, "SELECT t._col1, t.* FROM (VALUES (1, 2)) AS t") == ["_col1", "_col0", "_col1"]


def header(athena: Any, sql: str) -> list[str]:
    id_ = finished(athena, sql)["QueryExecutionId"]
    return [
        each["VarCharValue"] for each in athena.get_query_results(QueryExecutionId=id_)["ResultSet"]["Rows"][0]["Data"]
    ]


REASONS = [
    ("SELECT * FROM prod.x", "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.prod.x' does not exist"),
    ("SELECT *\n  FROM nowhere.x", "SCHEMA_NOT_FOUND: line 2:8: Schema 'nowhere' does not exist"),
    ("SELECT * FROM other.prod.area", "CATALOG_NOT_FOUND: line 1:15: Catalog 'other' does not exist"),
    ("SELECT area_id,\n foo FROM prod.area", "COLUMN_NOT_FOUND: line 2:2: Column 'foo' cannot be resolved"),
    ("SELECT nosuch(1)", "FUNCTION_NOT_FOUND: line 1:8: Function 'nosuch' not registered"),
    ("SELECT CAST('x' AS integer)", "INVALID_CAST_ARGUMENT: Cannot cast 'x' to INT"),
    ("SELECT CAST('x' AS double)", "INVALID_CAST_ARGUMENT: Cannot cast 'x' to DOUBLE"),
    ("SELECT 'a' + 1", "TYPE_MISMATCH: line 1:8: Cannot apply operator: varchar(1) + integer"),
    ("SELECT ARRAY[1] + 1", "TYPE_MISMATCH: line 1:17: Cannot apply operator: array(integer) + integer"),
    ("SELECT - 'a'", "TYPE_MISMATCH: line 1:8: Cannot apply operator: -varchar"),
    ("SELECT DATE '2024-01-01' > 5", "TYPE_MISMATCH: line 1:13: Cannot apply operator: date > integer"),
    (
        "SELECT 1 FROM prod.taxi_availability WHERE dt = '2024-05-30'",
        "TYPE_MISMATCH: line 1:44: Cannot apply operator: date = varchar(10)",
    ),
    (
        "SELECT 1 FROM prod.taxi_availability AS t WHERE '2024' <= t.observed_at",
        "TYPE_MISMATCH: line 1:49: Cannot apply operator: varchar(4) <= timestamp(3)",
    ),
    (
        "SELECT 1 FROM prod.area WHERE area_id IN (1, '2')",
        "TYPE_MISMATCH: line 1:31: IN value and list items must be of the same type, or coercible to one."
        " Found: integer, varchar(1)",
    ),
    (
        "SELECT 1 FROM prod.poll_freshness WHERE dt BETWEEN '2024-05-30' AND DATE '2024-05-31'",
        "TYPE_MISMATCH: line 1:41: Cannot check if date is BETWEEN varchar(10) and date",
    ),
    ("SELECT split('a', ',', 0)", "INVALID_FUNCTION_ARGUMENT: Limit must be positive"),
    ("SELECT lower(ROW(1, 2))", "FUNCTION_NOT_FOUND: line 1:8: Unexpected parameters (row("),
    ("SELECT approx_percentile(1, 2, 0.5)", "NOT_SUPPORTED: line 1:8: approx_percentile with a weight"),
    ("SELECT 1 FROM prod.area WHERE (area_id) IS DISTINCT FROM '1'", "TYPE_MISMATCH: line 1:32: Cannot apply operator"),
    ("SELECT sum('a')", "FUNCTION_NOT_FOUND: line 1:8: Unexpected parameters (varchar) for function sum"),
    ("SELECT 2147483647 + 1", "NUMERIC_VALUE_OUT_OF_RANGE: integer addition overflow: 2147483647 + 1"),
    ("SELECT sum(x) FROM (VALUES 9223372036854775807, 1) AS t (x)", "NUMERIC_VALUE_OUT_OF_RANGE: bigint overflow: "),
    ('SELECT * FROM prod."area$partitions"', "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.prod.area$partitions'"),
    ("SELECT CAST('x' AS date)", "INVALID_CAST_ARGUMENT: Value cannot be cast to date: x"),
    (
        "SELECT sequence(1, 10001)",
        "INVALID_FUNCTION_ARGUMENT: line 1:8: result of sequence function must not",
    ),
    ("SELECT lpad('x', 2000000000, 'y')", "NOT_SUPPORTED: line 1:8: padding to more than 65,536 characters"),
    ("SELECT 1 FETCH FIRST 1 ROW WITH TIES", "NOT_SUPPORTED: line 1:22: FETCH FIRST ... PERCENT or WITH TIES"),
    ("SELECT ARRAY[1, 2][3]", "INVALID_FUNCTION_ARGUMENT: Array subscript must be less than or equal to array length"),
    ("SELECT 1 / 0", "DIVISION_BY_ZERO: Division by zero"),
    ("SELECT area FROM prod.area", "COLUMN_NOT_FOUND: line 1:8: Column 'area' cannot be resolved"),
    ("SELECT count(DISTINCT a) FROM prod.area a", "COLUMN_NOT_FOUND: line 1:23: Column 'a' cannot be resolved"),
    (
        "SELECT count(*) FROM prod.area a JOIN prod.area b ON a = b",
        "COLUMN_NOT_FOUND: line 1:54: Column 'a' cannot be resolved",
    ),
    ("WITH w AS (SELECT area_id FROM prod.area) SELECT w FROM w", "COLUMN_NOT_FOUND: line 1:50: Column 'w'"),
    ("SELECT CAST(300 AS tinyint)", "INVALID_CAST_ARGUMENT: Out of range for tinyint: 300"),
    ("SELECT current_time", "NOT_SUPPORTED: line 1:1: current_time is not supported here; use instead: date_format"),
    ("SELECT a.area_id, max(a.name) FROM prod.area a", "EXPRESSION_NOT_AGGREGATE: line 1:10: "),
    (
        "SELECT current_timestamp AT TIME ZONE t.name FROM prod.area t",
        "SYNTAX_ERROR: line 1:39: the zone must be",
    ),
]


@pytest.mark.parametrize(("sql", "wanted"), REASONS, ids=[each[0] for each in REASONS])
def test_reasons_of_failures(athena: Any, sql: str, wanted: str) -> None:
    execution = finished(athena, sql)
    status = execution["Status"]
    assert status["State"] == "FAILED"
    assert status["StateChangeReason"].startswith(wanted)
    assert status["AthenaError"]["ErrorMessage"] == status["StateChangeReason"]
    answer = refused(athena.get_query_results, QueryExecutionId=execution["QueryExecutionId"])
    assert answer["Error"]["Message"] == "Query did not finish successfully. Final query state: FAILED"


MALFORMED = [
    ("SELECT 1; SELECT 2 ", "Only one sql statement is allowed. Got: SELECT 1; SELECT 2"),
    ("SELECT 1,", "line 1:10: mismatched input '<EOF>'. Expecting: <expression>"),
    ("SELECT 1,,2", "line 1:10: mismatched input ','. Expecting: <expression>"),
    (";", "Empty sql statement: ;"),
    ("-- nothing", "Empty sql statement: -- nothing"),
    ("SELECT ", "line 1:7: mismatched input '<EOF>'. Expecting: '*', 'ALL', 'DISTINCT', <expression>"),
    ("SELECT 1\n+;", "line 2:2: mismatched input '<EOF>'. Expecting: <expression>"),
    ("SELECT * FROM (SELECT)", "line 1:22: mismatched input ')'. Expecting: '*'"),
    ("SELECT (1", "line 1:10: mismatched input '<EOF>'. Expecting: ')'"),
    (";\nSELECT 1)", "line 2:9: mismatched input ')'."),
    ("SELECT lower('a', 1)", "line 1:20: too many arguments"),
    ("SELECT `a` FROM t", "line 1:8: backquoted identifiers are not supported"),
    ("SELECT FROM", "line 1:8: mismatched input 'FROM'."),
    ("CREATE MATERIALIZED VIEW prod.v AS SELECT 1", "Queries of this type are not supported"),
    ("SELECT 'x", "line 1:1: a quote or a comment is not closed."),
]


@pytest.mark.parametrize(("sql", "message"), MALFORMED, ids=[each[0] for each in MALFORMED])
def test_what_cannot_be_read_is_refused_at_once(athena: Any, sql: str, message: str) -> None:
    answer = refused(athena.start_query_execution, QueryString=sql)
    assert (answer["Error"]["Code"], answer["AthenaErrorCode"]) == ("InvalidRequestException", "MALFORMED_QUERY")
    assert answer["Error"]["Message"].startswith(message)
