"""The notifier port as HTTP POST requests, in the form that Slack's incoming webhooks take.

The body is `{"text": ...}` for people, with `event`, `subject`, `at` and `details` beside it for machines. Sources of
the form: Slack's pages "Sending messages using incoming webhooks" and "Formatting text for app surfaces", by which &, <
and > are escaped: nothing in an error becomes a link or calls everybody of a channel.
"""

from __future__ import annotations

import json
from html import escape

import requests

from millrace import __version__
from millrace.errors import NotificationFailed, SettingError
from millrace.notify.ports import Event
from millrace.settings import is_http_address
from millrace.time_keys import stored

_TIMEOUTS = (3.0, 5.0)  # seconds to connect, and to the answer: polls and runs wait for it
_HEADERS = {"Content-Type": "application/json", "User-Agent": f"millrace/{__version__}"}


class WebhookNotifier:
    """One request for each event, to an address that may hold a key and is therefore named in no message.

    Raises SettingError for an address that no request can be sent to.
    """

    def __init__(self, address: str) -> None:
        if not is_http_address(address):
            raise SettingError(
                "MILLRACE_NOTIFY has an address without a host, or with blanks in it.",
                hint="Give each address as https://HOST/PATH, with commas between several.",
            )
        self._address = address

    def notify(self, event: Event) -> None:
        """Send the event. Raises NotificationFailed when it was not taken with a status from 200 to 299."""
        body = {
            "text": escape(event.text, quote=False),
            "event": event.kind,
            "subject": event.subject,
            "at": stored(event.at),
            "details": dict(event.details),
        }
        try:
            with requests.post(
                self._address,
                data=json.dumps(body, default=str).encode(),
                headers=_HEADERS,
                timeout=_TIMEOUTS,
                allow_redirects=False,
                stream=True,  # the answer's body is not read: one without an end would keep a poll for ever
            ) as answer:
                status = answer.status_code
        except requests.RequestException as error:
            raise NotificationFailed(f"the webhook cannot be reached ({type(error).__name__}).") from None
        if not 200 <= status < 300:
            raise NotificationFailed(f"the webhook answered {status}.")
