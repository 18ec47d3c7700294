"""Repeats of an event as one message an hour, with the number of those that were not sent.

What was told is on record in the lake's state, one item for each workflow, written by compare and swap: of several
processes that come with one event at once, one sends it. It is on record before it is sent: a process that dies between
the two never sends the message, rather than sending it twice.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import msgspec

from millrace.errors import MillraceError
from millrace.notify.ports import Event, EventKind, Notifier
from millrace.state.conditional_items import ConditionalItems
from millrace.state.dynamo_keys import LASTING, NOTICES, Key
from millrace.time_keys import stored

_APART = timedelta(hours=1)  # messages of one cause
_REMEMBERED = timedelta(days=1)  # how long what was not sent is counted
_MOST_CAUSES = 50
# Ids and numbers: the words are the cause.
_VARIES = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+(?:[.,:]\d+)*")

# Of workflows. Feeds and duties remember by themselves what they have told of.
GROUPED = {
    EventKind.RUN_FAILED,
    EventKind.RUN_SUCCEEDED,
    EventKind.QUALITY_HELD,
    EventKind.QUALITY_WARNED,
    EventKind.RECORD_SET_ASIDE,
}

_log = logging.getLogger("millrace")


class SentNotice(msgspec.Struct, frozen=True):
    """The last message of one cause, and how many events since were not sent."""

    at: datetime
    not_sent: int = 0


class Notices(msgspec.Struct, frozen=True):
    """What was told of one workflow. `causes`: by cause; `failing`: a failure was told, and no recovery since."""

    at: datetime
    failing: bool = False
    causes: dict[str, SentNotice] = {}


@dataclass(frozen=True)
class GroupedNotifier:
    """Sends the first event of a cause to `notifier`, and its repeats once an hour.

    A recovery is sent where a failure was told. `items` gives the state, asked for at the first event.
    Where the state cannot be used, each event is sent.
    """

    notifier: Notifier
    items: Callable[[], ConditionalItems]

    def notify(self, event: Event) -> None:
        message = self._message(event)
        if message is not None:
            self.notifier.notify(message)

    def _message(self, event: Event) -> Event | None:
        """The event as it is sent; None: it is not."""
        if event.kind not in GROUPED and event.kind is not EventKind.RUN_RECOVERED:
            return None if event.only_logged else event
        try:
            return self._grouped(event)
        except (MillraceError, msgspec.DecodeError) as error:  # a message too many is better than none
            text = f"{event.kind} of {event.subject} cannot be grouped: {error}"
            _log.warning(text, extra={"event": "notify.ungrouped", "of": event.kind, "reason": str(error)})
            return None if event.only_logged else event

    def _grouped(self, event: Event) -> Event | None:
        items, key = self.items(), Key(NOTICES, event.subject)
        while True:
            data = items.get(key)
            before = msgspec.json.decode(data, type=Notices) if data else Notices(event.at)
            after, message = after_event(before, event)
            if after == before or items.swap(key, data, msgspec.json.encode(after), fenced=False):
                return message


def after_event(notices: Notices, event: Event) -> tuple[Notices, Event | None]:
    """What is on record after one more event, and the event as it is sent; None: it is not."""
    if event.at - notices.at >= LASTING[NOTICES]:  # as if the service had removed it
        notices = Notices(event.at)
    if event.kind is EventKind.RUN_RECOVERED:
        return _recovered(notices, event)
    cause = _cause(event.kind, event.cause or event.message)
    told = notices.causes.get(cause)
    is_failing = notices.failing or event.kind is EventKind.RUN_FAILED
    if event.only_logged:
        return msgspec.structs.replace(notices, at=event.at, failing=is_failing), None
    if told is not None and event.at - told.at < _APART:
        return _with(notices, event.at, {cause: SentNotice(told.at, told.not_sent + 1)}), None
    after = msgspec.structs.replace(_with(notices, event.at, {cause: SentNotice(event.at)}), failing=is_failing)
    return after, _counted(event, [told] if told else [])


def _recovered(notices: Notices, event: Event) -> tuple[Notices, Event | None]:
    """A recovery is a success, too: another message of that is not needed. Failures of before are counted in it."""
    if not notices.failing:
        return notices, None
    failures = {cause: told for cause, told in notices.causes.items() if cause.startswith(EventKind.RUN_FAILED)}
    counted = {cause: SentNotice(told.at) for cause, told in failures.items()}
    success = {} if event.only_logged else {_cause(EventKind.RUN_SUCCEEDED, ""): SentNotice(event.at)}
    after = msgspec.structs.replace(_with(notices, event.at, counted | success), failing=False)
    return after, None if event.only_logged else _counted(event, list(failures.values()))


def _with(notices: Notices, at: datetime, causes: dict[str, SentNotice]) -> Notices:
    """With these causes as the newest; those that are old, or too many, are left out."""
    kept = {cause: told for cause, told in notices.causes.items() if cause not in causes and at - told.at < _REMEMBERED}
    return msgspec.structs.replace(notices, at=at, causes=dict([*kept.items(), *causes.items()][-_MOST_CAUSES:]))


def _counted(event: Event, before: list[SentNotice]) -> Event:
    """With the number of those that were not sent since the messages `before`."""
    count = sum(told.not_sent for told in before)
    if not count:
        return event
    since = min(told.at for told in before if told.not_sent)
    text = f"{event.message} Not sent since {stored(since)} UTC: {count} of the same cause."
    return replace(event, message=text, details={**event.details, "not_sent": count})


def _cause(kind: EventKind, text: str) -> str:
    if kind is EventKind.RUN_SUCCEEDED:  # whatever was published
        return kind
    return f"{kind} {hashlib.sha256(_VARIES.sub('#', text).encode()).hexdigest()[:16]}"
