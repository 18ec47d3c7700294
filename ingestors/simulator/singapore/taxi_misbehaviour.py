"""The misbehaviours that change the taxi feed's document, by name in `CATALOGUE`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from millrace.ingestors.simulator.feed import FeedRequest, FeedResponse, Misbehaviour

Document = dict[str, Any]
MEGABYTE = 1024 * 1024


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


def one_degree_north(taxi: list[float]) -> list[float]:
    longitude, latitude = taxi
    return [longitude, round(latitude + 1, 14)]


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


def rewritten(age: timedelta = timedelta(minutes=1)) -> Misbehaviour:
    """New content under the timestamp of an earlier snapshot."""

    def misbehave(request: FeedRequest, response: FeedResponse) -> FeedResponse:
        before = json.loads(request.document_at(request.requested_time - age))
        return timestamp(lambda _: str(before["features"][0]["properties"]["timestamp"]))(request, response)

    return misbehave


CATALOGUE: Mapping[str, Callable[[], Misbehaviour]] = {
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
    "outside": lambda: every(10, one_degree_north),
    "swapped": lambda: every(1, lambda taxi: taxi[::-1]),
    "some_outside": lambda: every(33, one_degree_north),
    "rewritten": rewritten,
    "new_field": lambda: properties(lambda names: names.update(quality="estimated")),
    "large": lambda: of_size(5 * MEGABYTE),
    "level_shift": thinned,
}
