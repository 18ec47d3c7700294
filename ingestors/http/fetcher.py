"""The fetcher port: one request to a feed. The adapter is `ingestors.http`; the fake for tests is here.

Retries and the rate budget are fetchers around a fetcher: `ingestors.polite` puts them together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import urlencode, urlsplit, urlunsplit

from millrace.ingestors.ports import RateBudget
from millrace.settings import Secret

BODY_LIMIT = 8 * 1024 * 1024


@dataclass(frozen=True, repr=False)
class Request:
    """A GET. `body_limit` is in bytes after decompression. No `budget` means no limit."""

    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str | Secret] = field(default_factory=dict)
    budget: RateBudget | None = None
    body_limit: int = BODY_LIMIT

    def __repr__(self) -> str:
        return f"Request({self.address!r}, headers={dict(self.headers)!r})"

    @property
    def address(self) -> str:
        """The address with its query, for messages: without headers, user or password."""
        try:
            parts = urlsplit(self.url)
        except ValueError:
            return "an address that cannot be read"
        query = "&".join(filter(None, (parts.query, urlencode(self.params, safe=":+"))))
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query))

    @property
    def host(self) -> str:
        """Host and port in lower case: what shares one rate budget."""
        try:
            return urlsplit(self.url).netloc.rpartition("@")[2].lower()
        except ValueError:
            return ""

    def masked(self, text: str) -> str:
        """A feed's words without this request's secrets, which some feeds repeat."""
        for value in self.headers.values():
            if isinstance(value, Secret) and value.reveal():
                text = text.replace(value.reveal(), "***")
        return text


@dataclass(frozen=True)
class Response:
    """`headers` have lower-case names; `body` is whole and decompressed; `tries` counts the requests that it took."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    tries: int = 1


class Fetcher(Protocol):
    """A single-request adapter returns a response of any status; `RetryingFetcher` only one of 200 to 299."""

    def fetch(self, request: Request) -> Response:
        """Raises FeedUnavailable when no whole response came (ResponseTooLarge: over the limit); SettingError for a
        request that can never be sent.
        """
        ...

    def close(self) -> None: ...


class ScriptedFetcher:
    """A fake: gives (or raises) the next of `answers`, and keeps the requests."""

    def __init__(self, answers: Iterable[Response | Exception]) -> None:
        self._answers: Iterator[Response | Exception] = iter(answers)
        self.requests: list[Request] = []

    def fetch(self, request: Request) -> Response:
        self.requests.append(request)
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def close(self) -> None:
        pass
