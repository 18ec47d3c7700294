"""Past values of rules, for thresholds such as `avg(last(10))`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol


class History(Protocol):
    """The past values of one table's rules."""

    def last(self, rule_key: str, n: int, /) -> list[float]:
        """At most n values of the rule, newest first, of runs before this one. `rule_key` is RuleResult.rule."""
        ...


class FakeHistory:
    """A History of what it is given: rule keys to values, newest first."""

    def __init__(self, values: Mapping[str, Sequence[float]] | None = None) -> None:
        self._values = {key: list(past) for key, past in (values or {}).items()}

    def last(self, rule_key: str, n: int) -> list[float]:
        return self._values.get(rule_key, [])[:n]
