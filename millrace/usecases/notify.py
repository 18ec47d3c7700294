"""A test of who is told of events: one event, sent by each notifier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from millrace.errors import UsageError
from millrace.notify.ports import Event, EventKind
from millrace.notify.selection import LOG

if TYPE_CHECKING:
    from millrace.infra.runtime.base import Runtime


@dataclass(frozen=True, slots=True)
class NotifierTest:
    """`reason`: why the notifier did not take the event; "": it did."""

    notifier: str
    reason: str

    def __str__(self) -> str:
        return f"{self.notifier}: {self.reason or 'taken'}"


def sent_to_each(runtime: Runtime) -> Iterator[NotifierTest]:
    """What became of the event, notifier by notifier. Raises UsageError where the log is the only one."""
    if not runtime.people:
        raise UsageError(
            "no notifier is set: events are in the log alone.",
            hint="Set MILLRACE_NOTIFY, or notify and notify_from in [alerts] of the stage's file.",
        )
    place = f"the stage {runtime.settings.deployed_stage}" if runtime.settings.deployed_stage else runtime.address
    message = "This is a test: whoever reads it is told of events."
    event = Event(EventKind.NOTIFY_TEST, place, message, runtime.clock.now(), {})
    for one in (LOG, *runtime.people):
        yield NotifierTest(one.name, one.reason_unsent(event))
