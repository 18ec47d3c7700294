"""Column pruning: columns that a query cannot use are not read, and all that it can use are."""

from __future__ import annotations

import pytest
from sqlglot import exp

from millrace.athena_sql.endpoint.planning.column_pruning import named_columns
from millrace.athena_sql.portability.dialect import TRINO
from millrace.athena_sql.ports import Column

COLUMNS = tuple(Column(name, "int") for name in ("a", "B", "c"))


def named(sql: str, table: str = "t") -> str:
    tree = TRINO.parse(sql)[0]
    assert tree is not None
    (node,) = (found for found in tree.find_all(exp.Table) if found.name == table)
    return "".join(column.name for column in named_columns(node, COLUMNS))


@pytest.mark.parametrize(
    ("sql", "columns"),
    [
        ("SELECT a FROM t", "a"),
        ("SELECT A + b AS x FROM p.t AS other", "aB"),
        ('SELECT "a" FROM t ORDER BY "C"', "ac"),
        ("SELECT x.a FROM t AS x JOIN u USING (c)", "ac"),
        ("SELECT a FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.id = t.c)", "ac"),
        ("WITH w AS (SELECT a FROM t) SELECT b FROM u, w", "aB"),
        ("SELECT max(a) OVER (PARTITION BY c) FROM t", "ac"),
        ("SELECT count(*) FROM t WHERE b > 1", "B"),
        ("SELECT count(*) FROM t", "a"),
        ("SELECT * FROM t", "aBc"),
        ("SELECT x.* FROM t AS x", "aBc"),
        ("SELECT a FROM (SELECT * FROM t)", "aBc"),
        ("SELECT y FROM t AS x (y, z, w)", "aBc"),
        ("SELECT a FROM t NATURAL JOIN u", "aBc"),
    ],
)
def test_only_columns_that_a_query_can_use_are_read(sql: str, columns: str) -> None:
    assert named(sql) == columns
