"""The type of a number, by the way it is written."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.unit.athena_sql.sql_lake import SqlLake


@pytest.mark.parametrize(
    ("written", "type_", "value"),
    [
        ("1.5", "double", 1.5),
        (".5", "double", 0.5),
        ("1.", "double", 1.0),
        ("-2.50", "double", -2.5),
        ("1.5e1", "double", 15.0),
        ("12345678901234567890.5", "double", 12345678901234567890.5),
        ("15", "int", 15),
        ("DECIMAL '1.50'", "decimal(3,2)", Decimal("1.50")),
        ("DECIMAL '-0.05'", "decimal(2,2)", Decimal("-0.05")),
        ("DECIMAL '007'", "decimal(1,0)", Decimal("7")),
        ("DECIMAL '0'", "decimal(1,0)", Decimal("0")),
        ("CAST('2.5' AS DECIMAL)", "decimal(38,0)", Decimal("3")),
        ("TRY_CAST('x' AS DECIMAL)", "decimal(38,0)", None),
        ("CAST('1.5' AS DECIMAL(3, 1))", "decimal(3,1)", Decimal("1.5")),
        ("'1.5'", "string", "1.5"),
        ("CAST(ARRAY['1.5'] AS ARRAY(DECIMAL))", "array<decimal(38,0)>", "[2]"),
    ],
)
def test_a_number_has_the_type_of_the_way_it_is_written(lake: SqlLake, written: str, type_: str, value: object) -> None:
    result = lake.sql(f"SELECT {written} AS found")
    assert [column.type for column in result.columns] == [type_]
    assert result.rows == [(value,)]


def test_a_sample_keeps_its_percentage(lake: SqlLake) -> None:
    assert lake.sql("SELECT count(*) FROM (VALUES 1, 2) AS t (x) TABLESAMPLE BERNOULLI (100.0)").rows == [(2,)]


def test_a_percentile_is_a_number_like_others(lake: SqlLake) -> None:
    assert lake.sql("SELECT approx_percentile(x, 0.5) FROM (VALUES 1, 2, 3) AS t (x)").rows == [(2,)]
