"""What is the same for every runtime: how a lake's parts are put together, whichever adapters they are.

Everything is made when it is first asked for, and so are the imports: a command pays only for what it uses.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

from millrace import __version__
from millrace.clock import Clock, SystemClock
from millrace.commit_points import Reached, kill_at, nobody_listens
from millrace.errors import LakeError
from millrace.lake.kind import kind_of, open_lake
from millrace.settings import EngineName, FeedKind, Settings

if TYPE_CHECKING:
    from millrace.athena_sql.ports import Engine
    from millrace.firehose.ports import DeliveryStream, Quarantine, Spool
    from millrace.glue_workflow.lake_tables import LakeTables
    from millrace.glue_workflow.ledger.audit import Audit
    from millrace.glue_workflow.ports import Catalog, Leases, RunStore
    from millrace.glue_workflow.run.runner import Progress, WorkflowRunner
    from millrace.infra.runtime.aws_clients import AwsClients
    from millrace.ingestors.health.feed_health import HealthStore
    from millrace.ingestors.http.fetcher import Fetcher
    from millrace.ingestors.polling.handler import PollHandler
    from millrace.ingestors.polling.redrive import Redriver
    from millrace.ingestors.ports import RateBudget, Source
    from millrace.lake.storage import Storage
    from millrace.notify.ports import Notifier
    from millrace.pending.ports import PendingList
    from millrace.schedules.ports import ScheduleSwitches


class Runtime(ABC):
    """One lake. `feed_clock` is the time that polls and deliveries live in: feed time in a demo.

    `clients` of AWS are made by the settings unless they are given.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Clock | None = None,
        feed_clock: Clock | None = None,
        notifier: Notifier | None = None,
        sources: Mapping[str, Source] | None = None,
        clients: AwsClients | None = None,
    ) -> None:
        self.settings = settings
        self._given_clients = clients
        self._notifier = notifier
        self._given_sources = sources
        self.clock: Clock = clock or SystemClock()
        self.feed_clock: Clock = feed_clock or self.clock
        self._closing = ExitStack()

    @classmethod
    def existing(cls, settings: Settings) -> Self:
        """A lake to read from. Raises LakeError where there is none: reading never makes one."""
        runtime = cls(settings)
        if runtime.kind is None:
            raise LakeError(f"there is no lake at {runtime.address}.", hint=cls.none_there)
        return runtime

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    # The adapters: each runtime has its own.

    none_there: ClassVar[str]  # what to do when there is no lake

    @property
    @abstractmethod
    def address(self) -> str:
        """Where the lake is, for people."""

    @property
    @abstractmethod
    def storage(self) -> Storage: ...

    @property
    @abstractmethod
    def pending(self) -> PendingList: ...

    @property
    @abstractmethod
    def switches(self) -> ScheduleSwitches: ...

    @property
    @abstractmethod
    def stream(self) -> DeliveryStream: ...

    @property
    @abstractmethod
    def spool(self) -> Spool | None:
        """What the stream has not delivered yet; None for a stream that does not show it."""

    @property
    @abstractmethod
    def health(self) -> HealthStore: ...

    @property
    @abstractmethod
    def catalog(self) -> Catalog: ...

    @property
    @abstractmethod
    def runs(self) -> RunStore: ...

    @property
    @abstractmethod
    def leases(self) -> Leases: ...

    @property
    @abstractmethod
    def engine(self) -> Engine:
        """What readers and the audit have."""

    @abstractmethod
    def engine_named(self, name: EngineName | None) -> Engine:
        """What jobs are run with; None: what the settings say. Raises UsageError for one that is not to be had here."""

    @property
    def home(self) -> Path:
        """The folder of the lake, or of what this machine keeps beside one that is elsewhere."""
        return self.settings.home.resolve()

    @cached_property
    def clients(self) -> AwsClients:
        from millrace.infra.runtime.aws_clients import AwsClients

        return self._given_clients or AwsClients(self.settings.aws)

    @cached_property
    def reached(self) -> Reached:
        return kill_at(self.settings.kill_at) if self.settings.kill_at else nobody_listens

    @property
    def kind(self) -> FeedKind | None:
        """`simulated`, `live`, or None for a lake that holds nothing yet."""
        return kind_of(self.storage)

    @cached_property
    def quarantine(self) -> Quarantine:
        from millrace.firehose.object_quarantine import ObjectQuarantine

        return ObjectQuarantine(self.storage)

    @cached_property
    def notifier(self) -> Notifier:
        from millrace.notify.log import LogNotifier

        return self._notifier or LogNotifier()

    @cached_property
    def redriver(self) -> Redriver:
        from millrace.ingestors.polling.redrive import Redriver

        return Redriver(
            self.sources,
            self.stream,
            self.quarantine,
            self.feed_clock,
            api_keys=self.settings.api_keys,
            reached=self.reached,
        )

    @cached_property
    def sources(self) -> dict[str, Source]:
        from millrace.ingestors.registry import sources

        return dict(self._given_sources) if self._given_sources is not None else sources()

    @property
    def _source_names(self) -> Iterable[str]:
        """Without the sources themselves: a broken one is no reason why the lake cannot be read."""
        from millrace.ingestors.registry import names

        return self._given_sources if self._given_sources is not None else names()

    @property
    def polled(self) -> list[Source]:
        """The sources that are polled on their schedules: in a simulated lake, those that have a simulated address."""
        urls, live = self.settings.source_urls, self.settings.feed == "live"
        return [source for name, source in self.sources.items() if live or name in urls]

    @cached_property
    def tables(self) -> LakeTables:
        from millrace.glue_workflow.lake_tables import LakeTables

        return LakeTables(self.storage, self.catalog, self.runs, (*self._source_names, "polls"))

    def poll_handler(self, rate: RateBudget | None = None, *, fetcher: Fetcher | None = None) -> PollHandler:
        """`rate` replaces the sources' own budgets (a simulated feed has none); `fetcher` makes single requests.

        Marks a new lake as what the feed is; raises WrongLakeKind for a lake of the other kind.
        """
        from millrace.ingestors.health.alerts import FeedMonitor
        from millrace.ingestors.http.rate_budget import NO_LIMIT
        from millrace.ingestors.http.retry import polling_fetcher
        from millrace.ingestors.polling.attempts import ObjectFailedBodies
        from millrace.ingestors.polling.handler import PollHandler

        open_lake(self.storage, self.settings.feed, self.clock)
        handler = PollHandler(
            polling_fetcher(self.clock, rate or (NO_LIMIT if self.settings.feed == "simulated" else None), fetcher),
            self.stream,
            self.quarantine,
            self.feed_clock,
            urls=self.settings.source_urls,
            only_urls=self.settings.feed == "simulated",
            api_keys=self.settings.api_keys,
            monitor=FeedMonitor(self.health, self.notifier),
            failed_bodies=ObjectFailedBodies(self.storage),
            reached=self.reached,
        )
        self._closing.callback(handler.close)
        return handler

    def runner(self, progress: Progress = lambda _: None, engine: EngineName | None = None) -> WorkflowRunner:
        from millrace.glue_workflow.run.job_context import Services
        from millrace.glue_workflow.run.runner import WorkflowRunner

        services = Services(
            storage=self.storage,
            catalog=self.catalog,
            pending=self.pending,
            runs=self.runs,
            engine=self.engine_named(engine),
            clock=self.clock,
            notifier=self.notifier,
            schemas=self._schemas,
            code_version=__version__,
            reached=self.reached,
        )
        return WorkflowRunner(services, self.leases, progress)

    def audit(self, progress: Callable[[int, int], None] = lambda done, of: None) -> Audit:
        from millrace.glue_workflow.definitions import workflows
        from millrace.glue_workflow.ledger.audit import Audit, AuditedSource

        staging = {workflow.source: workflow.staging for workflow in workflows().values()}
        return Audit(
            engine=self.engine,
            storage=self.storage,
            catalog=self.catalog,
            pending=self.pending,
            spool=self.spool,
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
        from millrace.ingestors.polling.attempts import ATTEMPT_SCHEMA, POLLS

        return {**{source.name: source.schema for source in self.sources.values()}, POLLS: ATTEMPT_SCHEMA}
