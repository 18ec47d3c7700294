"""When to try again, and how long to wait: tiny policies that combine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attempted:
    """What has been tried: how often, the seconds since the first try began, and those to wait if the feed asked."""

    number: int
    elapsed: float
    retry_after: float | None = None


Wait = Callable[[Attempted], float]
Stop = Callable[[Attempted, float], bool]  # the second argument is the wait that would come


def exponential(base: float, cap: float) -> Wait:
    """base, 2 base, 4 base ... seconds, up to cap."""
    return lambda tried: min(cap, base * 2.0 ** min(tried.number - 1, 60))


def jittered(wait: Wait, random: Callable[[], float]) -> Wait:
    """Between half of another wait and all of it, so that pollers that failed together do not come back together."""
    return lambda tried: wait(tried) * (0.5 + random() / 2)


def obeying(wait: Wait) -> Wait:
    """At least what Retry-After asks for."""
    return lambda tried: max(wait(tried), tried.retry_after or 0.0)


def after_tries(limit: int) -> Stop:
    return lambda tried, _: tried.number >= limit


def after_seconds(limit: float) -> Stop:
    """When the next try would begin later than this after the first."""
    return lambda tried, wait: tried.elapsed + wait > limit


def either(*stops: Stop) -> Stop:
    return lambda tried, wait: any(stop(tried, wait) for stop in stops)


@dataclass(frozen=True, slots=True)
class Policy:
    stop: Stop
    wait: Wait
