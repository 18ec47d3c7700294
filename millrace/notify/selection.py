"""The notifiers of a lake: log lines, and those that the setting MILLRACE_NOTIFY names by address.

A new kind of notifier is a module of this folder, and one line in NOTIFIERS.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from millrace.errors import NotificationFailed, SettingError
from millrace.notify.grouping import GroupedNotifier
from millrace.notify.log import LogNotifier
from millrace.notify.ports import Event, Notifier
from millrace.notify.webhook import WebhookNotifier
from millrace.settings import Secret
from millrace.state.conditional_items import ConditionalItems

NOTIFIERS: Mapping[str, Callable[[str], Notifier]] = {  # by the scheme of the address
    "http": WebhookNotifier,
    "https": WebhookNotifier,
}

_log = logging.getLogger("millrace")


@dataclass(frozen=True)
class NotifierGroup:
    """Several notifiers as one. One that fails is reported in the log; the others and the work go on."""

    notifiers: Sequence[Notifier]

    def notify(self, event: Event) -> None:
        for one in self.notifiers:
            try:
                one.notify(event)
            except Exception as error:  # noqa: BLE001 - no event fails the poll or the run that it tells of
                reason = _reason(error)
                text = f"{event.kind} of {event.subject} was not sent: {reason}"
                _log.warning(text, extra={"event": "notify.failed", "of": event.kind, "reason": reason})


def _reason(error: Exception) -> str:
    """What the log says. An error of a library may have the address, and so a key, in its words: it is named alone."""
    return error.message if isinstance(error, NotificationFailed) else f"{type(error).__name__}."


def notifier_of(addresses: Sequence[Secret], items: Callable[[], ConditionalItems]) -> Notifier:
    """The notifier for the log, which has each event, and for these addresses, which are sent repeats once an hour.

    `items` gives the state of the lake. Raises SettingError for an address of no known kind.
    """
    if not addresses:
        return LogNotifier()
    people = NotifierGroup([_notifier(one) for one in addresses])
    return NotifierGroup([LogNotifier(), GroupedNotifier(people, items)])


def _notifier(address: Secret) -> Notifier:
    scheme, colon, _ = address.reveal().partition(":")
    if not colon or scheme not in NOTIFIERS:
        raise SettingError(
            f"MILLRACE_NOTIFY has an address that begins with {scheme[:20]!r}.",
            hint=f"Begin each address with one of {', '.join(f'{known}:' for known in NOTIFIERS)}.",
        )
    return NOTIFIERS[scheme](address.reveal())
