"""The tables of a lake: a list, a description of one, the files behind one, and a DuckDB file of views over them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from millrace import __version__
from millrace.athena_sql.ports import Column, ParquetData, Result, RowData, Value
from millrace.errors import QueryError, UsageError
from millrace.lake.keys import CRAWLED, OPS, RAW
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.lake.raw_objects import excluded, raw_objects
from millrace.output_file import whole_file
from millrace.time_keys import parse_date

if TYPE_CHECKING:
    from millrace.athena_sql.endpoint.lake.catalog_view import CatalogView
    from millrace.athena_sql.endpoint.statements.kinds import Show
    from millrace.glue_workflow.table_report import TableReport
    from millrace.infra.runtime.base import Runtime
    from millrace.lake.storage import Storage


def list_tables(runtime: Runtime) -> list[dict[str, Any]]:
    return _report(runtime).summary()


def describe_table(runtime: Runtime, name: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Its columns, and its partitions. Raises UnknownName."""
    report = _report(runtime)
    return report.columns(name), report.partitions(name)


@dataclass(frozen=True, slots=True)
class TableFile:
    """A file of what readers see. `file`: its absolute path or s3:// address.

    `rows`: None where nobody counted them: of raw objects and of datasets.
    """

    file: str
    partition: str
    rows: int | None
    bytes: int


def table_files(runtime: Runtime, name: str, partitions: Sequence[str] = ()) -> list[TableFile]:
    """The files of what readers see now, of the whole table or of these dates, in the order of the partitions.

    Raises UnknownName, BadTime, and UsageError for a table that is no files and for a date that readers do not see.
    """
    wanted = sorted({parse_date(one).isoformat() for one in partitions})
    runtime.tables.columns(name)  # raises UnknownName
    layer, _, short = name.partition(".")
    if layer == OPS:
        raise UsageError(
            f"{name} is not kept in files: it is a view, or the state of runs.",
            hint=f'Write its rows to one: millrace query "SELECT * FROM {name}" --output rows.parquet.',
        )
    if layer == CRAWLED:
        objects = runtime.tables.crawled.objects(name)
        found = [TableFile(runtime.storage.location(one.key), "", None, one.size) for one in objects]
        published = set[str]()
    elif layer == RAW:
        found = list(_raw_files(runtime.storage, short, wanted))
        published = {one.partition for one in found}
    else:
        versions = runtime.catalog.current(name)
        published = {one.partition for one in versions}
        found = [
            TableFile(runtime.storage.location(file.key), one.partition, file.rows, file.size)
            for one in versions
            if not wanted or one.partition in wanted
            for file in one.files
        ]
    if unseen := sorted({*wanted} - published):
        raise UsageError(f"readers of {name} see no {', '.join(unseen)}.", hint=f"See millrace tables {name}.")
    return found


def _raw_files(storage: Storage, source: str, days: Sequence[str]) -> Iterator[TableFile]:
    """Of these days, or of all of them; only what is asked for is listed."""
    without = excluded(storage, source)
    for day in days or (None,):
        for found in raw_objects(storage, source, day, without=without):
            place = RAW_LAYOUT.place(found.key)
            yield TableFile(storage.location(found.key), place.dt if place else "", None, found.size)


def export_duckdb(runtime: Runtime, target: Path) -> int:
    """Makes a DuckDB file of views over what readers see now, and returns how many tables it has.

    An older file of that name gives way to the new one as a whole. Raises UsageError for a place that cannot be written
    and for a lake on AWS, LakeError for a table whose files cannot be read.
    """
    from millrace.athena_sql.engines.duckdb.view_file import ExportedTable, write_view_file
    from millrace.infra.runtime.selection import require_local

    local = require_local(runtime, "a DuckDB file of views")
    _refuse_target(target)
    found = [
        ExportedTable(name, local.tables.columns(name), data)
        for name, data in ((name, local.tables.table(name)) for name in local.tables.names() if not _is_given(name))
        if isinstance(data, ParquetData | RowData)
    ]
    with whole_file(target) as place:
        write_view_file(place, found, str(local.home), local.clock.now(), __version__)
    return len(found)


_SCHEMAS = ("staging", "prod", "ops")


def _refuse_target(target: Path) -> None:
    """DuckDB calls a database by its file's name, and `prod.x` may mean either then. A .wal belongs to an open file."""
    if target.stem.lower() in _SCHEMAS:
        raise UsageError(
            f"DuckDB could not tell the file {target.name} from the schema {target.stem.lower()!r} in it.",
            hint="Choose another name, such as lake.duckdb.",
        )
    if target.exists() and not target.is_file():
        raise UsageError(f"{target} is no file.", hint="Choose another name, such as lake.duckdb.")
    if target.with_name(f"{target.name}.wal").exists():
        raise UsageError(f"{target} is open in another program, which writes to it.", hint="Close it there first.")


def _is_given(name: str) -> bool:
    """Whether the files are as others gave them: DuckDB reads them without a view of Millrace's."""
    return name.startswith((f"{RAW}.", f"{CRAWLED}."))


def _report(runtime: Runtime) -> TableReport:
    from millrace.glue_workflow.table_report import TableReport

    return TableReport(runtime.tables, runtime.readers_engine(), runtime.catalog, runtime.storage)


def show_tables(runtime: Runtime, sql: str) -> Result:
    """The rows of a SHOW or DESCRIBE. There is no current database: tables are named in full, and so listed.

    Raises QueryError for another statement, and StatementFailed for an unknown table or database.
    """
    from millrace.athena_sql.endpoint.execution.show import show
    from millrace.athena_sql.endpoint.lake.catalog_view import CatalogView
    from millrace.athena_sql.endpoint.statements.kinds import Show
    from millrace.athena_sql.endpoint.statements.parsing import without_comments
    from millrace.athena_sql.endpoint.statements.utility_statements import utility_statement

    statement = utility_statement(without_comments(sql))
    if not isinstance(statement, Show):
        raise QueryError(
            f"cannot read {sql.strip()!r}.",
            hint="Write SHOW TABLES, SHOW COLUMNS IN t, SHOW PARTITIONS t, SHOW CREATE TABLE t or DESCRIBE t.",
        )
    catalog = CatalogView(runtime.tables)
    if statement.substatement == "SHOW_TABLES" and not statement.subject.database:
        return _tables_of_all_databases(statement, catalog)
    columns, rows = show(statement, "", catalog)
    names = [column.name for column in columns]
    # DESCRIBE answers in one text with tabs, for Hive's clients; lines without a name are its headings.
    cells = [_cells(row, len(names)) for row in rows]
    return Result(tuple(Column(name, "string") for name in names), cells)


def _tables_of_all_databases(statement: Show, catalog: CatalogView) -> Result:
    from millrace.athena_sql.endpoint.execution.show import show
    from millrace.athena_sql.endpoint.statements.kinds import Show, TableName

    rows: list[tuple[Value, ...]] = []
    for database in catalog.databases():
        within = Show(statement.substatement, TableName(database, ""), statement.pattern)
        rows += [(f"{database}.{name}",) for (name,) in show(within, "", catalog)[1]]
    return Result((Column("tab_name", "string"),), rows)


def _cells(row: list[str | None], count: int) -> tuple[Value, ...]:
    cells = [text.strip() for text in (row[0] or "").split("\t")] if count > 1 else [(row[0] or "").rstrip()]
    return (*cells, *[""] * (count - len(cells)))[:count]
