"""The notifier port as e-mail, sent by a server for submission: `smtps://USER:PASSWORD@HOST/?from=A&to=B&to=C`.

`smtps:` is TLS from the first byte (port 465); `smtp:` is TLS by STARTTLS where the server offers it (port 587 with a
user, else 25). A certificate is always verified, and a password is sent by TLS alone. Sources: RFC 8314 and RFC 3207;
RFC 3834 for Auto-Submitted.
"""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from millrace.errors import NotificationFailed, SettingError
from millrace.notify.ports import Event

_TIMEOUT = 10.0  # seconds for each answer of the server: runs wait for it
_PORTS = {("smtps", True): 465, ("smtps", False): 465, ("smtp", True): 587, ("smtp", False): 25}  # with a user or not


class SmtpNotifier:
    """One mail for each event. The address may hold a password, and is therefore named in no message.

    `context`: of TLS; by default, what this machine trusts. Raises SettingError for an address that lacks something.
    """

    def __init__(self, address: str, context: ssl.SSLContext | None = None) -> None:
        try:
            parts = urlsplit(address)
            self._host, port = parts.hostname or "", parts.port
        except ValueError:
            raise _unusable("a port that is no number") from None
        if not self._host:
            raise _unusable("no host")
        self._tls = parts.scheme == "smtps"
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        if bool(self._user) != bool(self._password):
            raise _unusable("a user without a password, or the reverse")
        self._port = port or _PORTS[parts.scheme, bool(self._user)]
        self._sender, self._receivers = _mail_addresses(parts)
        self._context = context

    def notify(self, event: Event) -> None:
        """Send the event. Raises NotificationFailed when the server did not take it for every receiver."""
        mail = self._mail(event)
        try:
            with self._connected() as server:
                if self._user:
                    server.login(self._user, self._password)
                refused = server.send_message(mail)
        except smtplib.SMTPRecipientsRefused:
            raise NotificationFailed("the mail server refused every receiver.") from None
        except smtplib.SMTPResponseException as error:
            raise NotificationFailed(f"the mail server answered {error.smtp_code}.") from None
        except (smtplib.SMTPException, OSError) as error:
            raise NotificationFailed(f"the mail server cannot be used ({type(error).__name__}).") from None
        if refused:
            raise NotificationFailed(f"the mail server refused {len(refused)} of {len(self._receivers)} receivers.")

    def _connected(self) -> smtplib.SMTP:
        context = self._context or ssl.create_default_context()
        if self._tls:
            return smtplib.SMTP_SSL(self._host, self._port, timeout=_TIMEOUT, context=context)
        server = smtplib.SMTP(self._host, self._port, timeout=_TIMEOUT)
        try:
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=context)
            elif self._user:
                raise NotificationFailed("the mail server offers no TLS, and is sent no password without it.")
        except BaseException:  # also Ctrl-C: nobody else could close it
            server.close()
            raise
        return server

    def _mail(self, event: Event) -> EmailMessage:
        mail = EmailMessage()
        mail["Subject"] = " ".join(f"Millrace: {event.kind} {event.subject}".split())
        mail["From"], mail["To"] = self._sender, ", ".join(self._receivers)
        mail["Date"], mail["Message-ID"] = format_datetime(event.at), make_msgid(domain=self._sender.rpartition("@")[2])
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(event.text)
        return mail


def _mail_addresses(parts: SplitResult) -> tuple[str, tuple[str, ...]]:
    given = parse_qs(parts.query)
    senders, receivers = given.pop("from", []), given.pop("to", [])
    if len(senders) != 1 or not receivers or given:
        raise _unusable("not one `from`, a `to`, and nothing else, behind the question mark")
    for one in (*senders, *receivers):
        name, at, host = one.partition("@")
        if not (name and at and host) or any(blank in one for blank in " ,;<>\r\n"):
            raise _unusable("a `from` or `to` that is no mail address")
    return senders[0], tuple(receivers)


def _unusable(what: str) -> SettingError:
    return SettingError(
        f"MILLRACE_NOTIFY has an SMTP address with {what}.",
        hint="Give it as smtps://USER:PASSWORD@HOST/?from=ADDRESS&to=ADDRESS, with %40 for an @ in user or password.",
    )
