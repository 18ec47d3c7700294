"""The requests of polls, and which of them are refused before anything is asked or stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from millrace.clock import Clock
from millrace.errors import SettingError, UsageError
from millrace.ingestors.http.fetcher import Request
from millrace.ingestors.polling.requested_time import check_requested_time
from millrace.ingestors.ports import Source
from millrace.settings import Secret


@dataclass(frozen=True)
class PollRequests:
    """`urls` and `api_keys` are settings, by source name; with `only_urls`, a source that has no entry in `urls` is
    refused rather than asked at its own address. `clock` is the time that polls live in.
    """

    clock: Clock
    urls: Mapping[str, str] = field(default_factory=dict)
    only_urls: bool = False
    api_keys: Mapping[str, Secret] = field(default_factory=dict)

    def of(self, source: Source, requested_at: datetime, *, historical: bool) -> Request:
        """The request of one poll, for the feed's present snapshot or, if `historical`, that of the requested time.

        Raises UsageError for a source that cannot be asked, SettingError, and BadTime.
        """
        feed = source.feed
        check_requested_time(source, requested_at, self.clock.now())
        if self.only_urls and source.name not in self.urls:
            raise SettingError(
                f"feeds are simulated here, but the source {source.name!r} has no simulated address.",
                hint=f"Set MILLRACE_SOURCE_{source.name.upper()}_URL to the address that `millrace simulate` prints.",
            )
        params = {}
        if historical:
            if feed.history_parameter is None:
                raise UsageError(
                    f"the source {source.name!r} cannot be asked for a past time.",
                    hint="Leave --at out: this source has no history.",
                )
            local = slot_of(requested_at).astimezone(source.timezone)
            params[feed.history_parameter] = local.strftime(feed.history_format)
        key = self.api_keys.get(source.name)
        return Request(
            url=self.urls.get(source.name, feed.url),
            params=params,
            headers={} if key is None else {feed.api_key_header: key},
            budget=feed.budget,
            body_limit=feed.body_limit,
        )


def slot_of(requested_at: datetime) -> datetime:
    """The slot that a poll is for: the requested time in UTC, truncated to whole seconds."""
    return requested_at.astimezone(UTC).replace(microsecond=0)
