"""The notifier port as messages of an SNS topic, whose subscribers get them as e-mail, SMS or calls.

Each message has the attributes `event` and `subject`, by which a subscription can choose. Source: SNS API reference,
Publish: a subject has no line breaks and less than 100 characters, a message 256 KB at most.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from millrace.aws.calls import translated
from millrace.errors import MillraceError, NotificationFailed, SettingError
from millrace.notify.ports import Event

TOPIC_ADDRESS = r"sns:(arn:aws[a-z-]*:sns:([a-z0-9-]+):\d{12}:[\w-]{1,256})"  # of a standard topic, with its region
_MOST_SUBJECT, _MOST_MESSAGE = 99, 60_000  # characters; one of a message has four bytes at most


class SnsNotifier:
    """One message for each event. `client` is called with the topic's region, at the first event.

    Raises SettingError for an address that is no standard topic: first-in-first-out ones reach neither mail nor SMS.
    """

    def __init__(self, address: str, client: Callable[[str], Any]) -> None:
        found = re.fullmatch(TOPIC_ADDRESS, address)
        if found is None:
            raise SettingError(
                "MILLRACE_NOTIFY has an SNS address that is not a standard topic's.",
                hint="Give it as sns: and the topic's ARN, such as sns:arn:aws:sns:eu-west-1:123456789012:alerts.",
            )
        self._topic, self._region = found.groups()
        self._client = client

    def notify(self, event: Event) -> None:
        """Publish the event. Raises NotificationFailed."""
        attributes = {"event": event.kind, "subject": event.subject}
        try:
            with translated("sns", f"topic {self._topic}"):
                self._client(self._region).publish(
                    TopicArn=self._topic,
                    Subject=_ascii(f"Millrace: {event.kind} {event.subject}")[:_MOST_SUBJECT],
                    Message=event.text[:_MOST_MESSAGE],
                    MessageAttributes={
                        name: {"DataType": "String", "StringValue": str(value)} for name, value in attributes.items()
                    },
                )
        except MillraceError as error:
            raise NotificationFailed(f"the topic did not take it: {error}") from None


def _ascii(text: str) -> str:
    """With ? in place of what no subject may have."""
    return "".join(one if " " <= one <= "~" else "?" for one in text)
