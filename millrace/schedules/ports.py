"""The schedule switches port: which schedules are switched off. A schedule that was never switched is on."""

from __future__ import annotations

from typing import Protocol


class ScheduleSwitches(Protocol):
    def is_on(self, name: str) -> bool: ...

    def switch(self, name: str, *, on: bool) -> None: ...
