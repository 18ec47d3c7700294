"""The notifier port as log lines; other ways to be told join it here."""

from __future__ import annotations

import logging

from millrace.notify.ports import Event

_log = logging.getLogger("millrace")


class LogNotifier:
    def notify(self, event: Event) -> None:
        _log.warning("%s %s: %s", event.kind, event.subject, event.message)
