"""What every runtime has in common: it puts a lake's parts together from whichever adapters it has.

Parts are made, and modules imported, at first use: a command pays only for what it uses.
"""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from millrace import __version__
from millrace.clock import Clock, SystemClock
from millrace.commit_points import CommitPointListener, kill_at, no_listener
from millrace.environment import addresses
from millrace.errors import LakeError, SettingError
from millrace.infra.runtime.adapters import LakeAdapters
from millrace.lake.kind import kind_of, open_lake
from millrace.settings import EngineName, FeedKind, Settings

if TYPE_CHECKING:
    from datetime import datetime

    from millrace.athena_sql.ports import Column, StreamingEngine
    from millrace.firehose.ports import Quarantine
    from millrace.glue_workflow.lake_tables import LakeTables
    from millrace.glue_workflow.ledger.audit import Audit
    from millrace.glue_workflow.ledger.objects import ObjectAudit
    from millrace.glue_workflow.pipelines import Pipelines
    from millrace.glue_workflow.ports import RunStore
    from millrace.glue_workflow.run.execution import WorkflowExecution
    from millrace.glue_workflow.run.job_context import JobServices
    from millrace.glue_workflow.run.runner import WorkflowRunner
    from millrace.glue_workflow.run.step import Progress
    from millrace.infra.project.project import Project
    from millrace.infra.runtime.aws_clients import AwsClients
    from millrace.infra.runtime.named_secrets import ApiKeys, NamedSecrets
    from millrace.ingestors.http.fetcher import Fetcher
    from millrace.ingestors.polling.handler import PollHandler
    from millrace.ingestors.polling.kept_snapshots import KeptSnapshots
    from millrace.ingestors.polling.poll_requests import PollRequests
    from millrace.ingestors.polling.redrive import Redriver
    from millrace.ingestors.ports import RateBudget, Source
    from millrace.notify.ports import Notifier


_ENGINES = ("engine", "_athena", "_readers_athena", "_spark")  # where runtimes keep those that they have made


class Runtime(LakeAdapters, ABC):
    """One lake and its adapters. `feed_clock`: the clock of polls and deliveries, which shows feed time in a demo.

    `clients`, `notifier` and `sources` replace the default ones; so does `project`, which then has sources of its own.
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
        project: Project | None = None,
    ) -> None:
        self.settings = settings
        self._clients = clients
        self._notifier = notifier or (self._told_by_setting() if settings.notify else None)
        self._sources = sources
        self._project = project
        self.clock: Clock = clock or SystemClock()
        self.feed_clock: Clock = feed_clock or self.clock
        self._closing = ExitStack()

    @classmethod
    def existing(cls, settings: Settings) -> Self:
        """A lake to read from. Raises LakeError if there is none (reading never creates one), or if it is broken."""
        runtime, exists = cls._checked(settings)
        if not exists:
            raise runtime._no_lake()
        return runtime

    @classmethod
    def existing_or_new(cls, settings: Settings) -> Self:
        """A lake to write to, which may not exist yet. Raises LakeError if it is broken."""
        return cls._checked(settings)[0]

    @classmethod
    def _checked(cls, settings: Settings) -> tuple[Self, bool]:
        runtime = cls(settings)
        with ExitStack() as failed:
            failed.push(runtime)
            exists = runtime.exists()
            failed.pop_all()
        return runtime, exists

    def exists(self) -> bool:
        """Whether there is a lake. Raises LakeError for one that is broken."""
        return self.kind is not None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def interrupt(self) -> None:
        """Stops what the engines are doing that have been made; from any thread."""
        made = vars(self)  # looked at without making one
        engines: list[StreamingEngine] = [made[name] for name in _ENGINES if name in made]
        for engine in engines:
            engine.interrupt()

    @property
    def home(self) -> Path:
        """The lake's folder; for a lake elsewhere, the folder of the local files that belong to it."""
        return self.settings.home.resolve()

    @cached_property
    def clients(self) -> AwsClients:
        from millrace.infra.runtime.aws_clients import AwsClients

        return self._clients or AwsClients(self.settings.aws)

    @cached_property
    def reached(self) -> CommitPointListener:
        return kill_at(self.settings.kill_at) if self.settings.kill_at else no_listener

    @property
    def kind(self) -> FeedKind | None:
        """`simulated`, `live`, or None for a lake that does not exist yet."""
        return kind_of(self.storage)

    def feed_now(self) -> datetime:
        """The feeds' present time, to which ages are measured: in a simulated lake, the newest slot that was polled
        for, or now if that slot is in the future.
        """
        now = self.clock.now()
        if self.kind != "simulated":
            return now
        slots = [slot for name in self.sources if (slot := self.health.read(name).slot)]
        return min(max(slots, default=now), now)

    @cached_property
    def quarantine(self) -> Quarantine:
        from millrace.firehose.object_quarantine import ObjectQuarantine

        return ObjectQuarantine(self.storage)

    @cached_property
    def notifier(self) -> Notifier:
        return self._notifier or self._told_by_setting()

    def _told_by_setting(self) -> Notifier:
        """Made at once where addresses are set, as a wrong one is refused before anything else is done."""
        from millrace.notify.selection import notifier_of

        name = self.settings.notify_name
        return notifier_of(addresses(self.secrets.value(name).reveal()) if name else self.settings.notify)

    @cached_property
    def secrets(self) -> NamedSecrets:
        """The secrets that AWS keeps, of which the settings have the names."""
        from millrace.infra.runtime.named_secrets import NamedSecrets

        return NamedSecrets(lambda: self.clients)

    @cached_property
    def api_keys(self) -> ApiKeys:
        from millrace.infra.runtime.named_secrets import ApiKeys

        return ApiKeys(self.settings.api_keys, self.settings.api_key_names, self.secrets)

    @cached_property
    def redriver(self) -> Redriver:
        from millrace.ingestors.polling.redrive import Redriver

        return Redriver(
            self.sources,
            self.stream,
            self.quarantine,
            self.feed_clock,
            urls=self.settings.source_urls,
            api_keys=self.api_keys,
            reached=self.reached,
        )

    @cached_property
    def project(self) -> Project:
        """The project whose pipelines work on this lake."""
        from millrace.infra.project.project import Project

        return self._project or Project.find(self.settings.project, self._sources)

    @property
    def pipelines(self) -> Pipelines:
        return self.project.pipelines

    @property
    def sources(self) -> dict[str, Source]:
        """Without those whose file is broken."""
        return self.project.sources

    @property
    def polled(self) -> list[Source]:
        """The feeds that are polled by schedule: all, or in a simulated lake those with a simulated address."""
        urls, live = self.settings.source_urls, self.settings.feed == "live"
        return [one for name, one in self.sources.items() if one.is_polled and (live or name in urls)]

    @cached_property
    def tables(self) -> LakeTables:
        return self.tables_with(self.runs)

    def tables_with(self, runs: RunStore) -> LakeTables:
        """The tables that SQL can name, with the run state of this store."""
        from millrace.glue_workflow.lake_tables import LakeTables
        from millrace.infra.project.files import POLLS

        project = self.project
        sources = (*project.source_names, POLLS)
        return LakeTables(self.storage, self.catalog, runs, sources, project.tables, project.zones)

    @cached_property
    def poll_requests(self) -> PollRequests:
        """Whoever makes a lake for one poll asks it first: a request that is refused makes none."""
        from millrace.ingestors.polling.poll_requests import PollRequests

        only_urls = self.settings.feed == "simulated"
        return PollRequests(self.feed_clock, self.settings.source_urls, only_urls, self.api_keys)

    def poll_handler(self, rate: RateBudget | None = None, *, fetcher: Fetcher | None = None) -> PollHandler:
        """`rate` replaces the sources' own budgets (a simulated feed has none); `fetcher` makes single requests.

        Marks a new lake as simulated or live, as the feed is; raises WrongLakeKind for a lake of the other kind.
        """
        from millrace.ingestors.health.alerts import FeedMonitor
        from millrace.ingestors.http.rate_budget import NO_LIMIT
        from millrace.ingestors.http.retry import polling_fetcher
        from millrace.ingestors.polling.failed_bodies import ObjectFailedBodies
        from millrace.ingestors.polling.handler import PollHandler

        open_lake(self.storage, self.settings.feed, self.clock)
        handler = PollHandler(
            polling_fetcher(
                self.clock,
                rate or (NO_LIMIT if self.settings.feed == "simulated" else None),
                fetcher,
                self.reservations,
            ),
            self.stream,
            self.quarantine,
            self.feed_clock,
            requests=self.poll_requests,
            monitor=FeedMonitor(self.health, self.notifier),
            failed_bodies=ObjectFailedBodies(self.storage),
            reached=self.reached,
        )
        self._closing.callback(handler.close)
        return handler

    @cached_property
    def kept_snapshots(self) -> KeptSnapshots:
        """The door for snapshots of origins other than HTTP. Marks a new lake, as `poll_handler` does."""
        from millrace.ingestors.polling.kept_snapshots import KeptSnapshots

        open_lake(self.storage, self.settings.feed, self.clock)
        return KeptSnapshots(self.storage, self.stream, self.feed_clock, self.reached)

    def runner(self, progress: Progress = lambda _: None, engine: EngineName | None = None) -> WorkflowRunner:
        from millrace.glue_workflow.run.runner import WorkflowRunner

        return WorkflowRunner(self.job_services(engine), self.leases, progress)

    def execution(
        self, workflow: str, execution: str, time_left: Callable[[], float] | None = None
    ) -> WorkflowExecution:
        """The run protocol for one execution of an orchestrator. Raises UnknownName for the workflow."""
        from millrace.glue_workflow.run.execution import WorkflowExecution

        return WorkflowExecution(
            self.job_services(), self.execution_leases, self.pipelines.workflow(workflow), execution, time_left
        )

    def job_services(self, engine: EngineName | None = None) -> JobServices:
        from millrace.glue_workflow.run.job_context import JobServices

        return JobServices(
            storage=self.storage,
            catalog=self.catalog,
            pending=self.pending,
            runs=self.runs,
            engine=self.engine_named(engine),
            clock=self.clock,
            notifier=self.notifier,
            schemas=self._schemas,
            code_version=__version__,
            pipelines=self.pipelines,
            reached=self.reached,
            entity_keys={source.name: source.entity_key for source in self.sources.values() if source.entity_key},
            quarantine=self.quarantine,
            items=self.items,
            given_rows=_write_given_rows,
            release=self.settings.release,
        )

    def audit(self, progress: Callable[[int, int], None] = lambda done, of: None) -> Audit:
        from millrace.glue_workflow.ledger.audit import Audit
        from millrace.glue_workflow.ledger.snapshots import AuditedSource

        if broken := self.project.broken_sources:
            raise broken[0].as_error()  # a ledger without one of the sources would balance for the wrong reason
        staging = {workflow.source: workflow.staging for workflow in self.pipelines.workflows.values()}
        whole = not self.pipelines.broken  # a broken workflow is mended, and takes then what is pending
        return Audit(
            engine=self.engine,
            storage=self.storage,
            catalog=self.catalog,
            pending=self.pending,
            runs=self.runs,
            spool=self.spool,
            quarantine=self.quarantine,
            clock=self.clock,
            feed_now=self.feed_now(),
            tables=self.project.tables,
            sources=[
                AuditedSource(
                    source.name,
                    staging.get(source.name),
                    source.entities_path,
                    waits=whole and source.name not in staging,
                    kept=not source.is_polled,
                )
                for source in self.sources.values()
            ],
            progress=progress,
        )

    def object_audit(self, *, deep: bool = False) -> ObjectAudit:
        from millrace.glue_workflow.ledger.kept_objects import KeptObjects
        from millrace.glue_workflow.ledger.objects import ObjectAudit
        from millrace.ingestors.ports import POLLS

        kept = [source.name for source in self.sources.values() if not source.is_polled]
        return ObjectAudit(
            self.engine,
            self.storage,
            self.catalog,
            [*self.project.source_names, POLLS],
            self.pipelines,
            KeptObjects(self.engine, self.storage, self.spool, kept),
            deep,
        )

    @contextmanager
    def examined(self) -> Iterator[Runtime]:
        """The lake for an audit, which goes on where state is lost: nothing is on record then.

        Raises LakeError as `existing` does for any other lake.
        """
        if not self.exists():
            raise self._no_lake()
        yield self

    def _no_lake(self) -> LakeError:
        return LakeError(f"there is no lake at {self.address}.", hint=self.no_lake_hint)

    @cached_property
    def _schemas(self) -> dict[str, Any]:
        from millrace.firehose.envelope import KeptObject
        from millrace.ingestors.polling.attempts import AttemptRecord
        from millrace.ingestors.ports import POLLS

        of = {one.name: one.schema if one.is_polled else KeptObject for one in self.sources.values()}
        return {**of, POLLS: AttemptRecord}


def _write_given_rows(rows: object, columns: Sequence[Column], target: Path) -> int:
    """As the port GivenRows says. Raises SettingError where there is no DuckDB, such as in a Lambda function."""
    try:
        from millrace.athena_sql.engines.duckdb.given_rows import write_given_rows
    except ImportError:
        raise SettingError(
            "the rows that a script gives are written by DuckDB, which is not installed.",
            hint="Run the workflow's jobs on Glue, or make the table by a statement.",
        ) from None
    return write_given_rows(rows, columns, target)
