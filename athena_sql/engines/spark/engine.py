"""The engine on Spark, here or on a cluster: the lake's files, and statements transpiled from Athena's dialect."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import TYPE_CHECKING

from sqlglot import ErrorLevel, exp

from millrace.athena_sql.engines.duckdb.errors import translated as duckdb_translated
from millrace.athena_sql.engines.duckdb.row_export import EXPORT_LIMITS, export_rows
from millrace.athena_sql.engines.duckdb.running_sessions import RunningSessions
from millrace.athena_sql.engines.duckdb.session import open_session as open_duckdb
from millrace.athena_sql.engines.errors import stopped
from millrace.athena_sql.engines.heads import head_of
from millrace.athena_sql.engines.nans import rewrite_nans
from millrace.athena_sql.engines.rules import (
    name_columns,
    require_declared_columns,
    require_partitions_parameter,
)
from millrace.athena_sql.engines.spark.dialect import SPARK
from millrace.athena_sql.engines.spark.errors import translated
from millrace.athena_sql.engines.spark.frames import SparkFrames, carry
from millrace.athena_sql.engines.spark.row_files import computed
from millrace.athena_sql.engines.spark.session import open_session
from millrace.athena_sql.engines.spark.table_data import SparkTables
from millrace.athena_sql.engines.spark.types import columns_of, instants_to_utc, to_value
from millrace.athena_sql.engines.spark.written_files import WrittenFolder
from millrace.athena_sql.language.checks import check_statement
from millrace.athena_sql.language.typed_trees import typed
from millrace.athena_sql.portability.statement_check import differing
from millrace.athena_sql.ports import (
    Parameter,
    Result,
    RowFormat,
    Statement,
    TableData,
    TableSource,
    WriteRequest,
    WrittenFile,
)
from millrace.athena_sql.statements.parameters import bind
from millrace.athena_sql.statements.parsing import parse_query
from millrace.athena_sql.statements.places import place_of
from millrace.athena_sql.statements.table_binding import StatementTables, TableBinding
from millrace.errors import DefinitionError, StatementFailed

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

# V2 has the delta encodings. Timestamps without a zone are stored as by DuckDB: microseconds, UTC.
_FILE_FORMAT = {
    "compression": "zstd",
    "parquet.writer.version": "v2",
    "mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
}


_PARTITION = "dt"


@dataclass(eq=False)
class _StatementRun:
    """One statement's execution: its Spark jobs form one group, which can be cancelled."""

    statement: Statement
    group: str = field(default_factory=lambda: f"millrace-{uuid.uuid4().hex}")
    stopped: bool = False


class SparkEngine:
    """The Engine port over `source`'s tables. `root` is the lake's: a folder, or an address that the cluster can reach.

    `master` and `settings` as for `open_session`. The session is opened on first use and kept; Spark itself ends with
    the process. Calls from several threads run side by side.
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
        self._exports = RunningSessions()
        self._lock = threading.Lock()

    def query(
        self,
        statement: Statement,
        parameters: Mapping[str, Parameter] | None = None,
        tables: Mapping[str, TableData] | None = None,
    ) -> Result:
        tree = parse_query(statement)
        with (
            self._running_session(statement) as session,
            self._frame(session, statement, tree, parameters, tables) as frame,
        ):
            return _collected(frame)

    def head(
        self, statement: Statement, parameters: Mapping[str, Parameter], rows: int, limit: int | None = None
    ) -> tuple[Result, int]:
        tree = parse_query(statement)
        with (
            self._running_session(statement) as session,
            self._frame(session, statement, tree, parameters, None) as frame,
        ):
            return head_of(
                rows, limit, fetch=lambda first: _collected(frame.limit(first)), count=_limited(frame, limit).count
            )

    def export(
        self,
        statement: Statement,
        parameters: Mapping[str, Parameter],
        form: RowFormat,
        target: Path,
        limit: int | None = None,
        is_untouched: Callable[[], bool] = lambda: True,
    ) -> int:
        """As the port says: Spark writes files first, of all rows, and DuckDB reads them."""
        tree = parse_query(statement)
        with (
            self._running_session(statement) as session,
            self._frame(session, statement, tree, parameters, None) as frame,
            computed(session, self._root, _limited(frame, limit)) as rows,
            duckdb_translated(statement),
            self._exports.closing(open_duckdb(rows.folder, EXPORT_LIMITS, ordered=True, paths=[target])) as reading,
        ):
            return export_rows(reading, rows.sql, rows.columns, form, target)

    def explain(self, statement: Statement, parameters: Mapping[str, Parameter]) -> str:
        tree = parse_query(statement)
        with (
            self._running_session(statement) as session,
            self._frame(session, statement, tree, parameters, None) as frame,
        ):
            jvm = session.sparkContext._jvm
            assert jvm is not None
            return str(jvm.PythonSQLUtils.explainString(frame._jdf.queryExecution(), "formatted"))

    def write(self, request: WriteRequest) -> list[WrittenFile]:
        """As the port says, in one Spark job for all partitions. Files of an earlier attempt are replaced."""
        tree = parse_query(request.statement)
        parameters = dict(request.parameters)
        if request.partitions is not None:
            require_partitions_parameter(request, tree)
            if not request.partitions:
                return []
            parameters["partitions"] = [date.fromisoformat(partition) for partition in request.partitions]
            _order_by_partition(tree, len(request.columns))
        with (
            self._running_session(request.statement) as session,
            self._frame(session, request.statement, tree, parameters, request.tables) as frame,
        ):
            require_declared_columns(request, columns_of(frame))
            rows = instants_to_utc(frame).toDF(*(column.name for column in request.columns))
            return self._write(request, WrittenFolder(session, self._root, request.prefix), rows)

    @contextmanager
    def frames(self, name: str, modules: Sequence[ModuleType], jars: Sequence[Path]) -> Iterator[SparkFrames]:
        with self._running_session(Statement(name, "")) as session:
            carry(session, modules, jars)
            yield SparkFrames(
                session,
                self._root,
                lambda read, parameters, tables: self._frame(session, read, parse_query(read), parameters, tables),
            )

    def take_scanned(self) -> int:
        return 0

    def interrupt(self) -> None:
        with self._lock:
            runs, session = list(self._running), self._session
        for run in runs:
            run.stopped = True
            if session:
                session.sparkContext.cancelJobGroup(run.group)
        self._exports.interrupt()

    def close(self) -> None:
        self.interrupt()
        with self._lock:
            self._session = None

    def _write(self, request: WriteRequest, folder: WrittenFolder, rows: DataFrame) -> list[WrittenFile]:
        writer = rows.write.options(**_FILE_FORMAT).mode("overwrite")
        written = False
        try:
            if request.partitions is None:
                writer.parquet(folder.address)
                files = folder.files()
            else:
                writer.partitionBy(_PARTITION).parquet(folder.address)
                files = folder.files_by_partition()
                _require_partitions(request, files)
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
        """The statement's rows, not yet computed. The views that they come from exist as long as the context."""
        views = SparkTables(session)
        binding = TableBinding(StatementTables(self._source, tables), views.read)
        bound = name_columns(bind(tree, parameters or {}, statement.name))
        try:
            with translated(statement, binding.columns):
                written_out = binding.write_out_views(bound)
                check_statement(written_out, binding.columns_of)
                _require_alike(written_out)
                resolved = typed(binding.read_tables(written_out), views.schema, quoted=True)
                rewrite_nans(resolved)
                yield session.sql(resolved.sql(SPARK, unsupported_level=ErrorLevel.RAISE, comments=False))
        finally:
            views.drop()

    @contextmanager
    def _running_session(self, statement: Statement) -> Iterator[SparkSession]:
        """A session whose jobs `interrupt` can stop; whatever error Spark then gives, `stopped` is raised."""
        run = _StatementRun(statement)
        with self._lock:
            if self._session is None:
                self._session = open_session(self._master, self._settings)
            session = self._session
            self._running.add(run)
        session.sparkContext.setJobGroup(run.group, statement.name, interruptOnCancel=True)
        try:
            yield session
        except Exception:
            if run.stopped:
                raise stopped(statement) from None
            raise
        finally:
            with self._lock:
                self._running.discard(run)
        if run.stopped:
            raise stopped(statement)


def _require_alike(tree: exp.Query) -> None:
    """Raises StatementFailed for what Spark reads in another way than Athena."""
    for node, refusal in differing(tree):
        raise StatementFailed("NOT_SUPPORTED", f"{place_of(node)}: on Spark, {refusal.said}")


def _collected(frame: DataFrame) -> Result:
    return Result(columns_of(frame), [tuple(map(to_value, row)) for row in instants_to_utc(frame).collect()])


def _limited(frame: DataFrame, limit: int | None) -> DataFrame:
    return frame if limit is None else frame.limit(limit)


def _order_by_partition(tree: exp.Query, position: int) -> None:
    """Orders the rows by dt, the column at this position, and then as the statement does; changes the tree in place.

    Each task then writes one file at a time, a day is in few files, and each file has the statement's order, which
    makes it small. NULLS FIRST is the order by partition that Spark's writer wants: any other would be sorted again,
    and the statement's own order lost.
    """
    by_partition = exp.Ordered(this=exp.Literal.number(position), nulls_first=True)
    order = tree.args.get("order")
    if tree.args.get("limit") is None:
        tree.set("order", exp.Order(expressions=[by_partition, *(order.expressions if order else ())]))


def _require_partitions(request: WriteRequest, files: Sequence[WrittenFile]) -> None:
    """Raises DefinitionError for rows of other partitions than those that were asked for."""
    others = sorted({file.partition for file in files} - set(request.partitions or ()))
    if others:
        raise DefinitionError(
            f"{request.statement.name}: the statement gives rows of dt={others[0]}, which was not asked for.",
            hint="Add WHERE dt IN (:partitions).",
        )
