"""The fetch of one whole snapshot, which some feeds spread over several documents or pages.

    documents   {"information": <the document's own text>, "status": <the other's>}, in the order of their declaration
    pages       [<the first page's own text>, <the second's>, ...]

Each is a request of its own inside the host's rate budget, with retries of its own. They make one attempt: if one
fails, so has the attempt. One that comes and is not JSON by itself, or does not lead on as the pages are declared, is
rejected: its text could close the member that it stands in. Then its own text is kept, and nothing of the others.
`body_limit` is that of the whole. A page's link leads to the host that was asked and to no other, as the key goes
with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, NoReturn
from urllib.parse import urljoin, urlsplit, urlunsplit

import msgspec

from millrace.errors import FeedUnavailable, PartRejected, ResponseTooLarge
from millrace.ingestors.http.fetcher import Fetcher, Request, Response
from millrace.ingestors.http.json_path import value_at
from millrace.ingestors.ports import HttpFeed, Paging
from millrace.schema_drift import decoded

_SHOWN = 60  # characters of a body that a message quotes
_NOT_JSON, _BROKEN_PAGES = "not_json", "broken_pages"  # codes
_FRAME = 2  # bytes: the brackets around the whole


def fetch_snapshot(fetcher: Fetcher, request: Request, feed: HttpFeed) -> Response:
    """The response that holds the whole snapshot; of several, `tries` is their sum.

    Raises as the fetcher does, and PartRejected.
    """
    if not feed.documents and feed.pages is None:
        return fetcher.fetch(request)
    parts = _Parts(fetcher, request.body_limit)
    if feed.pages is not None:
        return parts.whole(b"[" + b",".join(_pages(parts, request, feed.pages)) + b"]")
    members = [
        msgspec.json.encode(name)
        + b":"
        + parts.fetch(f"document {name}", replace(request, url=urljoin(request.url, place)), len(name) + 8)
        for name, place in feed.documents.items()
    ]
    return parts.whole(b"{" + b",".join(members) + b"}")


@dataclass
class _Parts:
    """The parts of one snapshot so far."""

    fetcher: Fetcher
    limit: int
    taken: int = _FRAME
    tries: int = 0
    last: Response = field(default_factory=lambda: Response(0))
    part: str = ""

    def fetch(self, part: str, request: Request, frame: int = 1) -> bytes:
        """The text of one part, named `part`; `frame`: the bytes that go around it. Raises as `fetch_snapshot` does."""
        self.part = part
        left = self.limit - self.taken - frame
        if left <= 0:
            error = f"{request.address}: the parts before it fill the body_limit of {self.limit} bytes."
            raise ResponseTooLarge(error, tries=self.tries)
        try:
            self.last = self.fetcher.fetch(replace(request, body_limit=left))
        except FeedUnavailable as error:
            words = request.masked(error.message)  # the address of a page is the feed's own text
            raise type(error)(words, tries=self.tries + error.tries, status=error.status, body=error.body) from None
        self.tries += self.last.tries
        self.taken += len(self.last.body) + frame
        try:
            msgspec.json.decode(self.last.body, type=msgspec.Raw)
        except (msgspec.DecodeError, RecursionError) as error:
            start = self.last.body[:_SHOWN].decode(errors="replace")
            self.reject(request, f"it is not JSON by itself ({error}): {start!r}", _NOT_JSON)
        return self.last.body

    def reject(self, request: Request, words: str, code: str = _BROKEN_PAGES) -> NoReturn:
        """Raises PartRejected over the last part."""
        message = request.masked(f"{self.part}, {request.address}: {words}.")
        raise PartRejected(
            code, message, part=self.part, tries=self.tries, status=self.last.status, body=self.last.body
        )

    def whole(self, body: bytes) -> Response:
        return Response(self.last.status, body, self.last.headers, self.tries)


def _pages(parts: _Parts, request: Request, pages: Paging) -> Iterator[bytes]:
    """The texts of all pages, one after the other. An empty page that ends them is left out, unless it is the first."""
    asked: Request | None = _numbered(request, pages, 0)
    seen: set[str] = set()
    for number in count(1):
        assert asked is not None
        text = parts.fetch(f"page {number}", asked)
        page = _decoded(parts, asked, text)
        following = _linked(parts, asked, page, pages, seen) if pages.next_path else _numbered(request, pages, number)
        if pages.parameter and _is_empty(parts, asked, page, pages):
            following = None
            if number > 1:
                return
        if number > pages.at_most:
            parts.reject(asked, f"the feed has more than {pages.at_most} pages")
        yield text
        if following is None:
            return
        asked = following


def _decoded(parts: _Parts, asked: Request, text: bytes) -> Any:
    try:
        return decoded(text)
    except (ValueError, RecursionError) as error:
        parts.reject(asked, f"it cannot be read ({type(error).__name__})")


def _numbered(request: Request, pages: Paging, number: int) -> Request:
    if pages.parameter is None:
        return request
    return replace(request, params={**request.params, pages.parameter: str(pages.first + number)})


def _is_empty(parts: _Parts, asked: Request, page: Any, pages: Paging) -> bool:
    items = value_at(page, pages.items_path)
    if not isinstance(items, list):
        parts.reject(asked, f"the page has no array at {pages.items_path}")
    return not items


def _linked(parts: _Parts, asked: Request, page: Any, pages: Paging, seen: set[str]) -> Request | None:
    """The request for the next page; None after the last."""
    link = value_at(page, pages.next_path or "$")
    if link is None or link == "":
        return None
    if not isinstance(link, str):
        parts.reject(asked, f"its link at {pages.next_path} is no text")
    seen.add(asked.url)
    try:
        base, found = urlsplit(asked.url), urlsplit(urljoin(asked.url, link))
    except ValueError:
        parts.reject(asked, f"its link at {pages.next_path} cannot be read")
    following = Request(urlunsplit(found))
    if found.scheme != base.scheme or following.host != asked.host:
        parts.reject(asked, f"its link leads to another host, {following.address[:_SHOWN]!r}, and is not followed")
    url = urlunsplit(found._replace(netloc=base.netloc, fragment=""))
    if url in seen:
        parts.reject(asked, "its link leads back to a page that was read")
    return replace(asked, url=url, params={})
