"""The misbehaviours of a feed (fault injection): one small callable per failure, scheduled and combined by wrapping.

A misbehaviour takes the request and the response so far, and returns the response to send. `CATALOGUE` names those of
any feed; a simulation can have more, which change its own documents.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from millrace.errors import UnknownName
from millrace.ingestors.ports import MAX_BODY_BYTES
from millrace.ingestors.simulator.feed import JSON, FeedRequest, FeedResponse, Misbehaviour, too_many_requests
from millrace.ingestors.simulator.simulation import Simulation

RequestCondition = Callable[[FeedRequest], bool]

_TEXT = "text/plain; charset=utf-8"


# Conditions: when a feed misbehaves.


def only(condition: RequestCondition, misbehaviour: Misbehaviour) -> Misbehaviour:
    """The misbehaviour for the requests that meet the condition; others pass unchanged."""
    return lambda request, response: misbehaviour(request, response) if condition(request) else response


def requested_between(start: datetime, end: datetime) -> RequestCondition:
    """Requests for the snapshots of start <= time < end."""
    return lambda request: start <= request.requested_time < end


def request_numbers(*numbers: int) -> RequestCondition:
    """The n-th requests since the start, from 1."""
    return lambda request: request.number in numbers


def first_tries(tries: int = 1) -> RequestCondition:
    """The first `tries` requests for each time: a client that tries again succeeds."""
    lock, asked = threading.Lock(), Counter[datetime]()

    def condition(request: FeedRequest) -> bool:
        with lock:
            asked[request.requested_time] += 1
            return asked[request.requested_time] <= tries

    return condition


def every_other(misbehaviour: Misbehaviour) -> Misbehaviour:
    """The misbehaviour for every other request, from the first on: a client that tries again succeeds."""
    turns = count()
    return only(lambda _: next(turns) % 2 == 0, misbehaviour)


class Switch:
    """A misbehaviour that can be turned on and off while the simulator runs."""

    def __init__(self, misbehaviour: Misbehaviour, *, on: bool = True) -> None:
        self._misbehaviour = misbehaviour
        self.on = on

    def __call__(self, request: FeedRequest, response: FeedResponse) -> FeedResponse:
        return self._misbehaviour(request, response) if self.on else response


# Failures below the document: connection, status, text.


def hang(seconds: float = 60.0) -> Misbehaviour:
    """Keep the client waiting until `Simulator.release`, at most for `seconds`, then disconnect without a response."""
    return lambda _, response: replace(response, hold_seconds=seconds, sent_share=0.0)


def cut(share: float = 0.5) -> Misbehaviour:
    """Disconnect within the body, after this share of the bytes that Content-Length announced."""
    return lambda _, response: replace(response, sent_share=share)


def status(code: int, text: str) -> Misbehaviour:
    """Another status, with a body of plain text."""
    return lambda *_: FeedResponse(code, text.encode(), _TEXT)


def server_error() -> Misbehaviour:
    """Status 500."""
    return status(500, "Internal Server Error\n")


def over_rate(retry_after: int | None = 1) -> Misbehaviour:
    """429, with the seconds to wait unless None."""
    return lambda *_: too_many_requests(retry_after)


def body_replaced(text: str, content_type: str = JSON) -> Misbehaviour:
    """Another body, with status 200."""
    return lambda *_: FeedResponse(body=text.encode(), content_type=content_type)


def truncated() -> Misbehaviour:
    """A complete response whose JSON document ends too early."""
    return lambda _, response: replace(response, body=response.body[: len(response.body) * 2 // 3])


def padded(size: int) -> Misbehaviour:
    """The same document with blanks after it, `size` bytes in all."""
    return lambda _, response: replace(response, finish=lambda text: text.ljust(size))


# Failures of time.


def late_by(age: timedelta) -> Misbehaviour:
    """The snapshot of an earlier time than the requested one."""
    return lambda request, response: replace(response, body=request.document_at(request.requested_time - age))


def frozen_timestamp() -> Misbehaviour:
    """The first requested snapshot, again and again (a stale feed)."""
    lock, first = threading.Lock(), list[datetime]()

    def misbehave(request: FeedRequest, response: FeedResponse) -> FeedResponse:
        with lock:
            if not first:
                first.append(request.requested_time)
        return replace(response, body=request.document_at(first[0]))

    return misbehave


_HTML = (
    "<!DOCTYPE html>\n<html><head><title>Maintenance</title></head><body><h1>We will be back soon</h1></body></html>\n"
)

CATALOGUE: Mapping[str, Callable[[], Misbehaviour]] = {
    "timeout": hang,
    "cut": cut,
    "server_error": server_error,
    "unavailable": lambda: status(503, "Service Unavailable\n"),
    "too_many_requests": over_rate,
    "too_many_requests_bare": lambda: over_rate(None),
    "cut_once": lambda: every_other(cut()),
    "server_error_once": lambda: every_other(server_error()),
    "too_many_requests_once": lambda: every_other(over_rate()),
    "too_large": lambda: padded(MAX_BODY_BYTES + 1),
    "html": lambda: body_replaced(_HTML, "text/html; charset=utf-8"),
    "text": lambda: body_replaced("upstream connect error\n", _TEXT),
    "empty_body": lambda: body_replaced(""),
    "invalid_json": truncated,
    "no_results": lambda: body_replaced('{"api_info":{"status":"healthy"},"message":"no results found"}'),
    "error_object": lambda: body_replaced('{"code":1,"name":"INTERNAL","data":null,"message":"Internal error"}'),
    "repeated": lambda: late_by(timedelta(minutes=1)),
    "standing_still": frozen_timestamp,
    "another_day": lambda: late_by(timedelta(days=1)),
}


def by_name(names: Sequence[str], simulation: Simulation) -> list[Misbehaviour]:
    """New misbehaviours of a simulation's feed, in this order. Raises UnknownName."""
    known = {**CATALOGUE, **simulation.misbehaviours()}
    for name in names:
        if name not in known:
            raise UnknownName("misbehaviour", name, known)
    return [known[name]() for name in names]
