"""The adapter of the port OpenData: requests over HTTP that carry no credentials, with the retries of polls."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import unquote, urlsplit

from millrace.clock import Clock
from millrace.errors import FeedUnavailable
from millrace.ingestors.http.fetcher import Request, Response
from millrace.ingestors.http.requests_fetcher import RequestsFetcher, Timeouts
from millrace.ingestors.http.retry import RetryingFetcher, default_policy
from millrace.ingestors.open_data.addresses import AddressCheck
from millrace.ingestors.open_data.s3_listing import public_prefix
from millrace.ingestors.ports import OpenFile

_AS_IT_IS = {"Accept": "*/*", "Accept-Encoding": "identity"}
_WITH_PATIENCE = Timeouts(read=30.0, total=3600.0)  # seconds: a large file takes minutes


def _fetcher() -> RequestsFetcher:
    return RequestsFetcher(_WITH_PATIENCE)


@dataclass(frozen=True)
class PublicFiles:
    """`s3_endpoint`: the address that replaces S3's own, which whoever set it may have on a private network."""

    clock: Clock
    check: AddressCheck = field(default_factory=AddressCheck)
    s3_endpoint: str | None = None
    http: RequestsFetcher = field(default_factory=_fetcher)

    def files(self, address: str, region: str) -> Iterator[OpenFile]:
        if address.startswith("s3://"):
            yield from public_prefix(address, region, self.s3_endpoint).files(self._listing)
            return
        self.check.refuse(address)
        yield OpenFile(unquote(urlsplit(address).path.rpartition("/")[2]), address)

    def fetch(self, file: OpenFile, known: str, limit: int, write: Callable[[Iterator[bytes]], None]) -> str | None:
        headers = {**_AS_IT_IS, **({"If-None-Match": known} if known else {})}
        try:
            return self._sent(file.address, headers, limit, write).headers.get("etag", "")
        except FeedUnavailable as error:
            if known and error.status == HTTPStatus.NOT_MODIFIED:
                return None
            raise

    def _listing(self, url: str) -> bytes:
        pages: list[bytes] = []
        self._sent(url, _AS_IT_IS, Request.body_limit, lambda chunks: pages.append(b"".join(chunks)))
        return pages[-1]

    def _sent(
        self, url: str, headers: Mapping[str, str], limit: int, write: Callable[[Iterator[bytes]], None]
    ) -> Response:
        if not (self.s3_endpoint and url.startswith(f"{self.s3_endpoint.rstrip('/')}/")):
            self.check.refuse(url)
        retrying = RetryingFetcher(_Streamed(self.http, write), default_policy(), self.clock)
        return retrying.fetch(Request(url, headers=headers, body_limit=limit))


@dataclass(frozen=True)
class _Streamed:
    """A fetcher whose bodies go to `write`, each from its start."""

    http: RequestsFetcher
    write: Callable[[Iterator[bytes]], None]

    def fetch(self, request: Request) -> Response:
        return self.http.stream(request, self.write)

    def close(self) -> None:
        self.http.close()
