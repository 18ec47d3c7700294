"""The notifier port, the event that it sends, and the notifier that sends nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class EventKind(StrEnum):
    """Stable names; docs/operations.md says what each means."""

    FEED_FAILED = "feed.failed"
    FEED_QUARANTINED = "feed.quarantined"
    FEED_STALE = "feed.stale"
    FEED_RECOVERED = "feed.recovered"
    FEED_NEW_FIELD = "feed.new_field"
    RECORD_SET_ASIDE = "record.set_aside"
    QUALITY_WARNED = "quality.warned"
    QUALITY_HELD = "quality.held"
    QUALITY_STOPPED = "quality.stopped"
    RUN_FAILED = "run.failed"
    RUN_RECOVERED = "run.recovered"
    RUN_SUCCEEDED = "run.succeeded"
    NOTIFY_TEST = "notify.test"
    DUTY_FOUND = "duty.found"


class NewsOfRuns(StrEnum):
    """What people are told of a workflow's runs, as its `notify` names it."""

    SUCCESS = "success"
    FAILURE = "failure"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that people or machines may want to know of.

    `cause`: what repeats of this event have in common; "": their message. `only_logged`: a line of the log has it, and
    people are not told, since they asked not to be or since another event tells them.
    """

    kind: EventKind
    subject: str
    message: str
    at: datetime
    details: Mapping[str, Any]
    cause: str = ""
    only_logged: bool = False

    @property
    def text(self) -> str:
        """The event as one line for people."""
        return f"{self.kind} {self.subject}: {self.message}"


class Notifier(Protocol):
    def notify(self, event: Event) -> None:
        """Send the event."""
        ...


class NullNotifier:
    """The null object: a notifier that sends nothing, for dry runs and for polls without alerts."""

    def notify(self, event: Event) -> None:
        pass
