"""What a lake is worked on with: settings, clocks, secrets, the project, and the tables that SQL can name."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from millrace.clock import Clock, SystemClock
from millrace.commit_points import CommitPointListener, kill_at, no_listener
from millrace.environment import addresses
from millrace.infra.runtime.adapters import LakeAdapters
from millrace.lake.kind import kind_of
from millrace.settings import FeedKind, Settings

if TYPE_CHECKING:
    from datetime import datetime

    from millrace.firehose.ports import Quarantine
    from millrace.glue_workflow.lake_tables import LakeTables
    from millrace.glue_workflow.pipelines import Pipelines
    from millrace.glue_workflow.ports import RunStore
    from millrace.infra.project.project import Project
    from millrace.infra.runtime.aws_clients import AwsClients
    from millrace.infra.runtime.named_secrets import ApiKeys, NamedSecrets
    from millrace.ingestors.ports import Source
    from millrace.notify.ports import Notifier
    from millrace.notify.selection import NamedNotifier


class LakeContext(LakeAdapters, ABC):
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

        return notifier_of(self.people, lambda: self.items)

    @cached_property
    def people(self) -> list[NamedNotifier]:
        """The notifiers beside the log: of the addresses in the settings, then of those that AWS keeps."""
        from millrace.notify.selection import named_notifiers

        name = self.settings.notify_name
        kept = addresses(self.secrets.value(name).reveal()) if name else ()
        return named_notifiers([*self.settings.notify, *kept], lambda region: self.clients.client("sns", region))

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
    def project(self) -> Project:
        """The project whose pipelines work on this lake."""
        from millrace.infra.project.project import Project

        return self._project or Project.find(self.settings.project, self._sources)

    @cached_property
    def pipelines(self) -> Pipelines:
        found = self.project.pipelines
        return found.with_raw_crawls() if self.settings.aws.crawls_raw else found

    @property
    def sources(self) -> dict[str, Source]:
        """Without those whose file is broken."""
        return self.project.sources

    @cached_property
    def tables(self) -> LakeTables:
        return self.tables_with(self.runs)

    def tables_with(self, runs: RunStore) -> LakeTables:
        """The tables that SQL can name, with the run state of this store."""
        from millrace.glue_workflow.crawled_tables import CrawledTables
        from millrace.glue_workflow.lake_tables import LakeTables
        from millrace.infra.project.files import POLLS
        from millrace.infra.runtime.query_log import ATHENA_FOLDER, LakeQueryLog

        project, log = self.project, LakeQueryLog(runs, self.home / ATHENA_FOLDER)
        sources = (*project.source_names, POLLS)
        datasets = {one.table: one for one in project.datasets.values()}
        crawled = CrawledTables(self.storage, datasets, self.forms)
        return LakeTables(self.storage, self.catalog, runs, sources, project.tables, crawled, project.zones, log)
