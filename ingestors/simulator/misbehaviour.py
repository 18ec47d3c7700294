"""The misbehaviours of a feed (fault injection): one small callable per failure, scheduled and combined by wrapping.

A misbehaviour takes the request and the response so far, and returns the response to send. `CATALOGUE` names them all.
"""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from millrace.errors import UnknownName
from millrace.ingestors.simulator.feed import FeedRequest, FeedResponse, Misbehaviour, too_many_requests

RequestCondition = Callable[[FeedRequest], bool]
Document = dict[str, Any]
MEGABYTE = 1024 * 1024


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


def every_other() -> RequestCondition:
    """Every other request that it is asked about, from the first on: a client that tries again succeeds."""
    turns = count()
    return lambda _: next(turns) % 2 == 0


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
    return lambda *_: FeedResponse(code, text.encode(), "text/plain; charset=utf-8")


def over_rate(retry_after: int | None = 1) -> Misbehaviour:
    """429, with the seconds to wait unless None."""
    return lambda *_: too_many_requests(retry_after)


def body_replaced(text: str, content_type: str = "application/json") -> Misbehaviour:
    """Another body, with status 200."""
    return lambda *_: FeedResponse(body=text.encode(), content_type=content_type)


def truncated() -> Misbehaviour:
    """A complete response whose JSON document ends too early."""
    return lambda _, response: replace(response, body=response.body[: len(response.body) * 2 // 3])


# Failures in the document.


def edited(change: Callable[[Document], None]) -> Misbehaviour:
    """The feed's document after a change, all other digits kept; a response that is not a document passes unchanged."""

    def misbehave(_: FeedRequest, response: FeedResponse) -> FeedResponse:
        document = _feed_document(response)
        if document is None:
            return response
        change(document)
        return replace(response, body=json.dumps(document).encode())

    return misbehave


def _feed_document(response: FeedResponse) -> Document | None:
    try:
        document = json.loads(response.body)
    except ValueError:
        return None
    return document if isinstance(document, dict) and "features" in document else None


def properties(change: Callable[[Document], None]) -> Misbehaviour:
    """The document with its feature's properties changed."""
    return edited(lambda document: change(document["features"][0]["properties"]))


def coordinates(change: Callable[[list[Any]], list[Any]]) -> Misbehaviour:
    """The document with other coordinates, and the matching `taxi_count`."""

    def misbehave(document: Document) -> None:
        feature = document["features"][0]
        feature["geometry"]["coordinates"] = changed = change(feature["geometry"]["coordinates"])
        feature["properties"]["taxi_count"] = len(changed)

    return edited(misbehave)


def timestamp(change: Callable[[datetime], str]) -> Misbehaviour:
    """The document with its timestamp changed."""
    return properties(lambda names: names.update(timestamp=change(datetime.fromisoformat(names["timestamp"]))))


def renamed(old: str, new: str) -> Misbehaviour:
    """A property under another name."""
    return properties(lambda names: names.update({new: names.pop(old)}))


def without(name: str) -> Misbehaviour:
    """A property missing."""
    return properties(lambda names: names.pop(name))


def no_features() -> Misbehaviour:
    """The document without the field that holds the taxis."""
    return edited(lambda document: document.pop("features"))


def every(nth: int, change: Callable[[list[float]], Any]) -> Misbehaviour:
    """Every n-th position changed."""
    return coordinates(lambda taxis: [change(taxi) if i % nth == 0 else taxi for i, taxi in enumerate(taxis)])


def duplicated(entries: int = 40_000) -> Misbehaviour:
    """The document with `entries` positions, most of them duplicates of the longest ones, so that the body is large."""

    def duplicate(taxis: list[Any]) -> list[Any]:
        longest = sorted(taxis, key=lambda taxi: len(repr(taxi)), reverse=True)[: len(taxis) // 2]
        laps = entries // max(len(longest), 1)
        return sorted((taxis + longest * laps)[:entries])

    return coordinates(duplicate)


def crowded(entries: int = 20_500) -> Misbehaviour:
    """The document with `entries` different positions: the original ones, repeated a little further north each time."""

    def crowd(taxis: list[Any]) -> list[Any]:
        laps = range(entries // max(len(taxis), 1) + 1)
        return sorted([[x, round(y + 0.000_01 * lap, 14)] for lap in laps for x, y in taxis][:entries])

    return coordinates(crowd)


def thinned(entries: int = 500) -> Misbehaviour:
    """A level shift: exactly `entries` taxis, spread over the city as before."""
    return coordinates(lambda taxis: [taxis[i * len(taxis) // entries] for i in range(entries)] if taxis else taxis)


def of_size(size: int) -> Misbehaviour:
    """A well-formed document of at least `size` bytes, filled with repeated positions."""

    def fill(taxis: list[Any]) -> list[Any]:
        bytes_of_a_lap = max(len(json.dumps(taxis)) - 2, 1)
        return sorted(taxis * (size // bytes_of_a_lap + 1))

    return coordinates(fill)


# Failures of time.


def late_by(age: timedelta) -> Misbehaviour:
    """The snapshot of an earlier time than the requested one."""
    return lambda request, response: replace(response, body=request.snapshots.response(request.requested_time - age))


def frozen_timestamp() -> Misbehaviour:
    """The first requested snapshot, again and again (a stale feed)."""
    lock, first = threading.Lock(), list[datetime]()

    def misbehave(request: FeedRequest, response: FeedResponse) -> FeedResponse:
        with lock:
            if not first:
                first.append(request.requested_time)
        return replace(response, body=request.snapshots.response(first[0]))

    return misbehave


def rewritten(age: timedelta = timedelta(minutes=1)) -> Misbehaviour:
    """New content under the timestamp of an earlier snapshot."""

    def misbehave(request: FeedRequest, response: FeedResponse) -> FeedResponse:
        before = json.loads(request.snapshots.response(request.requested_time - age))
        return timestamp(lambda _: str(before["features"][0]["properties"]["timestamp"]))(request, response)

    return misbehave


_HTML = (
    "<!DOCTYPE html>\n<html><head><title>Maintenance</title></head><body><h1>We will be back soon</h1></body></html>\n"
)

CATALOGUE: Mapping[str, Callable[[], Misbehaviour]] = {
    "timeout": hang,
    "cut": cut,
    "server_error": lambda: status(500, "Internal Server Error\n"),
    "unavailable": lambda: status(503, "Service Unavailable\n"),
    "too_many_requests": over_rate,
    "too_many_requests_bare": lambda: over_rate(None),
    "cut_once": lambda: only(every_other(), cut()),
    "server_error_once": lambda: only(every_other(), status(500, "Internal Server Error\n")),
    "too_many_requests_once": lambda: only(every_other(), over_rate()),
    "too_large": lambda: of_size(8 * MEGABYTE + 1),
    "html": lambda: body_replaced(_HTML, "text/html; charset=utf-8"),
    "text": lambda: body_replaced("upstream connect error\n", "text/plain; charset=utf-8"),
    "empty_body": lambda: body_replaced(""),
    "invalid_json": truncated,
    "no_results": lambda: body_replaced('{"api_info":{"status":"healthy"},"message":"no results found"}'),
    "error_object": lambda: body_replaced('{"code":1,"name":"INTERNAL","data":null,"message":"Internal error"}'),
    "no_taxis": lambda: coordinates(lambda _: []),
    "too_many_taxis": crowded,
    "duplicated_taxis": duplicated,
    "missing_field": lambda: without("timestamp"),
    "missing_features": no_features,
    "renamed_field": lambda: renamed("timestamp", "time"),
    "text_coordinates": lambda: every(1, lambda taxi: [str(value) for value in taxi]),
    "null_coordinates": lambda: every(100, lambda _: None),
    "null_longitude": lambda: every(100, lambda taxi: [None, taxi[1]]),
    "short_coordinates": lambda: every(100, lambda taxi: taxi[:1]),
    "long_coordinates": lambda: every(100, lambda taxi: [*taxi, 0.0]),
    "no_offset": lambda: timestamp(lambda time: time.replace(tzinfo=None).isoformat()),
    "ahead": lambda: timestamp(lambda time: (time + timedelta(minutes=10)).isoformat()),
    "outside": lambda: every(10, lambda taxi: [taxi[0], round(taxi[1] + 1, 14)]),
    "swapped": lambda: every(1, lambda taxi: taxi[::-1]),
    "some_outside": lambda: every(33, lambda taxi: [taxi[0], round(taxi[1] + 1, 14)]),
    "repeated": lambda: late_by(timedelta(minutes=1)),
    "rewritten": rewritten,
    "standing_still": frozen_timestamp,
    "another_day": lambda: late_by(timedelta(days=1)),
    "new_field": lambda: properties(lambda names: names.update(quality="estimated")),
    "large": lambda: of_size(5 * MEGABYTE),
    "level_shift": thinned,
}


def by_name(names: Sequence[str]) -> list[Misbehaviour]:
    """New misbehaviours, in this order. Raises UnknownName."""
    for name in names:
        if name not in CATALOGUE:
            raise UnknownName("misbehaviour", name, CATALOGUE)
    return [CATALOGUE[name]() for name in names]
