"""`AccountFinding`: what was found of one thing that a stack needs of an account."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RoomVerdict(StrEnum):
    """SHORT: a deployment would fail, or the stack would be held up. UNKNOWN: the account would not say."""

    ENOUGH = "enough"
    SHORT = "short"
    GRANTS = "grants needed"
    UNKNOWN = "not checked"


@dataclass(frozen=True, slots=True)
class AccountFinding:
    """`what`: as people say it. `about`: the numbers, or what to do."""

    what: str
    verdict: RoomVerdict
    about: str
