from __future__ import annotations

import pytest
from sqlglot import exp, parse_one

from millrace.athena_sql.engines.duckdb.dialect import DUCKDB
from millrace.athena_sql.engines.duckdb.table_data import reader
from millrace.athena_sql.portability.dialect import ATHENA
from millrace.athena_sql.ports import RawData
from millrace.athena_sql.statements.payload_projection import PayloadPart, take_part
from tests.unit.athena_sql.sql_lake import SqlLake, taxis

COORDINATES = "CAST(json_extract(payload, '$.features[0].geometry.coordinates') AS ARRAY(ARRAY(DOUBLE)))"


def taken(sql: str) -> tuple[PayloadPart | None, str]:
    tree = parse_one(sql, read=ATHENA)
    [table] = tree.find_all(exp.Table)
    return take_part(table), tree.sql(DUCKDB)


def test_the_only_part_used_becomes_the_column() -> None:
    part, sql = taken(f"SELECT cardinality({COORDINATES}) AS n FROM raw.x WHERE {COORDINATES} IS NOT NULL")
    doubles = exp.DataType.build("ARRAY(ARRAY(DOUBLE))", dialect=ATHENA)
    assert part == PayloadPart(("features", 0, "geometry", "coordinates"), doubles)
    read = reader(RawData("/lake", ("raw/x/dt=2024-05-30/hour=08/a.json.gz",)), part)
    assert 'STRUCT("features" STRUCT("geometry" STRUCT("coordinates" DOUBLE[][]))[])' in read
    assert 'payload."features"[1]."geometry"."coordinates" AS payload' in read
    assert sql == "SELECT ARRAY_LENGTH(payload) AS n FROM raw.x WHERE NOT payload IS NULL"


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT {COORDINATES}, payload FROM raw.x",
        f"SELECT {COORDINATES}, CAST(json_extract(payload, '$.n') AS INTEGER) FROM raw.x",
        f"SELECT {COORDINATES}, json_extract_scalar(payload, '$.n') FROM raw.x",
        f"SELECT *, {COORDINATES} FROM raw.x",
        f"SELECT {COORDINATES} FROM raw.x WHERE payload IS NOT NULL",
        "SELECT CAST(json_extract(payload, '$.a[*]') AS ARRAY(DOUBLE)) FROM raw.x",
        "SELECT TRY_CAST(json_extract(payload, '$.a') AS DOUBLE) FROM raw.x",
        "SELECT CAST(json_extract(payload, '$') AS VARCHAR) FROM raw.x",
        "SELECT json_extract(payload, '$.a') FROM raw.x",
        "SELECT observed_at FROM raw.x",
    ],
)
def test_a_statement_with_other_uses_of_the_payload_is_unchanged(sql: str) -> None:
    part, after = taken(sql)
    assert part is None
    assert after == parse_one(sql, read=ATHENA).sql(DUCKDB)


def test_rows_are_the_same_with_and_without_projection(lake: SqlLake) -> None:
    snapshots = [
        taxis("2024-05-30 08:00:00", [(103.81234567890123, 1.3), (1e-7, -5)]),
        taxis("2024-05-30 08:01:00", []),
    ]
    lake.deliver("taxi_availability", snapshots)
    by_part = f"SELECT observed_at, {COORDINATES} AS c FROM raw.taxi_availability"
    by_text = f"SELECT observed_at, {COORDINATES} AS c, payload FROM raw.taxi_availability"
    pairs = "SELECT observed_at, cardinality(c), element_at(element_at(c, 1), 1) FROM ({}) AS found ORDER BY 1"
    assert lake.rows(pairs.format(by_part)) == lake.rows(pairs.format(by_text))
    assert [row[1:] for row in lake.rows(pairs.format(by_part))] == [(2, 103.81234567890123), (0, None)]
