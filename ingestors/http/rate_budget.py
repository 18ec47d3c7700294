"""One rate budget per host, shared by all polls of this process, however many at once."""

from __future__ import annotations

import math
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta

from millrace.clock import Clock
from millrace.errors import UsageError
from millrace.ingestors.http.fetcher import Fetcher, Request, Response
from millrace.ingestors.ports import RateBudget

_LONGEST_LOG = 1000
_MARGIN = 1.02  # requests travel at different speeds: the server must not see more than we sent

NO_LIMIT = RateBudget(0, timedelta(seconds=1))


def per_second(rate: float) -> RateBudget:
    """The budget of `--rate`: evenly spread requests, `rate` in a second; 0 for no limit. Raises UsageError."""
    if not math.isfinite(rate) or rate < 0 or 0 < rate < 1e-5:
        raise UsageError(f"{rate:g} is no rate.", hint="Give requests a second, such as 0.5 or 10, or 0 for no limit.")
    return RateBudget(1, timedelta(seconds=1 / rate)) if rate else NO_LIMIT


class RateBudgets:
    """A sliding window per host. A request takes the next free place at once and then waits for its time.

    Sources on one host share its window, each held to its own budget. `override` replaces every budget.
    """

    def __init__(
        self, clock: Clock, override: RateBudget | None = None, timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._override = override
        self._timer = timer
        self._lock = threading.Lock()
        self._taken: dict[str, deque[float]] = {}

    def wait(self, host: str, budget: RateBudget | None) -> None:
        """Return when a request to this host may go."""
        budget = self._override or budget
        if budget is None or budget.requests <= 0:
            return
        delay = self._take(host, min(budget.requests, _LONGEST_LOG), budget.per.total_seconds() * _MARGIN)
        if delay > 0:
            self._clock.sleep(delay)

    def _take(self, host: str, requests: int, per: float) -> float:
        with self._lock:
            taken = self._taken.setdefault(host, deque(maxlen=_LONGEST_LOG))
            now = self._timer()
            at = max(now, taken[-1]) if taken else now
            if len(taken) >= requests:
                at = max(at, taken[-requests] + per)
            taken.append(at)
            return at - now


class BudgetedFetcher:
    """Each request waits for its place in its host's budget; retries do, too, when it is inside the RetryingFetcher."""

    def __init__(self, fetcher: Fetcher, budgets: RateBudgets) -> None:
        self._fetcher = fetcher
        self._budgets = budgets

    def fetch(self, request: Request) -> Response:
        self._budgets.wait(request.host, request.budget)
        return self._fetcher.fetch(request)

    def close(self) -> None:
        self._fetcher.close()
