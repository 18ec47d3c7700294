"""The fetcher that polls use: retries around the rate budget around HTTP."""

from __future__ import annotations

from ingestors.budget import BudgetedFetcher, RateBudgets
from ingestors.fetching import Fetcher
from ingestors.http import RequestsFetcher
from ingestors.ports import RateBudget
from ingestors.retry import RetryingFetcher, default_policy
from millrace.clock import Clock


def polite_fetcher(clock: Clock, rate: RateBudget | None = None, fetcher: Fetcher | None = None) -> Fetcher:
    """`clock` is real time, also where polls live in feed time. `rate` replaces every source's own budget."""
    budgeted = BudgetedFetcher(fetcher or RequestsFetcher(), RateBudgets(clock, rate))
    return RetryingFetcher(budgeted, default_policy(), clock)
