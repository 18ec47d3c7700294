"""The planner: from a query's tree to DuckDB's SQL.

The passes in their order: the fence, name resolution, binding each table to the files that hold it, and rewriting.
For remote files the query is bound twice: first to an outline (one real file, empty files in place of the others),
whose plan names the partitions needed; then to local copies of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from sqlglot import ErrorLevel, exp

from millrace.athena_sql.endpoint.failures import athena_errors
from millrace.athena_sql.endpoint.lake.catalog_view import CatalogView
from millrace.athena_sql.endpoint.lake.glue_table_source import (
    KeyedData,
    LineData,
    StoredView,
    keyed_reader,
    line_reader,
)
from millrace.athena_sql.endpoint.planning.column_pruning import named_columns
from millrace.athena_sql.endpoint.planning.name_resolution import refuse_row_references, resolve_names
from millrace.athena_sql.endpoint.planning.scans import MarkedReader, Scan, StoredData, scans_of
from millrace.athena_sql.endpoint.planning.stored_views import view_over
from millrace.athena_sql.endpoint.ports import EngineSession, LocalData
from millrace.athena_sql.endpoint.results.column_types import DescribedResult
from millrace.athena_sql.engines.duckdb.dialect import DUCKDB
from millrace.athena_sql.engines.duckdb.files.file_columns import FetchAll, FileColumns
from millrace.athena_sql.engines.duckdb.table_data import (
    ScanMark,
    TablePart,
    part_reader,
    reader,
    union_of,
)
from millrace.athena_sql.engines.duckdb.translation.calls import rewrite
from millrace.athena_sql.engines.duckdb.translation.macros.lookup import macros_of
from millrace.athena_sql.engines.rules import name_columns
from millrace.athena_sql.language.checks import check_statement
from millrace.athena_sql.language.fence import check_allowed
from millrace.athena_sql.ports import Column, ParquetData, RawData, ReadableData, RowData, TableData, ViewData
from millrace.athena_sql.statements.payload_projection import take_part
from millrace.athena_sql.statements.table_binding import StatementTables, TableBinding
from millrace.athena_sql.tables import columns_of
from millrace.sql_quoting import identifier, literal

_PATH = "$path"


@dataclass(frozen=True, slots=True)
class QueryPlan:
    """`sql`: one SELECT in DuckDB's dialect. `scans`: what it reads. `result`: its columns."""

    sql: str
    result: DescribedResult
    scans: Sequence[Scan]


def plan_query(
    session: EngineSession,
    query: exp.Query,
    sql: str,
    database: str,
    catalog: CatalogView,
    local: LocalData,
    known: FileColumns,
) -> QueryPlan:
    """`sql`: the text that `query` was parsed from; `database`: where names without one are looked up.

    `known`: which columns files have, as far as earlier plans have looked.

    Raises StatementFailed, QueryInterrupted, and what the lake raises.
    """
    with athena_errors(sql):
        check_allowed(query.walk())
        resolve_names(query, database, catalog)
        tree = name_columns(query)
        columns = _ColumnsOfFiles(session.rows, known)
        outline = _Tables(catalog, local, columns, outline=True)
        outlined = _planned(session, _bound(tree.copy() if local.may_be_remote else tree, outline))
        if not local.has_remote:
            return outlined
        needed = _needed_partitions(outline, outlined.scans)
        return _planned(session, _bound(tree, _Tables(catalog, local, columns, partitions_to_read=needed)))


@dataclass(frozen=True, slots=True)
class _ColumnsOfFiles:
    rows: FetchAll
    known: FileColumns

    def parts(self, data: ParquetData) -> list[TablePart]:
        return self.known.parts(self.rows, data)


@dataclass
class _Tables:
    """A TableSource whose tables DuckDB can read or, with `outline`, plan with.

    `partitions_to_read`: those of each table; None or absent: all. Repeated lookups of a name return the same value.
    """

    catalog: CatalogView
    local: LocalData
    file_columns: _ColumnsOfFiles
    outline: bool = False
    partitions_to_read: dict[str, set[str] | None] = field(default_factory=dict)
    resolved: dict[str, TableData] = field(default_factory=dict)
    readers: list[MarkedReader] = field(default_factory=list)

    def names(self) -> list[str]:
        return [*self.catalog.names(), *self.resolved]

    def table(self, name: str) -> TableData:
        if name not in self.resolved:
            data = self.catalog.table(name)
            if isinstance(data, StoredView):
                data, reads = view_over(data, self.catalog)
                self.resolved[name] = data
                for each in reads:
                    self.include(each)
            self.resolved[name] = data if isinstance(data, ViewData | RowData) else self._local(name, data)
        return self.resolved[name]

    def mark(self, data: StoredData, part: StoredData | None = None) -> ScanMark:
        """A new mark, for a reader of `part` of a table's data (by default of all)."""
        part = part or data
        like = part.root + part.keys[0] if isinstance(part, RawData) else part.files[0].location
        mark = self.local.mark(len(self.readers), like)
        self.readers.append(MarkedReader(mark, data, part))
        return mark

    def parts(self, data: ParquetData) -> list[TablePart]:
        """By the columns that files lack. Of an outline's files only the first has any: it stands for all of them."""
        if not data.files:
            return [TablePart(data)]
        if not self.is_outlined:
            return self.file_columns.parts(data)
        [first] = self.file_columns.parts(replace(data, files=data.files[:1]))
        return [TablePart(data, first.missing, is_outline=True)]

    @property
    def is_outlined(self) -> bool:
        """Whether files may be empty ones, which can only be planned with."""
        return self.outline and self.local.has_remote

    def include(self, name: str) -> None:
        """Add a table that `names` does not list, such as one of information_schema."""
        self.table(name)

    def columns(self) -> Iterator[Column]:
        """The columns of all tables and views that were looked up."""
        for name, data in self.resolved.items():
            yield from self.catalog.columns(name) if isinstance(data, ViewData) else columns_of(data)

    def _local(self, name: str, data: TableData) -> TableData:
        return (
            self.local.outline(data) if self.outline else self.local.readable(data, self.partitions_to_read.get(name))
        )


@dataclass(frozen=True, slots=True)
class _BoundQuery:
    sql: str
    readers: Sequence[MarkedReader]


def _bound(tree: exp.Query, tables: _Tables) -> _BoundQuery:
    def read(data: ReadableData, node: exp.Table) -> exp.Expr:
        match data:
            case LineData():
                mark = tables.mark(data) if data.keys else None
                return exp.Var(this=line_reader(data, tables.local.address(data.root), mark))
            case RawData():
                return exp.Var(this=reader(data, take_part(node), tables.mark(data) if data.keys else None))
            case ParquetData() if data.files and by_path and not isinstance(data, KeyedData):
                return exp.Var(this=_with_paths(data, tables))
            case ParquetData():
                named_only = replace(data, columns=named_columns(node, data.columns))
                return exp.Var(this=_parquet_reader(data, named_only, tables))
        return exp.Var(this=reader(data))

    by_path = False
    for node in tree.walk():
        if isinstance(node, exp.Table) and node.args.get("db"):
            tables.include(f"{node.db}.{node.name}")
        elif isinstance(node, exp.Column) and node.name == _PATH:
            by_path = True
    binding = TableBinding(StatementTables(tables), read)
    written_out = binding.write_out_views(tree)
    refuse_row_references(written_out, binding.columns)
    check_statement(written_out, binding.columns_of)
    resolved = binding.read_tables(written_out)
    return _BoundQuery(
        rewrite(resolved).sql(DUCKDB, copy=False, unsupported_level=ErrorLevel.RAISE, comments=False), tables.readers
    )


def _parquet_reader(data: ParquetData, named_only: ParquetData, tables: _Tables) -> str:
    """`named_only`: the table `data`, without the columns that the query cannot mean."""
    readers = []
    for part in tables.parts(named_only):
        mark = tables.mark(data, replace(data, files=part.data.files)) if part.data.files else None
        readers.append(keyed_reader(part, data.keys, mark) if isinstance(data, KeyedData) else part_reader(part, mark))
    return union_of(readers)


def _with_paths(data: ParquetData, tables: _Tables) -> str:
    """The table with Athena's hidden column `$path`: the address of the file that a row is in."""
    if tables.is_outlined:  # the other files are empty: they can only be planned together
        return f"(SELECT *, '' AS {identifier(_PATH)} FROM {_parquet_reader(data, data, tables)})"
    parts = []
    for file in data.files:
        path = literal(tables.local.address(file.location))
        one = _parquet_reader(data, replace(data, files=(file,)), tables)
        parts.append(f"SELECT *, {path} AS {identifier(_PATH)} FROM {one}")
    return f"({' UNION ALL '.join(parts)})"


def _planned(session: EngineSession, bound: _BoundQuery) -> QueryPlan:
    if macros := macros_of(bound.sql):
        session.rows(";".join(macros))
    planned = session.planned(bound.sql)
    return QueryPlan(bound.sql, planned.result, scans_of(session, planned.plan, bound.readers))


def _needed_partitions(tables: _Tables, scans: Sequence[Scan]) -> dict[str, set[str] | None]:
    """By table, the partitions that any of its scans reads; None for all, as for a table without a scan."""
    needed: dict[str, set[str] | None] = {}
    for name, data in tables.resolved.items():
        parts = [scan.partitions for scan in scans if scan.table is data]
        known = [part for part in parts if part is not None]
        needed[name] = set().union(*known) if parts and len(known) == len(parts) else None
    return needed
