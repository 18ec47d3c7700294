"""The adapters of one machine: files, SQLite, the spool on disk, and DuckDB or Spark."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from millrace.clock import Clock
from millrace.errors import LakeError, UsageError
from millrace.infra.runtime.base import Runtime
from millrace.lake.keys import PROD, RAW, STAGING
from millrace.lake.local import LocalStorage
from millrace.pending.sqlite import SqlitePendingList
from millrace.schedules.sqlite import SqliteScheduleSwitches
from millrace.settings import EngineName
from millrace.state.sqlite import STATE_FILE, StateFile, is_blank

if TYPE_CHECKING:
    from millrace.athena_sql.ports import FormInference, StreamingEngine
    from millrace.firehose.ports import DeliveryStream, Spool
    from millrace.glue_workflow.external.crawlers import Crawlers
    from millrace.glue_workflow.external.functions import NamedFunctions
    from millrace.glue_workflow.ports import Catalog, ExecutionLeases, Leases, RunStore
    from millrace.glue_workflow.stores.local.leases import FileLeases, LocalLeases
    from millrace.ingestors.health.feed_health import HealthStore
    from millrace.state.conditional_items import ConditionalItems


class LocalRuntime(Runtime):
    """One lake in a folder."""

    no_lake_hint = "Name one with --home or MILLRACE_HOME; millrace demo or millrace poll makes one."

    _state_path: Path | None = None  # None: the lake's own

    @property
    def address(self) -> str:
        return str(self.settings.home)

    def exists(self) -> bool:
        marked = super().exists()
        if (self.home / STATE_FILE).exists() or self.state_is_lost:
            self.state.check()
        return marked

    @cached_property
    def storage(self) -> LocalStorage:
        return LocalStorage(self.home)

    @property
    def state_is_lost(self) -> bool:
        """Whether this lake has data, but no state, which every use of the lake makes before its first object."""
        return is_blank(self.home / STATE_FILE) and any(
            next(self.storage.list(f"{layer}/"), None) is not None for layer in (RAW, STAGING, PROD)
        )

    def on_state(self, path: Path, clock: Clock | None = None) -> LocalRuntime:
        """The same lake with another state file: a new one while state is remade, or none of its own in an audit."""
        other = LocalRuntime(self.settings, clock=clock or self.clock, notifier=self._notifier, project=self.project)
        other._state_path = path
        return other

    @contextmanager
    def examined(self) -> Iterator[Runtime]:
        if not self.state_is_lost:
            with super().examined():
                yield self
            return
        if not super().exists():
            raise self._no_lake()
        with TemporaryDirectory() as folder, self.on_state(Path(folder) / STATE_FILE) as other:
            yield other

    @cached_property
    def state(self) -> StateFile:
        """Raises LakeError for a lost state file: with a new one, all that was published would be out of sight."""
        if self._state_path is None and self.state_is_lost:
            raise LakeError(
                f"the lake {self.address} has data, but its state file {self.home / STATE_FILE} is missing or empty.",
                hint="Restore it from a copy, or remake it: millrace doctor --rebuild-state.",
            )
        state = StateFile(self._state_path or self.home / STATE_FILE)
        self._closing.callback(state.close)
        return state

    @cached_property
    def pending(self) -> SqlitePendingList:
        return SqlitePendingList(self.state)

    @cached_property
    def switches(self) -> SqliteScheduleSwitches:
        return SqliteScheduleSwitches(self.state)

    @cached_property
    def stream(self) -> DeliveryStream:
        from millrace.firehose.local_spool import LocalDeliveryStream

        stream = LocalDeliveryStream(self.state, self.storage, self.pending, self.feed_clock, reached=self.reached)
        self._closing.callback(stream.close)
        return stream

    @cached_property
    def spool(self) -> Spool:
        from millrace.firehose.spool_store import SpoolStore

        return SpoolStore(self.state, self.pending)

    @cached_property
    def forms(self) -> FormInference:
        from millrace.athena_sql.engines.duckdb.files.inferred_forms import InferredForms

        return InferredForms(self.home)

    @cached_property
    def crawlers(self) -> Crawlers:
        from millrace.glue_workflow.external.local_crawlers import LocalCrawlers

        return LocalCrawlers(self.storage, self.tables.crawled, self.clock)

    @cached_property
    def functions(self) -> NamedFunctions:
        from millrace.glue_workflow.external.python_functions import PythonFunctions

        return PythonFunctions(self.project.function_files, self.project.folder.folder("lib"))

    @cached_property
    def health(self) -> HealthStore:
        from millrace.ingestors.health.sqlite import SqliteHealth

        return SqliteHealth(self.state)

    @cached_property
    def catalog(self) -> Catalog:
        from millrace.glue_workflow.stores.local.catalog import SqliteCatalog

        return SqliteCatalog(self.state, self.clock, reached=self.reached)

    @cached_property
    def runs(self) -> RunStore:
        from millrace.glue_workflow.stores.local.runs import SqliteRunStore

        return SqliteRunStore(self.state)

    @cached_property
    def items(self) -> ConditionalItems:
        from millrace.state.sqlite_items import SqliteItems

        return SqliteItems(self.state)

    @cached_property
    def locks(self) -> FileLeases:
        """The locks alone: they can be had where the state file is lost."""
        from millrace.glue_workflow.stores.local.leases import FileLeases

        return FileLeases(self.home / "leases")

    @cached_property
    def leases(self) -> Leases:
        return self._leases

    @property
    def execution_leases(self) -> ExecutionLeases:
        return self._leases

    @cached_property
    def _leases(self) -> LocalLeases:
        from millrace.glue_workflow.stores.local.leases import LocalLeases

        return LocalLeases(self.locks, self.items, self.clock)

    @cached_property
    def engine(self) -> StreamingEngine:
        """DuckDB: ad hoc queries and the audit use it whichever engine the jobs use."""
        from millrace.athena_sql.engines.duckdb.engine import DuckDbEngine

        engine = DuckDbEngine(self.tables, self.home)
        self._closing.callback(engine.close)
        return engine

    def engine_named(self, name: EngineName | None) -> StreamingEngine:
        match name or self.settings.engine or EngineName.DUCKDB:
            case EngineName.DUCKDB:
                return self.engine
            case EngineName.SPARK:
                return self._spark
            case EngineName.ATHENA:
                hint = "Use --engine duckdb or spark, or set MILLRACE_RUNTIME=aws."
                raise UsageError("Athena cannot read a lake in a folder.", hint=hint)

    def readers_engine(self, name: EngineName | None = None) -> StreamingEngine:
        return self.engine_named(name) if name else self.engine

    @cached_property
    def _spark(self) -> StreamingEngine:
        from millrace.athena_sql.engines.spark.engine import SparkEngine

        engine = SparkEngine(self.tables, self.home)
        self._closing.callback(engine.close)
        return engine
