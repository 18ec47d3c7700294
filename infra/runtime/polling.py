"""What polls a lake's feeds, and delivers again what was set aside."""

from __future__ import annotations

from abc import ABC
from functools import cached_property
from typing import TYPE_CHECKING

from millrace.infra.runtime.context import LakeContext
from millrace.lake.kind import open_lake

if TYPE_CHECKING:
    from millrace.ingestors.http.fetcher import Fetcher
    from millrace.ingestors.polling.handler import PollHandler
    from millrace.ingestors.polling.kept_snapshots import KeptSnapshots
    from millrace.ingestors.polling.poll_requests import PollRequests
    from millrace.ingestors.polling.redrive import Redriver
    from millrace.ingestors.ports import RateBudget, Source


class LakePolling(LakeContext, ABC):
    """The polls of one lake, put together from its adapters."""

    @property
    def polled(self) -> list[Source]:
        """The feeds that are polled by schedule: all, or in a simulated lake those with a simulated address."""
        urls, live = self.settings.source_urls, self.settings.feed == "live"
        return [one for name, one in self.sources.items() if one.is_polled and (live or name in urls)]

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
