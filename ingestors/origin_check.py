"""The check of a source's origin, made when its file is loaded."""

from __future__ import annotations

from typing import get_args
from urllib.parse import urlsplit

from millrace.errors import DefinitionError
from millrace.ingestors.http.fetcher import Request
from millrace.ingestors.http.json_path import leads_to_one_value
from millrace.ingestors.ports import MAX_BODY_BYTES, HttpFeed, Origin, Paging, Source


def check_origin(source: Source, where: str) -> None:
    """Raises DefinitionError for an origin that could never be asked; `where` names the file."""
    origin = source.origin
    if not isinstance(origin, get_args(Origin)):
        names = ", ".join(one.__name__ for one in get_args(Origin))
        raise DefinitionError(
            f"{where} has the origin {str(origin)[:60]!r}.", hint=f"Give one of: {names} (millrace.ingestors.ports)."
        )
    if isinstance(origin, HttpFeed):
        _check_feed(source.name, origin, where)


def _check_feed(name: str, feed: HttpFeed, where: str) -> None:
    if Request(feed.url).credentials is not None:
        raise DefinitionError(
            f"{where} has a user or a password in its address.",
            hint=f"Move the address to the setting MILLRACE_SOURCE_{name.upper()}_URL.",
        )
    if not 0 < feed.body_limit <= MAX_BODY_BYTES:
        raise DefinitionError(
            f"{where} has the body_limit {feed.body_limit}.",
            hint=f"Give bytes, {MAX_BODY_BYTES} at most: the engines could not read a larger record.",
        )
    for document, place in feed.documents.items():
        _check_document(document, place, where)
    if feed.pages is not None:
        _check_pages(feed, feed.pages, where)


def _check_document(name: str, place: str, where: str) -> None:
    """A document lies where the feed does: its key and its setting MILLRACE_SOURCE_<NAME>_URL are for one host."""
    try:
        parts = urlsplit(place)
        elsewhere = bool(parts.scheme or parts.netloc)
    except ValueError:
        elsewhere = True
    if elsewhere or not place or not name:
        raise DefinitionError(
            f"{where} has the document {name!r} at {place[:60]!r}.",
            hint="Give its address relative to url, such as station_status.json.",
        )


def _check_pages(feed: HttpFeed, pages: Paging, where: str) -> None:
    if feed.documents or (pages.next_path is None) == (pages.parameter is None):
        raise DefinitionError(
            f"{where} has pages that cannot be read to their end.",
            hint="Give Paging either next_path or parameter, and no documents beside them.",
        )
    if pages.at_most < 1:
        raise DefinitionError(f"{where} has at_most={pages.at_most} pages.", hint="Give 1 or more.")
    for path in (pages.next_path or "$", pages.items_path):
        if not leads_to_one_value(path):
            raise DefinitionError(
                f"{where} has the path {path[:60]!r}.", hint="Write a path to one value, such as $.links.next."
            )
