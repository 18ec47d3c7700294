"""The one place that chooses adapters. Everything is made when it is first asked for, and so are the imports:
a command pays only for what it uses.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from millrace import __version__
from millrace.clock import Clock, SystemClock
from millrace.commit_points import Reached, kill_at, nobody_listens
from millrace.errors import LakeError
from millrace.lake.kind import kind_of, open_lake
from millrace.lake.local import LocalStorage
from millrace.pending import SqlitePendingList
from millrace.schedule_switches import SqliteScheduleSwitches
from millrace.settings import FeedKind, Settings
from millrace.state import STATE_FILE, StateFile

if TYPE_CHECKING:
    from athena_sql.ports import Engine
    from firehose.local_spool import LocalDeliveryStream
    from firehose.ports import Quarantine
    from glue_workflow.audit import Audit
    from glue_workflow.lake_tables import LakeTables
    from glue_workflow.local_runner import LocalRunner, Progress
    from glue_workflow.ports import Catalog, Leases, Notifier, RunStore
    from ingestors.fetching import Fetcher
    from ingestors.handler import PollHandler
    from ingestors.health import HealthStore
    from ingestors.ports import RateBudget, Source
    from ingestors.redriving import Redriver


class LocalRuntime:
    """One lake in a folder. `feed_clock` is the time that polls and deliveries live in: feed time in a demo."""

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        feed_clock: Clock | None = None,
        notifier: Notifier | None = None,
        sources: Mapping[str, Source] | None = None,
    ) -> None:
        self.settings = settings
        self._notifier = notifier
        self._given_sources = sources
        self.clock: Clock = clock or SystemClock()
        self.feed_clock: Clock = feed_clock or self.clock
        self._closing = ExitStack()

    @classmethod
    def existing(cls, settings: Settings) -> Self:
        """A lake to read from. Raises LakeError where there is none: reading never makes one."""
        if kind_of(LocalStorage(settings.home)) is None:
            raise LakeError(
                f"there is no lake at {settings.home}.",
                hint="Name one with --home or MILLRACE_HOME; millrace demo or millrace poll makes one.",
            )
        return cls(settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    @property
    def home(self) -> Path:
        return self.settings.home.resolve()

    @cached_property
    def reached(self) -> Reached:
        return kill_at(self.settings.kill_at) if self.settings.kill_at else nobody_listens

    @cached_property
    def storage(self) -> LocalStorage:
        return LocalStorage(self.home)

    @property
    def kind(self) -> FeedKind | None:
        """`simulated`, `live`, or None for a lake that holds nothing yet."""
        return kind_of(self.storage)

    @cached_property
    def state(self) -> StateFile:
        state = StateFile(self.home / STATE_FILE)
        self._closing.callback(state.close)
        return state

    @cached_property
    def pending(self) -> SqlitePendingList:
        return SqlitePendingList(self.state)

    @cached_property
    def switches(self) -> SqliteScheduleSwitches:
        return SqliteScheduleSwitches(self.state)

    @cached_property
    def stream(self) -> LocalDeliveryStream:
        from firehose.local_spool import LocalDeliveryStream

        stream = LocalDeliveryStream(self.state, self.storage, self.pending, self.feed_clock, reached=self.reached)
        self._closing.callback(stream.close)
        return stream

    @cached_property
    def quarantine(self) -> Quarantine:
        from firehose.object_quarantine import ObjectQuarantine

        return ObjectQuarantine(self.storage)

    @cached_property
    def health(self) -> HealthStore:
        from ingestors.sqlite_health import SqliteHealth

        return SqliteHealth(self.state)

    @cached_property
    def notifier(self) -> Notifier:
        from glue_workflow.notifications import LogNotifier

        return self._notifier or LogNotifier()

    @cached_property
    def redriver(self) -> Redriver:
        from ingestors.redriving import Redriver

        return Redriver(
            self.sources,
            self.stream,
            self.quarantine,
            self.feed_clock,
            api_keys=self.settings.api_keys,
            reached=self.reached,
        )

    @cached_property
    def catalog(self) -> Catalog:
        from glue_workflow.sqlite_catalog import SqliteCatalog

        return SqliteCatalog(self.state, self.clock, reached=self.reached)

    @cached_property
    def runs(self) -> RunStore:
        from glue_workflow.sqlite_runs import SqliteRunStore

        return SqliteRunStore(self.state)

    @cached_property
    def leases(self) -> Leases:
        from glue_workflow.file_leases import FileLeases

        return FileLeases(self.home / "leases")

    @cached_property
    def sources(self) -> dict[str, Source]:
        from ingestors.registry import sources

        return dict(self._given_sources) if self._given_sources is not None else sources()

    @cached_property
    def tables(self) -> LakeTables:
        from glue_workflow.lake_tables import LakeTables

        return LakeTables(self.storage, self.catalog, self.runs, (*self.sources, "polls"))

    @cached_property
    def engine(self) -> Engine:
        from athena_sql.duckdb_engine import DuckDbEngine

        engine = DuckDbEngine(self.tables, self.home)
        self._closing.callback(engine.close)
        return engine

    def poll_handler(self, rate: RateBudget | None = None, *, fetcher: Fetcher | None = None) -> PollHandler:
        """`rate` replaces the sources' own budgets (a simulated feed has none); `fetcher` makes single requests.

        Marks a new lake as what the feed is; raises WrongLakeKind for a lake of the other kind.
        """
        from ingestors.budget import NO_LIMIT
        from ingestors.failed_bodies import ObjectFailedBodies
        from ingestors.handler import PollHandler
        from ingestors.polite import polite_fetcher
        from ingestors.watch import Watch

        open_lake(self.storage, self.settings.feed, self.clock)
        handler = PollHandler(
            polite_fetcher(self.clock, rate or (NO_LIMIT if self.settings.feed == "simulated" else None), fetcher),
            self.stream,
            self.quarantine,
            self.feed_clock,
            urls=self.settings.source_urls,
            api_keys=self.settings.api_keys,
            watch=Watch(self.health, self.notifier),
            failed_bodies=ObjectFailedBodies(self.storage),
            reached=self.reached,
        )
        self._closing.callback(handler.close)
        return handler

    def runner(self, progress: Progress = lambda _: None) -> LocalRunner:
        from glue_workflow.job_context import Services
        from glue_workflow.local_runner import LocalRunner

        services = Services(
            storage=self.storage,
            catalog=self.catalog,
            pending=self.pending,
            runs=self.runs,
            engine=self.engine,
            clock=self.clock,
            notifier=self.notifier,
            schemas=self._schemas,
            code_version=__version__,
            reached=self.reached,
        )
        return LocalRunner(services, self.leases, progress)

    def audit(self, progress: Callable[[int, int], None] = lambda done, of: None) -> Audit:
        from firehose.spool_store import SpoolStore
        from glue_workflow.audit import Audit, AuditedSource
        from glue_workflow.definitions import workflows

        staging = {workflow.source: workflow.staging for workflow in workflows().values()}
        return Audit(
            engine=self.engine,
            storage=self.storage,
            catalog=self.catalog,
            pending=self.pending,
            spool=SpoolStore(self.state, self.pending),
            quarantine=self.quarantine,
            clock=self.clock,
            sources=[
                AuditedSource(source.name, staging.get(source.name), source.entities_path)
                for source in self.sources.values()
            ],
            progress=progress,
        )

    @cached_property
    def _schemas(self) -> dict[str, Any]:
        from ingestors.attempts import ATTEMPT_SCHEMA, POLLS

        return {**{source.name: source.schema for source in self.sources.values()}, POLLS: ATTEMPT_SCHEMA}
