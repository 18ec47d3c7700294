"""The engine on Spark: Athena's dialect, transpiled, over the lake's files, here or on a cluster."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from sqlglot import ErrorLevel, exp

from millrace.athena_sql.engines.errors import stopped
from millrace.athena_sql.engines.rules import named, parameters_for, reads_partitions, same_columns
from millrace.athena_sql.engines.spark.dialect import SPARK
from millrace.athena_sql.engines.spark.errors import translated
from millrace.athena_sql.engines.spark.session import open_session
from millrace.athena_sql.engines.spark.table_data import SparkTables, identifier
from millrace.athena_sql.engines.spark.types import columns_of, instants_to_utc, to_value
from millrace.athena_sql.engines.spark.written_files import WrittenFolder
from millrace.athena_sql.ports import Parameter, Result, Statement, TableData, TableSource, WriteRequest, WrittenFile
from millrace.athena_sql.statements.parameters import bind
from millrace.athena_sql.statements.parsing import parse_query
from millrace.athena_sql.statements.table_binding import TableBinding
from millrace.athena_sql.statements.typed_trees import typed

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# V2 has the delta encodings. Timestamps without a zone are stored as DuckDB stores them: microseconds, UTC.
_FILE_FORMAT = {
    "compression": "zstd",
    "parquet.writer.version": "v2",
    "mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
}


@dataclass(eq=False)
class _StatementRun:
    """What runs for one caller: Spark's jobs under one group."""

    statement: Statement
    group: str = field(default_factory=lambda: f"millrace-{uuid.uuid4().hex}")
    stopped: bool = False


class SparkEngine:
    """The Engine port over `source`'s tables. `root` is the lake's: a folder, or an address that the cluster can reach.

    `master` and `settings` as for `open_session`. The session is opened when it is first needed, and kept; Spark itself
    ends with the process. Calls from several threads run side by side.
    """

    def __init__(
        self,
        source: TableSource,
        root: Path | str,
        *,
        master: str | None = None,
        settings: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._source = source
        self._root = str(root.resolve()) if isinstance(root, Path) else root
        self._master, self._settings = master, settings
        self._session: SparkSession | None = None
        self._running: set[_StatementRun] = set()
        self._lock = threading.Lock()

    def query(
        self,
        statement: Statement,
        parameters: Mapping[str, Parameter] | None = None,
        tables: Mapping[str, TableData] | None = None,
    ) -> Result:
        tree = parse_query(statement)
        with self._call(statement) as session, self._frame(session, statement, tree, parameters, tables) as frame:
            columns = columns_of(frame)
            rows = [tuple(map(to_value, row)) for row in instants_to_utc(frame).collect()]
        return Result(columns, rows)

    def write(self, request: WriteRequest) -> list[WrittenFile]:
        tree = parse_query(request.statement)
        if request.partitions is None:
            return self._write(request, tree, "")
        reads_partitions(request, tree)
        return [written for partition in request.partitions for written in self._write(request, tree, partition)]

    def take_scanned(self) -> int:
        return 0

    def interrupt(self) -> None:
        with self._lock:
            calls, session = list(self._running), self._session
        for call in calls:
            call.stopped = True
            if session:
                session.sparkContext.cancelJobGroup(call.group)

    def close(self) -> None:
        self.interrupt()
        with self._lock:
            self._session = None

    def _write(self, request: WriteRequest, tree: exp.Query, partition: str) -> list[WrittenFile]:
        statement, bound = request.statement, parameters_for(request, partition)
        prefix = f"{request.prefix}dt={partition}/" if partition else request.prefix
        with self._call(statement) as session, self._frame(session, statement, tree, bound, request.tables) as frame:
            same_columns(request, columns_of(frame))
            stored = request.columns[:-1] if partition else request.columns
            folder = WrittenFolder(session, self._root, prefix)
            rows = instants_to_utc(frame).toDF(*(column.name for column in request.columns))
            written = False
            try:
                selected = rows.select(*(identifier(column.name) for column in stored))
                selected.write.options(**_FILE_FORMAT).mode("overwrite").parquet(folder.address)
                files = folder.files(partition)
                written = True
            finally:
                if not written:
                    folder.remove()
        return files

    @contextmanager
    def _frame(
        self,
        session: SparkSession,
        statement: Statement,
        tree: exp.Query,
        parameters: Mapping[str, Parameter] | None,
        tables: Mapping[str, TableData] | None,
    ) -> Iterator[DataFrame]:
        """The statement's rows, not yet computed, with the views that they come from."""
        views = SparkTables(session)
        binding = TableBinding(self._source, tables or {}, views.read)
        bound = named(bind(tree, parameters or {}, statement.name))
        try:
            with translated(statement, binding.columns):
                resolved = typed(binding.resolve(bound), views.schema, quoted=True)
                yield session.sql(resolved.sql(SPARK, unsupported_level=ErrorLevel.RAISE, comments=False))
        finally:
            views.drop()

    @contextmanager
    def _call(self, statement: Statement) -> Iterator[SparkSession]:
        """A session whose jobs `interrupt` can stop. Spark's error is then that it was stopped, whatever it says."""
        call = _StatementRun(statement)
        with self._lock:
            if self._session is None:
                self._session = open_session(self._master, self._settings)
            session = self._session
            self._running.add(call)
        session.sparkContext.setJobGroup(call.group, statement.name, interruptOnCancel=True)
        try:
            yield session
        except Exception:
            if call.stopped:
                raise stopped(statement) from None
            raise
        finally:
            with self._lock:
                self._running.discard(call)
        if call.stopped:
            raise stopped(statement)
