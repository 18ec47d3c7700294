"""The fetcher port: one request to a feed. Its fake for tests is here; the adapter is `requests_fetcher`.

Retries and the rate budget are fetchers that wrap another fetcher (decorators); `retry.polling_fetcher` combines them.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import SplitResult, unquote, urlencode, urlsplit, urlunsplit

from millrace.ingestors.ports import BODY_LIMIT, RateBudget
from millrace.settings import Secret


@dataclass(frozen=True, repr=False)
class Request:
    """An HTTP GET request. `body_limit` is in bytes after decompression. `budget` None means no rate limit.

    A user and a password in `url` are sent as basic authentication, and shown nowhere.
    """

    url: str
    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str | Secret] = field(default_factory=dict)
    budget: RateBudget | None = None
    body_limit: int = BODY_LIMIT

    def __repr__(self) -> str:
        return f"Request({self.address!r}, headers={dict(self.headers)!r})"

    @property
    def address(self) -> str:
        """The URL with its query, for messages: without user and password."""
        parts = self._parts
        if parts is None:
            return "an address that cannot be read"
        query = "&".join(filter(None, (parts.query, urlencode(self.params, safe=":+"))))
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=query))

    @property
    def host(self) -> str:
        """Host and port in lower case: the key of the rate budget."""
        return self._parts.netloc.rpartition("@")[2].lower() if self._parts else ""

    @property
    def credentials(self) -> tuple[str, str] | None:
        """User and password of the URL, decoded."""
        if self._parts is None or "@" not in self._parts.netloc:
            return None
        user, _, password = self._parts.netloc.rpartition("@")[0].partition(":")
        return unquote(user), unquote(password)

    @property
    def bare_url(self) -> str:
        """The URL without user and password. Raises ValueError for one that cannot be read."""
        parts = urlsplit(self.url)
        netloc = parts.netloc.rpartition("@")[2]
        return self.url if netloc == parts.netloc else urlunsplit(parts._replace(netloc=netloc))

    @property
    def _parts(self) -> SplitResult | None:
        try:
            return urlsplit(self.url)
        except ValueError:
            return None

    def masked(self, text: str) -> str:
        """A feed's text with this request's secrets masked: some feeds repeat them in their answer."""
        for secret in self._secrets():
            text = text.replace(secret, "***")
        return text

    def _secrets(self) -> list[str]:
        """The longest first: one may be part of another."""
        secrets = {value.reveal() for value in self.headers.values() if isinstance(value, Secret)}
        if self.credentials and self._parts:
            written = self._parts.netloc.rpartition("@")[0]
            secrets |= {written, written.partition(":")[2], ":".join(self.credentials), self.credentials[1]}
            secrets.add(b64encode(":".join(self.credentials).encode()).decode())
        return sorted(filter(None, secrets), key=len, reverse=True)


@dataclass(frozen=True)
class Response:
    """An HTTP response. Header names are in lower case, `body` is complete and decompressed, `tries` counts the
    requests that it took.
    """

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    tries: int = 1


class Fetcher(Protocol):
    """The port. An adapter, which makes one request, returns any status; `RetryingFetcher` returns only 200 to 299."""

    def fetch(self, request: Request) -> Response:
        """The response. Raises FeedUnavailable when no complete response came (ResponseTooLarge: over `body_limit`),
        and SettingError for a request that can never be sent.
        """
        ...

    def close(self) -> None: ...


class ScriptedFetcher:
    """A fake that returns (or raises) the next of `answers`, and records the requests."""

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
