"""The notifiers of a lake: log lines, and those that the setting MILLRACE_NOTIFY names by address.

A new kind of notifier is a module of this folder, and one line in `_MADE_BY`.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from millrace.errors import NotificationFailed, SettingError
from millrace.notify.grouping import GroupedNotifier
from millrace.notify.log import LogNotifier
from millrace.notify.ports import Event, Notifier
from millrace.settings import Secret
from millrace.state.conditional_items import ConditionalItems

SnsClient = Callable[[str], Any]  # by region

_log = logging.getLogger("millrace")


@dataclass(frozen=True)
class NamedNotifier:
    """`name`: of the notifier in messages; nothing of it is secret."""

    name: str
    notifier: Notifier

    def reason_unsent(self, event: Event) -> str:
        """Sends the event; "" once it was taken, else the reason why it was not."""
        try:
            self.notifier.notify(event)
        except NotificationFailed as error:
            return error.message
        except Exception as error:  # noqa: BLE001 - no event fails the poll or the run that it tells of
            return f"{type(error).__name__}."  # a library's error may have the address, and so a key, in its words
        return ""


@dataclass(frozen=True)
class NotifierGroup:
    """Several notifiers as one. One that fails is reported; the others and the work go on.

    `unsent` is told of each event that a notifier did not take, after a line of the log.
    """

    notifiers: Sequence[NamedNotifier]
    unsent: Callable[[Event], None] | None = None

    def notify(self, event: Event) -> None:
        for one in self.notifiers:
            if reason := one.reason_unsent(event):
                text = f"{event.kind} of {event.subject} was not sent by {one.name}: {reason}"
                fields = {"of": event.kind, "notifier": one.name, "reason": reason}
                _log.warning(text, extra={"event": "notify.failed", **fields})
                if self.unsent is not None:
                    self.unsent(event)


LOG = NamedNotifier("log", LogNotifier())


def notifier_of(
    people: Sequence[NamedNotifier],
    items: Callable[[], ConditionalItems],
    unsent: Callable[[Event], None] | None = None,
) -> Notifier:
    """The log, which has each event, and these notifiers, which are sent repeats once an hour.

    `items` gives the state of the lake.
    """
    if not people:
        return NotifierGroup([LOG])
    grouped = GroupedNotifier(NotifierGroup(people, unsent), items)
    return NotifierGroup([LOG, NamedNotifier("groups", grouped)], unsent)


def named_notifiers(addresses: Sequence[Secret], sns: SnsClient) -> list[NamedNotifier]:
    """Those of these addresses. `sns` gives a client. Raises SettingError for an address of no known kind."""
    return [_notifier(number, one.reveal(), sns) for number, one in enumerate(addresses, 1)]


def _notifier(number: int, address: str, sns: SnsClient) -> NamedNotifier:
    scheme, colon, _ = address.partition(":")
    if not colon or scheme not in _MADE_BY:
        raise SettingError(
            f"MILLRACE_NOTIFY has an address that begins with {scheme[:20]!r}.",
            hint=f"Begin each address with one of {', '.join(f'{known}:' for known in _MADE_BY)}.",
        )
    return NamedNotifier(f"{scheme} {number}", _MADE_BY[scheme](address, sns))


# Modules are imported where they are used: functions of AWS start the quicker.
def _webhook(address: str, _: SnsClient) -> Notifier:
    from millrace.notify.webhook import WebhookNotifier

    return WebhookNotifier(address)


def _sns(address: str, sns: SnsClient) -> Notifier:
    from millrace.notify.sns import SnsNotifier

    return SnsNotifier(address, sns)


def _smtp(address: str, _: SnsClient) -> Notifier:
    from millrace.notify.smtp import SmtpNotifier

    return SmtpNotifier(address)


_MADE_BY: Mapping[str, Callable[[str, SnsClient], Notifier]] = {  # by the scheme of the address
    "http": _webhook,
    "https": _webhook,
    "sns": _sns,
    "smtp": _smtp,
    "smtps": _smtp,
}
