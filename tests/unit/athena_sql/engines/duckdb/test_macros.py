"""The macros in DuckDB: each name has one definition, which DuckDB takes."""

from __future__ import annotations

from collections import Counter

import duckdb

from millrace.athena_sql.engines.duckdb.translation.macros.lookup import GROUPS, macros_of

NAMES = [head.partition("(")[0] for group in GROUPS for head in group]


def test_no_two_macros_have_the_same_name() -> None:
    assert [name for name, times in Counter(NAMES).items() if times > 1] == []


def test_duckdb_takes_each_of_them() -> None:
    with duckdb.connect() as session:
        for statement in macros_of(" ".join(f"{name}(" for name in NAMES)):
            session.execute(statement)
