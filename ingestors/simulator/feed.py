"""The simulated feeds without a socket: request address in, response out. Errors and limits are the real API's."""

from __future__ import annotations

import json
import math
import re
import threading
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import parse_qs

from millrace.clock import Clock
from millrace.ingestors.ports import RateBudget
from millrace.ingestors.simulator.city import SINGAPORE

PATH = "/v1/transport/taxi-availability"
JSON = "application/json"
_DATE_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1970, 9998


class SimulatedSnapshots(Protocol):
    """The port of a simulated world, such as the city."""

    def response(self, instant: datetime) -> bytes:
        """The feed's document as of `instant`."""
        ...


@dataclass(frozen=True, slots=True)
class FeedRequest:
    """One valid request: the `number`-th since the start (from 1), for the snapshot of `requested_time` (UTC)."""

    number: int
    requested_time: datetime
    snapshots: SimulatedSnapshots


@dataclass(frozen=True, slots=True)
class FeedResponse:
    """A response, and how it is sent.

    `hold_seconds`: the most seconds to keep the client waiting. `sent_share`: the share of the body that is sent before
    the connection is cut; 1.0 sends everything and does not cut; 0.0 sends nothing, not even the headers.
    """

    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    hold_seconds: float = 0.0
    sent_share: float = 1.0


Misbehaviour = Callable[[FeedRequest, FeedResponse], FeedResponse]


class SimulatedFeed:
    """One feed; threads may share it.

    `path` is its address, `parameter` the query parameter that asks for a past time. `rate_limit` is one budget for all
    callers, measured on `clock`; None means no limit. The misbehaviours change the correct response, in their order.
    """

    def __init__(
        self,
        snapshots: SimulatedSnapshots,
        clock: Clock,
        rate_limit: RateBudget | None = None,
        misbehaviours: Sequence[Misbehaviour] = (),
        *,
        path: str = PATH,
        parameter: str = "date_time",
    ) -> None:
        self.path = path
        self._parameter = parameter
        self._snapshots, self._clock = snapshots, clock
        self._limit = rate_limit
        self._misbehaviours = tuple(misbehaviours)
        self._lock = threading.Lock()
        self._admitted: deque[datetime] = deque()
        self._number = 0

    def answer(self, target: str) -> FeedResponse:
        """The response to `GET target`."""
        path, _, query = target.partition("?")
        if path.rstrip("/") != self.path:
            return _NOT_FOUND
        if (wait := self._wait_for_budget()) > 0:
            return too_many_requests(math.ceil(wait))
        texts = parse_qs(query, keep_blank_values=True).get(self._parameter)
        try:
            asked = read_date_time(texts[-1]) if texts else self._clock.now()
        except ValueError:
            return _BAD_DATE_TIME
        if not _FIRST_YEAR <= asked.year <= _LAST_YEAR:
            return _NOT_FOUND
        return self._misbehave(asked)

    def _misbehave(self, asked: datetime) -> FeedResponse:
        with self._lock:
            self._number += 1
            request = FeedRequest(self._number, asked, self._snapshots)
        response = FeedResponse(body=self._snapshots.response(asked))
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
    """Several feeds on one host, each at its path."""

    def __init__(self, feeds: Iterable[SimulatedFeed]) -> None:
        self._feeds = {feed.path: feed for feed in feeds}

    def answer(self, target: str) -> FeedResponse:
        """The response to `GET target`."""
        feed = self._feeds.get(target.partition("?")[0].rstrip("/"))
        return feed.answer(target) if feed else _NOT_FOUND


def read_date_time(text: str) -> datetime:
    """The instant (UTC) of a `date_time` such as `2024-05-30T08:00:00`, which is in Singapore time.

    Raises ValueError for any other form.
    """
    if not _DATE_TIME.fullmatch(text):
        raise ValueError(text)
    local = datetime.fromisoformat(text)
    if local.year < _FIRST_YEAR:
        return local.replace(tzinfo=UTC)  # near year 1, the instant could not be represented
    return local.replace(tzinfo=SINGAPORE).astimezone(UTC)


def error(status: int, code: int, name: str, message: str, *headers: tuple[str, str]) -> FeedResponse:
    """An error in the real API's form."""
    document = {"code": code, "name": name, "data": None, "errorMsg": message}
    return FeedResponse(status, json.dumps(document).encode(), headers=headers)


def too_many_requests(retry_after: int | None) -> FeedResponse:
    """The response 429, with or without the seconds to wait (Retry-After)."""
    headers = () if retry_after is None else (("Retry-After", str(retry_after)),)
    return error(429, 24, "TOO_MANY_REQUESTS", "Rate limit exceeded", *headers)


_NOT_FOUND = error(404, 17, "REAL_TIME_API_DATA_NOT_FOUND", "Data not found")
_BAD_DATE_TIME = error(
    400, 4, "ERROR_PARAMS", "Invalid date format. Date format must be YYYY-MM-DDTHH:mm:ss (2024-06-01T08:30:00)"
)
