"""The retrying fetcher, its policy (exponential backoff with jitter), and the fetcher that polls use.

Connection errors, 429 and 5xx are tried again; any other 4xx and a body over the limit are not. `Retry-After` (RFC
9110, section 10.2.3) is obeyed. When it asks for more time than the policy has left, the fetcher gives up at once: an
earlier try would only be refused again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from random import Random

from millrace.clock import Clock
from millrace.errors import FeedUnavailable, ResponseTooLarge
from millrace.ingestors.http.fetcher import Fetcher, Request, Response
from millrace.ingestors.http.rate_budget import BudgetedFetcher, RateBudgets
from millrace.ingestors.http.response_body import EVIDENCE_BYTES
from millrace.ingestors.ports import RateBudget, RateReservations
from millrace.retry_policy import (
    Policy,
    RetryState,
    after_seconds,
    after_tries,
    at_least_retry_after,
    either,
    exponential,
    jittered,
)


def default_policy(random: Callable[[], float] | None = None) -> Policy:
    """Four tries, all begun within 45 seconds: a source that is polled every minute is then due again soon."""
    jitter = random or Random().random
    return Policy(
        stop=either(after_tries(4), after_seconds(45.0)),
        wait=at_least_retry_after(jittered(exponential(1.0, 16.0), jitter)),
    )


def polling_fetcher(
    clock: Clock,
    rate: RateBudget | None = None,
    fetcher: Fetcher | None = None,
    reservations: RateReservations | None = None,
) -> Fetcher:
    """The fetcher that polls use: retries around the rate budget around HTTP, so that retries spend budget too.

    `clock` is real time, even where polls live in feed time. `rate` replaces every source's own budget. `fetcher` makes
    the single requests; the default one uses real HTTP. `reservations`: those of a host, by default of this process.
    """
    if fetcher is None:
        from millrace.ingestors.http.requests_fetcher import RequestsFetcher

        fetcher = RequestsFetcher()
    return RetryingFetcher(
        BudgetedFetcher(fetcher, RateBudgets(clock, rate, reservations=reservations)), default_policy(), clock
    )


class RetryingFetcher:
    """Returns a response of 200 to 299, or raises FeedUnavailable with the number of tries and the last status."""

    def __init__(
        self,
        fetcher: Fetcher,
        policy: Policy,
        clock: Clock,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self._fetcher = fetcher
        self._policy = policy
        self._clock = clock
        self._timer = timer

    def fetch(self, request: Request) -> Response:
        began = self._timer()
        number = 0
        while True:
            number += 1
            outcome = self._try_once(request)
            if isinstance(outcome, Response) and 200 <= outcome.status < 300:
                return replace(outcome, tries=number)
            tried = RetryState(number, self._timer() - began, self._retry_after_of(outcome))
            wait = self._policy.wait(tried)
            if not _is_transient(outcome) or self._policy.stop(tried, wait):
                raise _final_error(request, outcome, tried) from None
            self._clock.sleep(wait)

    def close(self) -> None:
        self._fetcher.close()

    def _try_once(self, request: Request) -> Response | FeedUnavailable:
        try:
            return self._fetcher.fetch(request)
        except FeedUnavailable as error:
            return error

    def _retry_after_of(self, outcome: Response | FeedUnavailable) -> float | None:
        if isinstance(outcome, FeedUnavailable):
            return None
        return retry_after(outcome, self._clock.now())


def retry_after(response: Response, now: datetime) -> float | None:
    """The seconds that the Retry-After header asks for; None when the header is absent or cannot be read.

    The header is a number of seconds or a date. A date is compared with the response's Date header, if it has one.
    """
    text = response.headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    until = _http_date(text)
    if until is None:
        return None
    return max(0.0, (until - (_http_date(response.headers.get("date", "")) or now)).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        read = parsedate_to_datetime(text)
        return read if read.tzinfo else read.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def _is_transient(outcome: Response | FeedUnavailable) -> bool:
    if isinstance(outcome, FeedUnavailable):
        return not isinstance(outcome, ResponseTooLarge)
    return outcome.status == HTTPStatus.TOO_MANY_REQUESTS or outcome.status >= 500


def _final_error(request: Request, outcome: Response | FeedUnavailable, tried: RetryState) -> FeedUnavailable:
    tries = f" ({tried.number} tries)" if tried.number > 1 else ""
    if isinstance(outcome, FeedUnavailable):
        kind = type(outcome)
        return kind(f"{outcome.message}{tries}.", tries=tried.number, status=outcome.status, body=outcome.body)
    asked = "" if tried.retry_after is None else f", and asks to wait {tried.retry_after:g} s"
    words = request.masked(outcome.body[:EVIDENCE_BYTES].decode(errors="replace"))[:100]
    said = f": {words!r}" if words else ""
    location = request.masked(outcome.headers.get("location", ""))[:200]
    moved = f" to {location!r}, not followed" if location else ""
    message = f"{request.address} answered {_status(outcome.status)}{moved}{asked}{said}{tries}."
    return FeedUnavailable(message, tries=tried.number, status=outcome.status, body=outcome.body[:EVIDENCE_BYTES])


def _status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
