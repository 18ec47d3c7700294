"""The sample that a new source is written from: a file, or one response of the feed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from millrace.clock import Clock
from millrace.errors import UsageError
from millrace.ingestors.http.fetcher import Fetcher, Request
from millrace.ingestors.http.retry import polling_fetcher
from millrace.ingestors.http.whole_snapshot import fetch_snapshot
from millrace.ingestors.ports import BODY_LIMIT, HttpFeed, RateBudget
from millrace.schema_drift import decoded
from millrace.settings import Secret

BUDGET = RateBudget(6, timedelta(seconds=10))


def read_sample(file: Path) -> bytes:
    """Raises UsageError for a file that cannot be read, or is larger than a response may be."""
    try:
        body = file.read_bytes()
    except OSError as error:
        raise UsageError(f"cannot read {file}: {error.strerror}.", hint="Name a file with one response.") from None
    if len(body) > BODY_LIMIT:
        raise UsageError(f"{file} has {len(body):,} bytes.", hint=f"Give a response of at most {BODY_LIMIT:,} bytes.")
    return body


def fetch_sample(
    url: str, documents: Mapping[str, str], clock: Clock, key: Secret | None, fetcher: Fetcher | None = None
) -> bytes:
    """One response, as a poll would get it: with retries, in the rate budget, up to the limit of its size.

    Raises FeedUnavailable, PartRejected, and UsageError for an address that cannot be in a source's file.
    """
    check_address(url)
    feed = HttpFeed(url, BUDGET, documents=documents)
    request = Request(url, headers={feed.api_key_header: key} if key else {}, budget=BUDGET, body_limit=BODY_LIMIT)
    polling = polling_fetcher(clock, None, fetcher)
    try:
        return fetch_snapshot(polling, request, feed).body
    finally:
        polling.close()


def check_address(url: str) -> None:
    """Raises UsageError for an address that cannot be in a source's file."""
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"{url!r} is no address of a feed.", hint="Give one that begins with https:// or http://.")
    if "@" in parts.netloc:
        raise UsageError(
            "the address has a password, which does not belong into a file.",
            hint="Give a saved response as --sample, without --url; set MILLRACE_SOURCE_<NAME>_URL for polls.",
        )


def document_of(body: bytes) -> Any:
    """Raises UsageError for a body that is no JSON object or array."""
    try:
        found = decoded(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict | list):
        start = body[:60].decode(errors="replace")
        raise UsageError(
            f"the sample is no JSON object or array; it begins with {start!r}.",
            hint="Only feeds that answer in JSON can be added so far.",
        )
    return found
