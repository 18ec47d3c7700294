"""An Engine for these tests: DuckDB in memory behind sqlglot, with tables made from rows."""

from __future__ import annotations

from collections.abc import Sequence

import duckdb
import sqlglot
from sqlglot import exp

from millrace.athena_sql.ports import Column, Result, Statement, Value
from millrace.errors import QueryError
from millrace.glue_workflow.quality.rule_types.sql_text import quoted_name
from tests.doubles.reading_engine import GivenParameters, GivenTables, ReadingEngine

_TYPES = {"string": "varchar"}
_NAMES = {"varchar": "string", "integer": "int", "float": "float"}


class SampleEngine(ReadingEngine):
    """Implements athena_sql.ports.Engine, without `write`. `ran` holds the statements that were run, in order."""

    def __init__(self) -> None:
        self._connection = duckdb.connect(config={"threads": 2})
        self._connection.execute("SET TimeZone = 'UTC'")
        self.ran: list[Statement] = []

    def add(self, table: str, columns: Sequence[Column], rows: Sequence[Sequence[Value]]) -> None:
        layer, name = table.split(".")
        self._connection.execute(f'CREATE SCHEMA IF NOT EXISTS "{layer}"')
        declared = ", ".join(f"{quoted_name(column.name)} {_TYPES.get(column.type, column.type)}" for column in columns)
        self._connection.execute(f'CREATE OR REPLACE TABLE "{layer}"."{name}" ({declared})')
        if rows:
            marks = ", ".join("?" for _ in columns)
            self._connection.executemany(
                f'INSERT INTO "{layer}"."{name}" VALUES ({marks})', [list(row) for row in rows]
            )

    def execute(self, sql: str) -> None:
        """Runs SQL in DuckDB's dialect, to set up a test."""
        self._connection.execute(sql)

    def answer(self, statement: Statement, parameters: GivenParameters, tables: GivenTables) -> Result:
        self.ran.append(statement)
        tree = sqlglot.parse_one(statement.sql, read="athena")
        assert isinstance(tree, exp.Query)
        try:
            relation = self._connection.execute(tree.sql("duckdb"))
        except duckdb.Error as error:
            raise QueryError(f"{statement.name}: {error}") from error
        described = relation.description or []
        columns = tuple(Column(name, _athena_type(str(kind))) for name, kind, *_ in described)
        return Result(columns, [tuple(row) for row in relation.fetchall()])

    def interrupt(self) -> None:
        self._connection.interrupt()

    def close(self) -> None:
        self._connection.close()


def _athena_type(duckdb_type: str) -> str:
    lower = duckdb_type.lower()
    return _NAMES.get(lower, lower)
