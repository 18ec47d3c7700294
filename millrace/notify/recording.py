"""A notifier that keeps the events it is given."""

from __future__ import annotations

from millrace.notify.ports import Event


class RecordingNotifier:
    """The events, oldest first, and their kinds."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def notify(self, event: Event) -> None:
        self.events.append(event)

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]
