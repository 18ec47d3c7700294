"""The engine on Athena, AWS without a cluster: statements run in their own dialect; UNLOAD writes versions.

UNLOAD writes Parquet below the version's own prefix, `dt=` folders included, at most 100 partitions a statement (Athena
user guide, "UNLOAD", "Considerations and limitations"). The files of an UNLOAD that failed lie under a prefix that no
catalog points to, and are deleted with that version.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlglot import ErrorLevel, exp

from millrace.athena_sql.engines.athena.limits import MAX_PARTITIONS, MAX_QUERY_BYTES
from millrace.athena_sql.engines.athena.result_objects import ResultObjects
from millrace.athena_sql.engines.athena.result_rows import rows_sql, stored_columns
from millrace.athena_sql.engines.athena.session import AthenaQueries
from millrace.athena_sql.engines.athena.table_data import TableRead, as_declared
from millrace.athena_sql.engines.athena.work_tables import WorkTables
from millrace.athena_sql.engines.duckdb.pipe import PipeFrom
from millrace.athena_sql.engines.duckdb.running_sessions import RunningSessions
from millrace.athena_sql.engines.heads import head_of
from millrace.athena_sql.engines.rules import (
    limited,
    name_columns,
    require_declared_columns,
    require_partitions_parameter,
)
from millrace.athena_sql.portability.dialect import ATHENA
from millrace.athena_sql.ports import (
    Parameter,
    ParquetData,
    ParquetFile,
    RawData,
    Result,
    RowFormat,
    Statement,
    TableData,
    TableSource,
    WriteRequest,
    WrittenFile,
)
from millrace.athena_sql.result_csv import csv_line
from millrace.athena_sql.statements.parameters import bind
from millrace.athena_sql.statements.parsing import parse_query
from millrace.athena_sql.statements.table_binding import StatementTables, TableBinding
from millrace.lake.storage import Storage
from millrace.sql_quoting import literal

_COMPRESSION = "ZSTD"


@dataclass(frozen=True, slots=True)
class _PreparedForAthena:
    """A statement as Athena takes it, and what it reads."""

    sql: str
    reading: TableRead


class AthenaEngine:
    """The Engine port over Athena and `source`'s tables; those in Glue are read by name (`catalog_tables.py`).

    `results`: where the objects are that Athena writes results to. Calls from several threads run side by side.
    """

    def __init__(
        self, queries: AthenaQueries, work: WorkTables, source: TableSource, storage: Storage, results: ResultObjects
    ) -> None:
        self._queries, self._work, self._source, self._storage = queries, work, source, storage
        self._results, self._exports = results, RunningSessions()
        self._orphans_removed = False

    def query(
        self,
        statement: Statement,
        parameters: Mapping[str, Parameter] | None = None,
        tables: Mapping[str, TableData] | None = None,
    ) -> Result:
        prepared = self._prepare(statement, parse_query(statement), parameters or {}, tables or {})
        return self._queries.result(self._run(statement, prepared))

    def head(
        self, statement: Statement, parameters: Mapping[str, Parameter], rows: int, limit: int | None = None
    ) -> tuple[Result, int]:
        tree = parse_query(statement)

        def fetch(first: int) -> Result:
            prepared = self._prepare(statement, limited(tree, first), parameters, {})
            return self._queries.result(self._run(statement, prepared))

        def count() -> int:
            prepared = self._prepare(statement, limited(tree, limit), parameters, {})
            counting = replace(prepared, sql=f"SELECT count(*) FROM ({prepared.sql}) AS counted")
            return int(str(self._queries.result(self._run(statement, counting)).rows[0][0]))

        return head_of(rows, limit, fetch, count)

    def export(
        self,
        statement: Statement,
        parameters: Mapping[str, Parameter],
        form: RowFormat,
        target: Path,
        limit: int | None = None,
        is_untouched: Callable[[], bool] = lambda: True,
    ) -> int:
        """As the port says, from the object that Athena has written; where there is none, from pages of the result."""
        # DuckDB is at hand where people export; the jobs of a Lambda function have none.
        from millrace.athena_sql.engines.duckdb.errors import translated as duckdb_translated
        from millrace.athena_sql.engines.duckdb.row_export import EXPORT_LIMITS, export_rows
        from millrace.athena_sql.engines.duckdb.session import open_session

        prepared = self._prepare(statement, limited(parse_query(statement), limit), parameters, {})
        query_id = self._run(statement, prepared)
        columns = self._queries.columns(query_id)
        with (
            TemporaryDirectory(prefix="millrace-athena-") as folder,
            PipeFrom(self._csv(query_id)) as pipe,
            duckdb_translated(statement),
            self._exports.closing(
                open_session(Path(folder), EXPORT_LIMITS, ordered=True, paths=[pipe.path, target])
            ) as session,
        ):
            return export_rows(session, rows_sql(columns, pipe.path, form), stored_columns(columns), form, target)

    def explain(self, statement: Statement, parameters: Mapping[str, Parameter]) -> str:
        prepared = self._prepare(statement, parse_query(statement), parameters, {})
        query_id = self._run(statement, replace(prepared, sql=f"EXPLAIN {prepared.sql}"))
        return "\n".join(row[0] or "" for row in self._queries.texts(query_id))

    @contextmanager
    def resolved(self, statement: Statement, parameters: Mapping[str, Parameter]) -> Iterator[str]:
        """What Athena is to run for a statement, for another client of it. Inside the context, the tables exist."""
        prepared = self._prepare(statement, parse_query(statement), parameters, {})
        with self._work_tables(prepared):
            yield prepared.sql

    def write(self, request: WriteRequest) -> list[WrittenFile]:
        """As the port says. Files of an earlier attempt are deleted first: UNLOAD would add to them, or refuse."""
        statements = self._statements(request, parse_query(request.statement))
        self._clear(request.prefix)
        written = False
        try:
            for number, prepared in enumerate(statements):
                if number == 0:
                    self._check_columns(request, prepared)
                self._unload(request, prepared)
            files = self._written(request)
            written = True
        finally:
            if not written:
                self._clear(request.prefix)
        return files

    def take_scanned(self) -> int:
        return self._queries.take_scanned()

    def interrupt(self) -> None:
        self._queries.stop_all()
        self._exports.interrupt()

    def noting(self, note: Callable[[Sequence[str]], None]) -> AbstractContextManager[None]:
        return self._queries.noting(note)

    def settle(self, query_ids: Sequence[str]) -> None:
        self._queries.settle(query_ids)

    def close(self) -> None:
        pass

    def _run(self, statement: Statement, prepared: _PreparedForAthena) -> str:
        with self._work_tables(prepared):
            # A work table has a new name each time, so no earlier result has the same text as a query with one.
            return self._queries.run(statement, prepared.sql, reuse=not prepared.reading.work)

    def _csv(self, query_id: str) -> Iterable[bytes]:
        output = self._queries.output(query_id)
        return (
            self._results.chunks(output)
            if output
            else (csv_line(row).encode() for row in self._queries.texts(query_id))
        )

    def _statements(self, request: WriteRequest, tree: exp.Query) -> Iterator[_PreparedForAthena]:
        if request.partitions is None:
            return iter([self._prepare(request.statement, tree, request.parameters, request.tables)])
        require_partitions_parameter(request, tree)
        return self._chunks(request, tree, list(request.partitions))

    def _check_columns(self, request: WriteRequest, prepared: _PreparedForAthena) -> None:
        """Runs the statement without rows, which scans nothing. UNLOAD's own SELECT would cast columns of any type."""
        with self._work_tables(prepared):
            sql = f"SELECT * FROM ({prepared.sql}) AS made LIMIT 0"
            require_declared_columns(request, self._queries.result(self._queries.run(request.statement, sql)).columns)

    def _clear(self, prefix: str) -> None:
        self._storage.delete([stored.key for stored in self._storage.list(prefix)])

    def _chunks(self, request: WriteRequest, tree: exp.Query, partitions: list[str]) -> Iterator[_PreparedForAthena]:
        """As few statements as Athena's limits on partitions and on the query's length allow."""
        while partitions:
            count = min(len(partitions), MAX_PARTITIONS)
            prepared = self._prepare_partitions(request, tree, partitions[:count])
            while count > 1 and len(prepared.sql.encode()) > MAX_QUERY_BYTES * 3 // 4:
                count //= 2
                prepared = self._prepare_partitions(request, tree, partitions[:count])
            yield prepared
            del partitions[:count]

    def _prepare_partitions(
        self, request: WriteRequest, tree: exp.Query, partitions: Sequence[str]
    ) -> _PreparedForAthena:
        days = [date.fromisoformat(partition) for partition in partitions]
        tables = {name: _restricted(data, frozenset(partitions)) for name, data in request.tables.items()}
        return self._prepare(request.statement, tree, {**request.parameters, "partitions": days}, tables)

    def _prepare(
        self,
        statement: Statement,
        tree: exp.Query,
        parameters: Mapping[str, Parameter],
        tables: Mapping[str, TableData],
    ) -> _PreparedForAthena:
        reading = TableRead(self._work.database, frozenset(name.lower() for name in tables))
        binding = TableBinding(StatementTables(self._source, tables), reading.read)
        bound = name_columns(bind(tree, parameters, statement.name))
        resolved = binding.read_tables(binding.write_out_views(bound))
        sql = resolved.sql(ATHENA, unsupported_level=ErrorLevel.RAISE, comments=False)
        return _PreparedForAthena(sql, reading)

    def _unload(self, request: WriteRequest, prepared: _PreparedForAthena) -> None:
        columns = ", ".join(map(as_declared, request.columns))
        by = ", partitioned_by = ARRAY['dt']" if request.partitions is not None else ""
        target = literal(self._storage.location(request.prefix))
        sql = (
            f"UNLOAD (SELECT {columns} FROM ({prepared.sql}) AS made) TO {target}"
            f" WITH (format = 'PARQUET', compression = '{_COMPRESSION}'{by})"
        )
        with self._work_tables(prepared):
            self._queries.run(request.statement, sql)

    def _work_tables(self, prepared: _PreparedForAthena) -> AbstractContextManager[None]:
        if not self._orphans_removed:
            self._orphans_removed = True
            self._work.remove_orphans()
        return self._work.existing(prepared.reading.work)

    def _written(self, request: WriteRequest) -> list[WrittenFile]:
        """The files below the version's prefix. Athena counts their rows, for which it reads the footers alone."""
        found = {
            self._storage.location(stored.key): stored
            for stored in self._storage.list(request.prefix)
            if not stored.key.rpartition("/")[2].startswith("_") and stored.size
        }
        if not found:
            return []
        partitioned = request.partitions is not None
        files = tuple(ParquetFile(place, _dt_of(place) if partitioned else "") for place in found)
        stored = request.columns[:-1] if partitioned else request.columns
        table = ParquetData(stored, files, partitioned)
        counted = {str(place): int(str(rows)) for place, rows in self.query(_COUNT, {}, {"written": table}).rows}
        return [
            WrittenFile(found[file.location].key, file.partition, counted[file.location], found[file.location].size)
            for file in files
            if file.location in counted
        ]


_COUNT = Statement("rows of the files written", 'SELECT "$path", count(*) FROM written GROUP BY 1')


def _restricted(data: TableData, partitions: frozenset[str]) -> TableData:
    """Table data restricted to these partitions, so that the query's text stays short."""
    match data:
        case RawData():
            return data.only(partitions)
        case ParquetData(columns, files, True):
            return ParquetData(columns, tuple(file for file in files if file.partition in partitions), True)
    return data


def _dt_of(location: str) -> str:
    return location.rpartition("/dt=")[2].partition("/")[0]
