"""What the values of a stage may be: each rule tests one value, and says in words what is allowed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass


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


FLAG = ValueRule("true or false", lambda value: isinstance(value, bool))
