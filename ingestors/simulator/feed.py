"""A simulated feed without a socket: request address in, response out. Errors and limits are as of real feeds."""

from __future__ import annotations

import json
import math
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from millrace.clock import Clock
from millrace.errors import DefinitionError
from millrace.ingestors.ports import RateBudget, Source
from millrace.ingestors.simulator.parts import document, page, served_paths
from millrace.ingestors.simulator.simulation import SimulatedSnapshots, with_history

JSON = "application/json"
_FIRST_YEAR, _LAST_YEAR = 1970, 9998


@dataclass(frozen=True, slots=True)
class FeedRequest:
    """One valid request: the `number`-th since the start (from 1), for the snapshot of `requested_time` (UTC)."""

    number: int
    requested_time: datetime
    snapshots: SimulatedSnapshots

    def document_at(self, instant: datetime) -> bytes:
        """What the feed answers for another time."""
        return self.snapshots.snapshot(instant).document


@dataclass(frozen=True, slots=True)
class FeedResponse:
    """A response, and how it is sent.

    `hold_seconds`: the most seconds to keep the client waiting. `sent_share`: the share of the body that is sent before
    the connection is cut; 1.0 sends everything and does not cut; 0.0 sends nothing, not even the headers. `finish`: the
    last change of what is sent; of a feed in several documents or pages, of each of them.
    """

    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    hold_seconds: float = 0.0
    sent_share: float = 1.0
    finish: Callable[[bytes], bytes] = bytes


Misbehaviour = Callable[[FeedRequest, FeedResponse], FeedResponse]


class SimulatedFeed:
    """The feed of one source; threads may share it.

    Path, and the form in which a past time is asked for, are the source's; `prefix` stands before the path. A slash at
    the end of the path stays, since documents are relative to it, but requests may leave it out.
    `rate_limit` is one budget for all callers, measured on `clock`; None means no limit. The misbehaviours change the
    correct response, in their order.
    """

    def __init__(
        self,
        source: Source,
        snapshots: SimulatedSnapshots,
        clock: Clock,
        *,
        rate_limit: RateBudget | None = None,
        misbehaviours: Sequence[Misbehaviour] = (),
        prefix: str = "",
    ) -> None:
        self.path = prefix + urlsplit(source.feed.url).path
        self._parts = served_paths(source.feed, prefix)
        self._source = with_history(source)
        self._snapshots, self._clock = snapshots, clock
        self._limit = rate_limit
        self._misbehaviours = tuple(misbehaviours)
        self._lock = threading.Lock()
        self._admitted: deque[datetime] = deque()
        self._number = 0

    @property
    def paths(self) -> tuple[str, ...]:
        """Those that it answers at, without a slash at their end."""
        return tuple(self._parts)

    def answer(self, target: str) -> FeedResponse:
        """The response to `GET target`."""
        path, _, query = target.partition("?")
        if path.rstrip("/") not in self._parts:
            return _NOT_FOUND
        if (wait := self._wait_for_budget()) > 0:
            return too_many_requests(math.ceil(wait))
        parameter = self._source.feed.history_parameter
        parameters = parse_qs(query, keep_blank_values=True)
        texts = parameters.get(parameter) if parameter else None
        try:
            asked = requested_time(self._source, texts[-1]) if texts else self._clock.now()
        except ValueError:
            return self._bad_time()
        if not _FIRST_YEAR <= asked.year <= _LAST_YEAR:
            return _NOT_FOUND
        response = self._misbehave(asked)
        part = self._part(response.body, self._parts[path.rstrip("/")], parameters)
        return replace(response, body=response.finish(part))

    def _part(self, whole: bytes, name: str | None, query: Mapping[str, Sequence[str]]) -> bytes:
        if name is not None:
            return document(whole, name)
        paging = self._source.feed.pages
        return whole if paging is None else page(whole, paging, query)

    def _bad_time(self) -> FeedResponse:
        example = datetime(2024, 6, 1, 8, 30, tzinfo=self._source.timezone).strftime(self._source.feed.history_format)
        return error(400, 4, "ERROR_PARAMS", f"Invalid date format. The date format is that of {example}")

    def _misbehave(self, asked: datetime) -> FeedResponse:
        with self._lock:
            self._number += 1
            request = FeedRequest(self._number, asked, self._snapshots)
        response = FeedResponse(body=self._snapshots.snapshot(asked).document)
        for misbehaviour in self._misbehaviours:
            response = misbehaviour(request, response)
        return response

    def _wait_for_budget(self) -> float:
        """Seconds until the rate limit admits the next request: 0 when this one is admitted."""
        if self._limit is None or not self._limit.requests:  # a budget of 0 means no limit
            return 0.0
        with self._lock:
            now = self._clock.now()
            while self._admitted and now - self._admitted[0] >= self._limit.per:
                self._admitted.popleft()
            if len(self._admitted) >= self._limit.requests:
                return (self._admitted[0] + self._limit.per - now).total_seconds()
            self._admitted.append(now)
            return 0.0


class FeedRouter:
    """Several feeds on one host, each at its paths. Raises DefinitionError for a path that two of them answer at."""

    def __init__(self, feeds: Iterable[SimulatedFeed]) -> None:
        self._feeds: dict[str, SimulatedFeed] = {}
        for feed in feeds:
            for path in feed.paths:
                if path in self._feeds:
                    raise DefinitionError(
                        f"two simulated feeds answer at {path}.",
                        hint="Give one of them `documents` whose addresses do not begin with a slash.",
                    )
                self._feeds[path] = feed

    def answer(self, target: str) -> FeedResponse:
        """The response to `GET target`."""
        feed = self._feeds.get(target.partition("?")[0].rstrip("/"))
        return feed.answer(target) if feed else _NOT_FOUND


def requested_time(source: Source, text: str) -> datetime:
    """The instant (UTC) that `text` asks for, in the source's format and local time.

    Raises ValueError for any other form.
    """
    local = datetime.strptime(text, source.feed.history_format)  # noqa: DTZ007 - the zone is the source's
    if not _FIRST_YEAR <= local.year <= _LAST_YEAR:
        return local.replace(tzinfo=UTC)  # near the first and the last year, the instant could not be represented
    if local.strftime(source.feed.history_format) != text:
        raise ValueError(text)
    return local.replace(tzinfo=source.timezone).astimezone(UTC)


def error(status: int, code: int, name: str, message: str, *headers: tuple[str, str]) -> FeedResponse:
    """An error as a document."""
    document = {"code": code, "name": name, "data": None, "errorMsg": message}
    return FeedResponse(status, json.dumps(document).encode(), headers=headers)


def too_many_requests(retry_after: int | None) -> FeedResponse:
    """The response 429, with or without the seconds to wait (Retry-After)."""
    headers = () if retry_after is None else (("Retry-After", str(retry_after)),)
    return error(429, 24, "TOO_MANY_REQUESTS", "Rate limit exceeded", *headers)


_NOT_FOUND = error(404, 17, "REAL_TIME_API_DATA_NOT_FOUND", "Data not found")
