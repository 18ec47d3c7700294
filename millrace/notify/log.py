"""The notifier port as log lines."""

from __future__ import annotations

import logging

from millrace.notify.ports import Event

_log = logging.getLogger("millrace")
_OF_FEEDS = "feed."


class LogNotifier:
    """A line for people. Structured logs have fields: `event`, `source` or `workflow`, `reason` and the details."""

    def notify(self, event: Event) -> None:
        subject = "source" if event.kind.startswith(_OF_FEEDS) else "workflow"
        fields = {**event.details, "event": event.kind, subject: event.subject, "reason": event.message}
        _log.warning("%s", event.text, extra=fields)
