"""What the values of a stage may be: each rule tests one value, and says in words what is allowed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from millrace.errors import DefinitionError
from millrace.schedules.expressions import UTC_ZONE, intervals_of


@dataclass(frozen=True, slots=True)
class ValueRule:
    """`allowed`: what may stand there, for people. `accepts`: whether a value read from TOML does."""

    allowed: str
    accepts: Callable[[object], bool]


def one_of(*values: str) -> ValueRule:
    return ValueRule(f"one of {', '.join(values)}", lambda value: value in values)


def whole(least: int, most: int) -> ValueRule:
    return ValueRule(
        f"a whole number from {least:,} to {most:,}",
        lambda value: isinstance(value, int) and not isinstance(value, bool) and least <= value <= most,
    )


def number_of(*values: int) -> ValueRule:
    return ValueRule(
        f"one of {', '.join(map(str, values))}",
        lambda value: isinstance(value, int) and not isinstance(value, bool) and value in values,
    )


def text(pattern: str, allowed: str, *, or_empty: bool = False) -> ValueRule:
    """A text that matches a pattern as a whole."""
    found = re.compile(f"(?:{pattern})?" if or_empty else pattern)
    return ValueRule(
        f"{allowed}, or empty" if or_empty else allowed,
        lambda value: isinstance(value, str) and found.fullmatch(value) is not None,
    )


def texts(pattern: str, allowed: str, most: int) -> ValueRule:
    """A list of such texts, each once."""
    one = text(pattern, allowed)
    return ValueRule(
        f"a list of at most {most}, each {allowed}",
        lambda value: (
            isinstance(value, list)
            and all(map(one.accepts, value))
            and len(set(value)) == len(value)
            and len(value) <= most
        ),
    )


def schedule(least: timedelta, most: timedelta) -> ValueRule:
    """An expression of EventBridge Scheduler in UTC whose times are so far apart."""

    def accepts(value: object) -> bool:
        if not isinstance(value, str) or not value:
            return value == ""
        try:
            shortest, longest = intervals_of(value, UTC_ZONE)
        except DefinitionError:
            return False
        return least <= shortest and longest <= most

    allowed = f"rate(...) or cron(...) in UTC, with times from {_in_words(least)} to {_in_words(most)} apart, or empty"
    return ValueRule(allowed, accepts)


def _in_words(time: timedelta) -> str:
    days, minutes = time.days, time.seconds // 60
    return f"{days} days" if days else f"{minutes} minutes"


FLAG = ValueRule("true or false", lambda value: isinstance(value, bool))
