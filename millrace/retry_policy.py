"""Retry policies: when to try again and how long to wait (backoff), as small functions that combine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RetryState:
    """The tries so far: their number, the seconds since the first began, and the seconds of a Retry-After, if any."""

    number: int
    elapsed: float
    retry_after: float | None = None


Wait = Callable[[RetryState], float]
Stop = Callable[[RetryState, float], bool]  # the second argument is the wait before the next try


def exponential(base: float, cap: float) -> Wait:
    """Exponential backoff: `base`, 2 `base`, 4 `base` ... seconds, up to `cap`."""
    return lambda tried: min(cap, base * 2.0 ** min(tried.number - 1, 60))


def jittered(wait: Wait, random: Callable[[], float]) -> Wait:
    """A random time between half of another wait and all of it, so that pollers that failed together spread out."""
    return lambda tried: wait(tried) * (0.5 + random() / 2)


def at_least_retry_after(wait: Wait) -> Wait:
    """Another wait, or the time that Retry-After asks for when that is longer."""
    return lambda tried: max(wait(tried), tried.retry_after or 0.0)


def after_tries(limit: int) -> Stop:
    """Stop after `limit` tries."""
    return lambda tried, _: tried.number >= limit


def after_seconds(limit: float) -> Stop:
    """Stop when the next try would begin more than `limit` seconds after the first one."""
    return lambda tried, wait: tried.elapsed + wait > limit


def either(*stops: Stop) -> Stop:
    """Stop when any of `stops` returns True."""
    return lambda tried, wait: any(stop(tried, wait) for stop in stops)


@dataclass(frozen=True, slots=True)
class Policy:
    """A retry policy. Wait before each try; give up when `stop` returns True."""

    stop: Stop
    wait: Wait
