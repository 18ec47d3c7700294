"""The rate limiter: one sliding-window budget per host, shared by all polls of this process, or of all of a lake."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import timedelta

from millrace.clock import Clock
from millrace.errors import UsageError
from millrace.ingestors.http.fetcher import Fetcher, Request, Response
from millrace.ingestors.ports import RateBudget, RateReservations

MOST_REMEMBERED = 1000  # times of one host
_MARGIN = 1.02  # requests travel at different speeds: the server's window must not see more of them than ours

NO_LIMIT = RateBudget(0, timedelta(seconds=1))


def per_second(rate: float) -> RateBudget:
    """The budget of `--rate`: `rate` evenly spread requests per second, 0 for no limit. Raises UsageError."""
    if not math.isfinite(rate) or rate < 0 or 0 < rate < 1e-5:
        raise UsageError(f"{rate:g} is not a rate.", hint="Give requests per second, such as 0.5; 0 means no limit.")
    return RateBudget(1, timedelta(seconds=1 / rate)) if rate else NO_LIMIT


def next_free(reserved: Sequence[float], now: float, requests: int, per: float) -> float:
    """The first time at which a further request keeps the budget, and no earlier than the one before it."""
    at = max(now, reserved[-1]) if reserved else now
    return max(at, reserved[-requests] + per) if len(reserved) >= requests else at


class MemoryReservations:
    """The reservations of one process."""

    def __init__(self, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer = timer
        self._lock = threading.Lock()
        self._reserved: dict[str, deque[float]] = {}

    def reserve(self, host: str, requests: int, per: float) -> float:
        with self._lock:
            reserved = self._reserved.setdefault(host, deque(maxlen=MOST_REMEMBERED))
            now = self._timer()
            at = next_free(reserved, now, requests, per)
            reserved.append(at)
            return at - now


class RateBudgets:
    """A sliding window of request times per host. A request reserves the next free time at once, then waits for it.

    Sources on one host share its window; each keeps to its own budget. `override` replaces every budget.
    """

    def __init__(
        self,
        clock: Clock,
        override: RateBudget | None = None,
        timer: Callable[[], float] = time.monotonic,
        reservations: RateReservations | None = None,
    ) -> None:
        self._clock = clock
        self._override = override
        self._reservations = reservations or MemoryReservations(timer)

    def wait(self, host: str, budget: RateBudget | None) -> None:
        """Block until a request to this host may be sent."""
        budget = self._override or budget
        if budget is None or budget.requests <= 0:
            return
        per = budget.per.total_seconds() * _MARGIN
        delay = self._reservations.reserve(host, min(budget.requests, MOST_REMEMBERED), per)
        if delay > 0:
            self._clock.sleep(delay)


class BudgetedFetcher:
    """A fetcher whose requests wait for their host's budget; inside a RetryingFetcher, each retry waits too."""

    def __init__(self, fetcher: Fetcher, budgets: RateBudgets) -> None:
        self._fetcher = fetcher
        self._budgets = budgets

    def fetch(self, request: Request) -> Response:
        self._budgets.wait(request.host, request.budget)
        return self._fetcher.fetch(request)

    def close(self) -> None:
        self._fetcher.close()
