"""An engine over Trino that answers queries: what Athena would answer to the statements that Millrace sends it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import count

from sqlglot import ErrorLevel, exp
from sqlglot.tokenizer_core import TokenType

from millrace.athena_sql.engines.athena.types import sql_type
from millrace.athena_sql.engines.rules import name_columns
from millrace.athena_sql.portability.dialect import ATHENA, TRINO
from millrace.athena_sql.ports import (
    Engine,
    ReadableData,
    Result,
    RowData,
    Statement,
    TableData,
    TableSource,
    Value,
)
from millrace.athena_sql.statements.parameters import bind
from millrace.athena_sql.statements.parsing import parse_query
from millrace.athena_sql.statements.table_binding import StatementTables, TableBinding
from millrace.athena_sql.tables import columns_of
from millrace.errors import QueryError
from millrace.sql_quoting import identifier, literal
from tests.contracts.trino.client import TrinoRefused, TrinoVersion
from tests.contracts.trino.values import to_result
from tests.doubles.reading_engine import GivenParameters, GivenTables, ReadingEngine

_SCHEMA = "default"
_ROWS_A_STATEMENT = 20_000
_NUMBERS = count(1)


def with_doubles(sql: str) -> str:
    """The text with each `1.5` as `1.5E0`: in Athena it is a DOUBLE, in this Trino a DECIMAL."""
    found, end = "", 0
    for token in TRINO.tokenize(sql):
        if token.token_type is TokenType.NUMBER and "." in token.text and "e" not in token.text.lower():
            found, end = f"{found}{sql[end : token.end + 1]}E0", token.end + 1
    return found + sql[end:]


@dataclass
class TrinoEngine(ReadingEngine):
    """Queries over `source`'s tables, which `reader` reads: they are copied into Trino's memory.

    A table is copied once for each state of its data. `copies`: the data, kept so that its id stays its own, and the
    name of its copy, by the data's key.
    """

    client: TrinoVersion
    source: TableSource
    reader: Engine
    copies: dict[object, tuple[TableData, str]] = field(default_factory=dict)

    def answer(self, statement: Statement, parameters: GivenParameters, tables: GivenTables) -> Result:
        found = StatementTables(self.source, tables)
        binding = TableBinding(found, lambda data, _: exp.table_(self._copy(data), db=_SCHEMA))
        bound = name_columns(bind(parse_query(statement), parameters, statement.name))
        resolved = binding.read_tables(binding.write_out_views(bound))
        sql = resolved.sql(ATHENA, unsupported_level=ErrorLevel.RAISE, comments=False)
        try:
            return to_result(self.client.answer_to(sql))
        except TrinoRefused as error:
            raise QueryError(f"{statement.name}: {error}") from error

    def _copy(self, data: ReadableData) -> str:
        key = id(data) if isinstance(data, RowData) else data  # rows are dictionaries, which have no hash
        if key not in self.copies:
            self.copies[key] = (data, self._copied(data))
        return self.copies[key][1]

    def _copied(self, data: ReadableData) -> str:
        """The rows go as one text of JSON, which Trino parses a hundred times faster than as many expressions."""
        name, columns = f"t{next(_NUMBERS)}", columns_of(data)
        rows = data.rows if isinstance(data, RowData) else self.reader.query(_ALL, {}, {"copied.data": data}).dicts()
        values = ", ".join(
            f"CAST(given[{at}] AS {sql_type(column.type)}) AS {identifier(column.name)}"
            for at, column in enumerate(columns, start=1)
        )
        for start in range(0, max(len(rows), 1), _ROWS_A_STATEMENT):
            texts = [
                [None if (value := row.get(column.name)) is None else _text(value) for column in columns]
                for row in rows[start : start + _ROWS_A_STATEMENT]
            ]
            given = literal(json.dumps(texts, ensure_ascii=False))
            into = f"INSERT INTO {_SCHEMA}.{name}" if start else f"CREATE TABLE {_SCHEMA}.{name} AS"
            self.client.answer_to(
                f"{into} SELECT {values} FROM UNNEST(CAST(json_parse({given}) AS ARRAY(ARRAY(VARCHAR)))) AS t (given)"
            )
        return name


def _text(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


_ALL = Statement("a table's rows", "SELECT * FROM copied.data")
