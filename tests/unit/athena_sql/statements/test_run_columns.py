"""The columns of the run, added to statements that leave them out."""

from __future__ import annotations

import pytest

from millrace.athena_sql.ports import Statement
from millrace.athena_sql.statements.run_columns import with_run_columns


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
    assert " ".join(with_run_columns(Statement("x", sql)).sql.split()) == expected


def test_a_statement_that_has_both_stays_as_it_is_written() -> None:
    statement = Statement("x", "SELECT n,   :loaded_at AS loaded_at, :run_id AS run_id, dt FROM staging.x")
    assert with_run_columns(statement) is statement
