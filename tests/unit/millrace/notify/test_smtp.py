"""Events sent as mail, to real servers on loopback: with and without TLS, and such as refuse."""

from __future__ import annotations

import email
import logging
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword

from millrace.errors import NotificationFailed, SettingError
from millrace.notify.ports import Event, EventKind
from millrace.notify.selection import named_notifiers, notifier_of
from millrace.notify.smtp import SmtpNotifier
from millrace.settings import Secret
from millrace.state.conditional_items import MemoryItems
from tests.doubles.certificates import certificate_files

EVENT = Event(EventKind.RUN_FAILED, "bikes", "too few:\n2 of 9", datetime(2024, 5, 30, 8, tzinfo=UTC), {})
PASSWORD = "s3cret@%/"
BEHIND = "?from=millrace@example.org&to=one@example.org&to=two@example.org"


class Mailbox:
    """What a server has taken. `refused`: a receiver that there is not; `full`: nothing is taken."""

    def __init__(self, *, refused: str = "", full: bool = False) -> None:
        self.refused, self.full = refused, full
        self.mails: list[tuple[list[str], EmailMessage]] = []
        self.users: list[bytes] = []

    async def handle_RCPT(  # noqa: N802 - the name that the server calls
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if address == self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - as above
        if self.full:
            return "452 the disk is full of s3cret"
        mail = email.message_from_bytes(envelope.content, policy=default)
        self.mails.append((envelope.rcpt_tos, mail))
        return "250 OK"

    def knows(self, server: Any, session: Any, envelope: Any, mechanism: str, data: LoginPassword) -> AuthResult:
        self.users.append(data.login)
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)


class MailServer(Controller):
    """On whichever port was free."""

    def _trigger_server(self) -> None:
        server: Any = self.server
        self.port = server.sockets[0].getsockname()[1]
        of_all: Any = super()
        of_all._trigger_server()


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """TLS of a server, and of a client that trusts it."""
    certificate, key = certificate_files(tmp_path_factory.mktemp("tls"))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate, key)
    return server, ssl.create_default_context(cafile=str(certificate))


@contextmanager
def serving_mail(box: Mailbox, **options: Any) -> Iterator[str]:
    """The host and port of a server."""
    server = MailServer(box, hostname="127.0.0.1", port=0, authenticator=box.knows, **options)
    server.start()
    try:
        yield f"127.0.0.1:{server.port}"
    finally:
        server.stop()


def test_a_mail_has_a_subject_a_text_and_every_receiver() -> None:
    box = Mailbox()
    with serving_mail(box) as host:
        SmtpNotifier(f"smtp://{host}/{BEHIND}").notify(EVENT)
    ((receivers, mail),) = box.mails
    assert receivers == ["one@example.org", "two@example.org"]
    assert (mail["Subject"], mail["From"]) == ("Millrace: run.failed bikes", "millrace@example.org")
    assert (mail["Date"], mail["Auto-Submitted"]) == ("Thu, 30 May 2024 08:00:00 +0000", "auto-generated")
    assert mail.get_content().splitlines() == EVENT.text.splitlines()


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_user_is_known_by_a_password_over_tls(scheme: str, trust: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    box, (server, client) = Mailbox(), trust
    options = {"ssl_context": server} if scheme == "smtps" else {"tls_context": server}
    with serving_mail(box, auth_require_tls=scheme == "smtp", **options) as host:
        SmtpNotifier(f"{scheme}://me%40example.org:s3cret%40%25%2F@{host}/{BEHIND}", client).notify(EVENT)
    assert (len(box.mails), box.users) == (1, [b"me@example.org"])


def test_no_password_is_sent_without_tls_and_no_mail_to_a_server_that_is_not_trusted(
    trust: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    box = Mailbox()
    with (
        serving_mail(box, auth_require_tls=False) as host,
        pytest.raises(NotificationFailed, match="offers no TLS, and is sent no password"),
    ):
        SmtpNotifier(f"smtp://me:s3cret@{host}/{BEHIND}").notify(EVENT)
    with (
        serving_mail(box, tls_context=trust[0]) as host,
        pytest.raises(NotificationFailed, match=r"cannot be used \(SSLCertVerificationError\)"),
    ):
        SmtpNotifier(f"smtp://{host}/{BEHIND}").notify(EVENT)
    assert (box.mails, box.users) == ([], [])


@pytest.mark.parametrize(
    ("box", "reason"),
    [
        (Mailbox(full=True), "the mail server answered 452."),
        (Mailbox(refused="two@example.org"), "the mail server refused 1 of 2 receivers."),
    ],
    ids=["full", "a receiver"],
)
def test_what_a_server_refuses_is_a_failed_notification(box: Mailbox, reason: str) -> None:
    with serving_mail(box) as host, pytest.raises(NotificationFailed) as failed:
        SmtpNotifier(f"smtp://{host}/{BEHIND}").notify(EVENT)
    assert failed.value.message == reason


def test_a_wrong_password_and_a_server_that_is_not_there_are_reported_without_the_password(
    trust: tuple[ssl.SSLContext, ssl.SSLContext], caplog: pytest.LogCaptureFixture
) -> None:
    box, (server, _) = Mailbox(), trust
    with serving_mail(box, ssl_context=server, auth_require_tls=False) as host, caplog.at_level(logging.DEBUG):
        addresses = [f"smtps://me:s3cret-wrong@{host}/{BEHIND}", f"smtp://me:s3cret@127.0.0.1:9/{BEHIND}"]
        told = notifier_of(named_notifiers([Secret(one) for one in addresses], lambda _: None), MemoryItems)
        told.notify(EVENT)
        with pytest.raises(NotificationFailed, match="the mail server answered 535"):
            SmtpNotifier(addresses[0], trust[1]).notify(EVENT)
    assert "was not sent by smtps 1: the mail server cannot be used (SSLCertVerificationError)." in caplog.text
    assert "was not sent by smtp 2: the mail server cannot be used (ConnectionRefusedError)." in caplog.text
    assert "s3cret" not in caplog.text


@pytest.mark.parametrize(
    ("address", "lacking"),
    [
        (f"smtp:///{BEHIND}", "no host"),
        (f"smtp://host:s3cret/{BEHIND}", "a port that is no number"),
        (f"smtp://s3cret@host/{BEHIND}", "a user without a password"),
        ("smtp://me:s3cret@host/", "not one `from`"),
        ("smtp://host/?from=a@b&from=c@d&to=e@f", "not one `from`"),
        ("smtp://host/?from=a@b&to=c@d&key=s3cret", "not one `from`"),
        ("smtp://host/?from=a@b&to=c@d%0aBcc:x@y", "no mail address"),
        ("smtp://host/?from=a&to=c@d", "no mail address"),
    ],
)
def test_an_address_that_lacks_something_is_refused_and_not_shown(address: str, lacking: str) -> None:
    with pytest.raises(SettingError, match=lacking) as refused:
        SmtpNotifier(address)
    assert "s3cret" not in str(refused.value)
