"""The fetcher that polls use: retries around the rate budget around HTTP."""

from __future__ import annotations

from millrace.clock import Clock
from millrace.ingestors.http.fetcher import Fetcher
from millrace.ingestors.http.rate_budget import BudgetedFetcher, RateBudgets
from millrace.ingestors.http.requests_fetcher import RequestsFetcher
from millrace.ingestors.http.retry import RetryingFetcher, default_policy
from millrace.ingestors.ports import RateBudget


def polling_fetcher(clock: Clock, rate: RateBudget | None = None, fetcher: Fetcher | None = None) -> Fetcher:
    """`clock` is real time, also where polls live in feed time. `rate` replaces every source's own budget."""
    budgeted = BudgetedFetcher(fetcher or RequestsFetcher(), RateBudgets(clock, rate))
    return RetryingFetcher(budgeted, default_policy(), clock)
