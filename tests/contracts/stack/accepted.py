"""What judges say and we do not follow, each with its reason: `accepted.toml`, the one list of it.

An entry has the judge, the findings as a regular expression over the whole of `<logical id>: <text>`, and the reason.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

LIST = Path(__file__).with_name("accepted.toml")


@dataclass(frozen=True)
class Accepted:
    judge: str
    finding: str
    reason: str

    def covers(self, text: str) -> bool:
        return re.fullmatch(self.finding, text, re.DOTALL) is not None


def _read() -> tuple[Accepted, ...]:
    entries = tomllib.loads(LIST.read_text("utf-8"))
    return tuple(Accepted(judge, **one) for judge, listed in entries.items() for one in listed)


ACCEPTED = _read()


def of_judge(judge: str) -> tuple[Accepted, ...]:
    return tuple(one for one in ACCEPTED if one.judge == judge)


def not_accepted(judge: str, findings: Iterable[str]) -> list[str]:
    entries = of_judge(judge)
    return [text for text in findings if not any(one.covers(text) for one in entries)]


def needed(judge: str, findings: Iterable[str]) -> set[str]:
    """The findings of the entries that accept some of these."""
    told = list(findings)
    return {one.finding for one in of_judge(judge) if any(one.covers(text) for text in told)}
