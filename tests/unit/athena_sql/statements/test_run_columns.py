"""The columns of the run, added to statements that leave them out."""

from __future__ import annotations

import pytest

from millrace.athena_sql.ports import Column, Statement
from millrace.athena_sql.statements.run_columns import statement_to_write
from millrace.athena_sql.tables import DT, RUN_COLUMNS, ByDate, StoredAs, Table, Whole

BY_DATE = ByDate()


def written(sql: str, stored: StoredAs = BY_DATE) -> str:
    columns = (Column("n", "int"), *RUN_COLUMNS, DT) if stored == BY_DATE else (Column("n", "int"), DT, *RUN_COLUMNS)
    return statement_to_write(Table("prod.x", "", columns, stored), Statement("x", sql)).sql


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT n, dt FROM raw.x", "SELECT n, :loaded_at AS loaded_at, :run_id AS run_id, dt FROM raw.x"),
        (
            "SELECT n, :run_id AS run_id, x.day AS dt FROM staging.x AS x",
            "SELECT n, :loaded_at AS loaded_at, :run_id AS run_id, x.day AS dt FROM staging.x AS x",
        ),
        (
            "WITH a AS (SELECT n, dt FROM staging.x) SELECT n, dt FROM a",
            "WITH a AS ( SELECT n, dt FROM staging.x ) SELECT n, :loaded_at AS loaded_at, :run_id AS run_id, dt FROM a",
        ),
        (
            "SELECT n, dt FROM staging.x UNION ALL SELECT n, dt FROM staging.y",
            "SELECT n, :loaded_at AS loaded_at, :run_id AS run_id, dt FROM staging.x UNION ALL"
            " SELECT n, :loaded_at AS loaded_at, :run_id AS run_id, dt FROM staging.y",
        ),
    ],
    ids=["both", "one", "with", "union"],
)
def test_they_come_before_the_partition_in_the_outermost_select(sql: str, expected: str) -> None:
    assert " ".join(written(sql).split()) == expected


def test_a_statement_that_has_both_stays_as_it_is_written() -> None:
    sql = "SELECT n,   :loaded_at AS loaded_at, :run_id AS run_id, dt FROM staging.x"
    assert written(sql) == sql


def test_they_come_last_in_a_whole_table() -> None:
    sql = written("SELECT n, dt FROM staging.x", Whole())
    assert " ".join(sql.split()) == "SELECT n, dt, :loaded_at AS loaded_at, :run_id AS run_id FROM staging.x"
