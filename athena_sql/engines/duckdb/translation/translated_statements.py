"""Statements in DuckDB's dialect, with places for what reads their tables: the latest are kept.

A page asks the same statements at each refresh, and a run the same checks: only the files of their tables are new.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlglot import ErrorLevel, exp

from millrace.athena_sql.engines.duckdb.dialect import DUCKDB
from millrace.athena_sql.engines.duckdb.translation.calls import rewrite
from millrace.athena_sql.engines.rules import name_columns
from millrace.athena_sql.language.checks import check_statement
from millrace.athena_sql.ports import Parameter, RawData, ReadableData, Statement, ViewData
from millrace.athena_sql.statements.parameters import bind
from millrace.athena_sql.statements.parsing import parse_query
from millrace.athena_sql.statements.payload_projection import PayloadPart, take_part
from millrace.athena_sql.statements.table_binding import StatementTables, TableBinding, full_name
from millrace.athena_sql.tables import columns_of, tables_named
from millrace.errors import UnknownName
from millrace.lru_cache import LruCache

_MOST = 300
_MARK = f"millrace_{secrets.token_hex(8)}_"  # no text of a statement has it
_MARKED = re.compile(rf"{_MARK}(\d+)_")


@dataclass(frozen=True, slots=True)
class ReaderPlace:
    """A place in a statement for the reader of a table. `part`: all that the statement uses of a raw table's payload;
    None for all of it."""

    table: str
    part: PayloadPart | None


@dataclass(frozen=True, slots=True)
class TranslatedStatement:
    """`texts` stand before, between and after `places`. `columns`: the names of its tables' columns, for messages."""

    texts: tuple[str, ...]
    places: tuple[ReaderPlace, ...]
    columns: frozenset[str]

    def sql(self, read: Callable[[ReaderPlace], str]) -> str:
        """`read` gives the reader of a place."""
        first, *others = self.texts
        return first + "".join(read(place) + text for place, text in zip(self.places, others, strict=True))


class TranslatedStatements:
    """The latest translations. Each depends on the statement, its parameters, the columns of its tables and the text of
    its views alone. Threads may share them."""

    def __init__(self) -> None:
        self._kept = LruCache(_MOST)

    def of(
        self,
        statement: Statement,
        parameters: Mapping[str, Parameter],
        tables: StatementTables,
        tree: exp.Query | None = None,
    ) -> TranslatedStatement:
        """`tree`: the statement's, where it is parsed already.

        Raises QueryError, StatementFailed, sqlglot's errors, and as TableBinding does.
        """
        known = _what_tables_are(statement, tables)
        key = (statement, tuple(sorted((name, _hashable(value)) for name, value in parameters.items())), known)
        named = {name for name, _ in known}
        return self._kept.get_or_make(
            key,
            lambda: _translated(statement, tree or parse_query(statement), parameters, tables),
            lambda _: named >= tables.looked_up,  # a name may stand in the text as only the parser reads it
        )


def _translated(
    statement: Statement, tree: exp.Query, parameters: Mapping[str, Parameter], tables: StatementTables
) -> TranslatedStatement:
    places: list[ReaderPlace] = []

    def read(data: ReadableData, node: exp.Table) -> exp.Expr:
        places.append(ReaderPlace(full_name(node), take_part(node) if isinstance(data, RawData) else None))
        return exp.Var(this=f"{_MARK}{len(places) - 1}_")

    binding = TableBinding(tables, read)
    written_out = binding.write_out_views(name_columns(bind(tree, parameters, statement.name)))
    check_statement(written_out, binding.columns_of)
    rewritten = rewrite(binding.read_tables(written_out))
    sql = rewritten.sql(DUCKDB, copy=False, unsupported_level=ErrorLevel.RAISE, comments=False)
    texts = _MARKED.split(sql)
    found = tuple(places[int(number)] for number in texts[1::2])
    return TranslatedStatement(tuple(texts[::2]), found, frozenset(binding.columns))


def _what_tables_are(statement: Statement, tables: StatementTables) -> tuple[tuple[str, Hashable], ...]:
    """Of each table that may be read: its name, and what a translation depends on."""
    found: dict[str, Hashable] = {}
    todo = {*tables_named(statement.sql), *tables.given}
    while todo:
        name = todo.pop()
        if name in found:
            continue
        try:
            data = tables.data(name)
        except UnknownName:
            found[name] = None
            continue
        if isinstance(data, ViewData):
            todo |= tables_named(data.statement.sql)
        found[name] = data.statement if isinstance(data, ViewData) else columns_of(data)
    return tuple(sorted(found.items(), key=lambda item: item[0]))


def _hashable(value: Any) -> Hashable:
    """A parameter's value as Python writes it: 1, 1.0, TRUE and DECIMAL 1.00 are equal in Python."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(map(_hashable, value))
    return type(value), repr(value)
