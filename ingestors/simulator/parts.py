"""What a simulated feed in several documents or pages answers: a part of the simulation's whole payload."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode, urljoin, urlsplit

import msgspec

from millrace.ingestors.http.json_path import places, value_at
from millrace.ingestors.ports import HttpFeed, Paging

_PAGE = "page"  # the query parameter of the links that are made here
_NO_PAGE = b"[]"


def served_paths(feed: HttpFeed, prefix: str = "") -> dict[str, str | None]:
    """The paths that a simulated feed answers at, without a slash at their end: those of its documents, each with the
    document's name, or that of its own address, with None. `prefix` stands before the path of its own address.
    """
    path = prefix + urlsplit(feed.url).path
    links = {name: urljoin(f"http://simulated{path}", place) for name, place in feed.documents.items()}
    return {urlsplit(link).path.rstrip("/"): name for name, link in links.items()} or {path.rstrip("/"): None}


def document(whole: bytes, name: str) -> bytes:
    """One document of the payload; a payload that a misbehaviour spoiled is answered as it is."""
    try:
        return bytes(msgspec.json.decode(whole, type=dict[str, msgspec.Raw])[name])
    except (msgspec.DecodeError, KeyError):
        return whole


def page(whole: bytes, paging: Paging, query: Mapping[str, Sequence[str]]) -> bytes:
    """The page that a query asks for; after the last one, an empty one. Spoiled payloads as in `document`.

    Its link to the next page asks for all that the query does, such as a past time.
    """
    try:
        pages = json.loads(whole)
        asked = int(query.get(paging.parameter or _PAGE, [str(paging.first)])[-1]) - paging.first
    except ValueError:
        return whole
    if not isinstance(pages, list) or not pages or asked < 0:
        return whole
    found = pages[min(asked, len(pages) - 1)]
    if paging.next_path:
        for holder, key in places(found, paging.next_path):
            following = {**query, _PAGE: [str(paging.first + asked + 1)]}
            holder[key] = f"?{urlencode(following, doseq=True)}" if asked + 1 < len(pages) else None
    elif asked >= len(pages):
        items = value_at(found, paging.items_path)
        if items is found or not isinstance(items, list):
            return _NO_PAGE
        items.clear()
    return json.dumps(found, ensure_ascii=False).encode()
