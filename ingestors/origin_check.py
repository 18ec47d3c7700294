"""The check of a source's origin, made when its file is loaded."""

from __future__ import annotations

from typing import get_args

from millrace.errors import DefinitionError
from millrace.ingestors.http.fetcher import Request
from millrace.ingestors.ports import MAX_BODY_BYTES, HttpFeed, Origin, Source


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
