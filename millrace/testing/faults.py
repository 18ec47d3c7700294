"""What a feed can do wrong, by name, and where each ends: the rows of docs/faults.md that any feed's responses allow.

Names that docs/faults.md has are those. A fault that only one feed has, such as taxis outside the city, is none here.
"""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from millrace.ingestors.http.fetcher import Fetcher, Request, Response
from millrace.ingestors.http.json_path import places, value_of
from millrace.ingestors.http.requests_fetcher import RequestsFetcher, Timeouts
from millrace.ingestors.ports import Source
from millrace.ingestors.simulator.feed import FeedRequest, FeedResponse, Misbehaviour
from millrace.ingestors.simulator.misbehaviour import CATALOGUE, padded

_TIMES_AS_MANY = 10
_EPOCH_YEAR = 1970
_MOST = 1_000_000
_FIRST_NAME = re.compile(r'\{("(?:[^"\\]|\\.)*"):')
_NEW_FIELD = "field_that_no_source_declares"

MakeFault = Callable[[Source, datetime], Misbehaviour]  # given the time of the snapshot before
DocumentChange = Callable[[Any, Source], Any]  # of a response, decoded; gives the changed one


class Ending(StrEnum):
    """Where a poll ends, in the ledger's terms."""

    FAILED = "failed"
    QUARANTINED = "quarantined"
    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"


class RefusedConnection:
    """Sends requests to a port of this machine where nothing listens."""

    def __init__(self) -> None:
        self._fetcher = RequestsFetcher()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._url = f"http://127.0.0.1:{free.getsockname()[1]}/"

    def fetch(self, request: Request) -> Response:
        return self._fetcher.fetch(replace(request, url=self._url))

    def close(self) -> None:
        self._fetcher.close()


@dataclass(frozen=True)
class FeedFault:
    """`ends`: where a poll that meets it ends, also that of a feed in several documents or pages.

    `fetcher`: makes the requests instead of the usual one. `why_not`: why a source cannot have it, or "".
    """

    ends: Ending
    make: MakeFault
    fetcher: Callable[[], Fetcher] | None = None
    why_not: Callable[[Source], str] = lambda _: ""


def good(request: FeedRequest, response: FeedResponse) -> FeedResponse:
    """The feed as it should be."""
    return response


# Faults below the document: connection, status, text.


def _of_any_feed(name: str, ends: Ending, fetcher: Callable[[], Fetcher] | None = None) -> FeedFault:
    return FeedFault(ends, lambda *_: CATALOGUE[name](), fetcher)


def _below_the_document() -> Mapping[str, FeedFault]:
    failed, quarantined, accepted = Ending.FAILED, Ending.QUARANTINED, Ending.ACCEPTED
    short = Timeouts(5.0, 0.04, 5.0)
    return {
        "refused": FeedFault(failed, lambda *_: good, RefusedConnection),
        "timeout": _of_any_feed("timeout", failed, lambda: RequestsFetcher(short)),
        **{name: _of_any_feed(name, failed) for name in ("cut", "server_error", "too_many_requests")},
        "too_large": FeedFault(failed, lambda source, _: padded(source.feed.body_limit + 1)),
        **{name: _of_any_feed(name, accepted) for name in ("cut_once", "server_error_once", "too_many_requests_once")},
        **{
            name: _of_any_feed(name, quarantined)
            for name in ("html", "text", "empty_body", "invalid_json", "no_results", "error_object")
        },
    }


# Faults of the document.


def _document(change: DocumentChange) -> MakeFault:
    def made(source: Source, _: datetime) -> Misbehaviour:
        def misbehave(request: FeedRequest, response: FeedResponse) -> FeedResponse:
            return replace(response, body=_text(change(json.loads(response.body), source)))

        return misbehave

    return made


def _text(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def _entities(change: Callable[[Any, Source], Any]) -> DocumentChange:
    """The change of what is at the source's `entities_path`."""

    def changed(document: Any, source: Source) -> Any:
        if source.entities_path == "$":
            return change(document, source)
        for place in places(document, source.entities_path):
            holder, key = place
            holder[key] = change(value_of(place), source)
        return document

    return changed


def _without_entities(document: Any, source: Source) -> Any:
    for holder, key in places(document, source.entities_path):
        del holder[key]
    return document


def _too_many(entities: list[Any], source: Source) -> list[Any]:
    """Ten times as many, or more: beyond what is declared as plausible."""
    beyond = source.plausibility.entities_max // max(len(entities), 1) + 1
    return entities * max(_TIMES_AS_MANY, beyond)


def _with_new_field(document: Any) -> bytes:
    found = document
    while isinstance(found, list) and found:
        found = found[0]
    if isinstance(found, dict):
        found[_NEW_FIELD] = 1
    return _text(document)


def _finished(change: Callable[[Any], bytes]) -> Misbehaviour:
    """Of each document or page, as it is sent: another text of it."""
    return lambda request, response: replace(response, finish=lambda text: change(json.loads(text)))


def _name_twice(document: Any) -> bytes:
    """The first name of the first object, once more."""
    return _FIRST_NAME.sub(r"{\1:null,\1:", _text(document).decode(), count=1).encode()


def _indented(source: Source, before: datetime) -> Misbehaviour:
    """The snapshot before, in other bytes."""
    indented = _finished(lambda document: json.dumps(document, indent=1).encode())
    return lambda request, response: indented(request, replace(response, body=request.document_at(before)))


def _no_none_at_all(source: Source) -> str:
    return "" if source.plausibility.entities_min else "its entities_min is 0: no entities are plausible"


def _no_such_path(source: Source) -> str:
    return "the array of entities is the whole response" if source.entities_path == "$" else ""


def _no_end_of_entities(source: Source) -> str:
    most = source.plausibility.entities_max
    return "" if most <= _MOST else f"its entities_max is {most:,}: there is no count that is not plausible"


def _of_the_document() -> Mapping[str, FeedFault]:
    quarantined = Ending.QUARANTINED

    def refused(change: DocumentChange, why_not: Callable[[Source], str] = _no_none_at_all) -> FeedFault:
        return FeedFault(quarantined, _document(change), why_not=why_not)

    return {
        "no_entities": refused(_entities(lambda found, _: [])),
        "too_many_entities": refused(_entities(_too_many), _no_end_of_entities),
        "text_entities": refused(_entities(lambda found, _: "none")),
        "null_entities": refused(_entities(lambda found, _: None)),
        "missing_entities": refused(_without_entities, lambda source: _no_such_path(source) or _no_none_at_all(source)),
        "name_twice": FeedFault(quarantined, lambda *_: _finished(_name_twice)),
        "new_field": FeedFault(Ending.ACCEPTED, lambda *_: _finished(_with_new_field)),
    }


# Faults of time.


def snapshot_of(instant: Callable[[FeedRequest], datetime]) -> Misbehaviour:
    """The snapshot of another time."""
    return lambda request, response: replace(response, body=request.document_at(instant(request)))


def _ahead(source: Source, _: datetime) -> Misbehaviour:
    return snapshot_of(lambda request: request.requested_time + source.plausibility.ahead + timedelta(hours=1))


def _too_old(source: Source, _: datetime) -> Misbehaviour:
    return snapshot_of(lambda _: source.plausibility.earliest - timedelta(days=1))


def _of_time() -> Mapping[str, FeedFault]:
    quarantined = Ending.QUARANTINED
    return {
        "repeated": FeedFault(Ending.DUPLICATE, lambda _, before: snapshot_of(lambda request: before)),
        "rewritten": FeedFault(Ending.ACCEPTED, _indented),
        "ahead": FeedFault(quarantined, _ahead),
        "too_old": FeedFault(
            quarantined,
            _too_old,
            why_not=lambda source: (
                "" if source.plausibility.earliest.year > _EPOCH_YEAR else "no time is too old for its `earliest`"
            ),
        ),
    }


FAULTS: Mapping[str, FeedFault] = {**_below_the_document(), **_of_the_document(), **_of_time()}
