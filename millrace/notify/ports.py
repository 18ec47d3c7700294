"""The notifier port, the event that it sends, and the notifier that sends nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Event:
    """Something that people or machines may want to know of: `kind` is a stable word such as `run.failed`."""

    kind: str
    subject: str
    message: str
    at: datetime
    details: Mapping[str, Any]


class Notifier(Protocol):
    def notify(self, event: Event) -> None:
        """Send the event."""
        ...


class NullNotifier:
    """The null object: a notifier that sends nothing, for dry runs and for polls without alerts."""

    def notify(self, event: Event) -> None:
        pass
