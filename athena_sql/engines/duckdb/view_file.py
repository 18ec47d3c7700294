"""A DuckDB file of views over the lake's files, for the DuckDB shell and BI tools, which read it without Millrace.

A view names the files that readers see when it is made, by absolute paths; the file has none of their rows. Tables that
are not kept in files (the state of runs) are copied. The view `about` says of which lake the file is, and of when.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from millrace.athena_sql.engines.duckdb.files.file_columns import FileColumns
from millrace.athena_sql.engines.duckdb.table_data import part_reader, reader, union_of
from millrace.athena_sql.ports import Column, ParquetData, RowData
from millrace.errors import LakeError
from millrace.sql_quoting import identifier, literal


@dataclass(frozen=True, slots=True)
class ExportedTable:
    """A table `<schema>.<name>`. `columns`: with their descriptions, which the file keeps as comments."""

    name: str
    columns: tuple[Column, ...]
    data: ParquetData | RowData

    @property
    def quoted(self) -> str:
        return ".".join(map(identifier, self.name.split(".")))


def write_view_file(target: Path, tables: Sequence[ExportedTable], lake: str, made_at: datetime, version: str) -> None:
    """Makes `target`, which may not exist yet. `lake`: the address; `version`: of Millrace.

    Raises LakeError for a table whose files cannot be read.
    """
    known = FileColumns()
    with duckdb.connect(target) as connection:
        connection.execute(_about(lake, made_at, version))
        for schema in sorted({table.name.partition(".")[0] for table in tables}):
            connection.execute(f"CREATE SCHEMA {identifier(schema)}")
        for table in tables:
            try:
                for statement in _statements(connection, known, table):
                    connection.execute(statement)
            except duckdb.Error as error:
                message = f"cannot make a view of {table.name}: {error}."
                raise LakeError(message, hint="See what is wrong with the lake: millrace doctor.") from None


def _about(lake: str, made_at: datetime, version: str) -> str:
    made = made_at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "seconds")
    return (
        f"CREATE VIEW about AS SELECT {literal(lake)} AS lake, TIMESTAMP {literal(made)} AS made_at_utc,"
        f" {literal(version)} AS millrace_version"
    )


def _statements(connection: duckdb.DuckDBPyConnection, known: FileColumns, table: ExportedTable) -> Iterator[str]:
    if isinstance(table.data, RowData):
        yield f"CREATE TABLE {table.quoted} AS {reader(table.data)}"
    else:
        yield f"CREATE VIEW {table.quoted} AS {_view(connection, known, table.data)}"
    for column in table.columns:
        if column.description:
            place = f"{table.quoted}.{identifier(column.name)}"
            yield f"COMMENT ON COLUMN {place} IS {literal(column.description)}"


def _view(connection: duckdb.DuckDBPyConnection, known: FileColumns, data: ParquetData) -> str:
    if not data.files:
        return reader(data)
    parts = known.parts(lambda sql: connection.execute(sql).fetchall(), data)
    return union_of([part_reader(part) for part in parts])
