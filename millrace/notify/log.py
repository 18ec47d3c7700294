"""The notifier port as log lines."""

from __future__ import annotations

import logging

from millrace.notify.ports import Event

_log = logging.getLogger("millrace")


class LogNotifier:
    def notify(self, event: Event) -> None:
        _log.warning("%s %s: %s", event.kind, event.subject, event.message)
