"""Events sent to the addresses of MILLRACE_NOTIFY, over real HTTP; one that fails does no harm."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from millrace.environment import load
from millrace.errors import LakeError, SettingError
from millrace.notify.ports import Event, EventKind, Notifier
from millrace.notify.selection import named_notifiers, notifier_of
from millrace.settings import Secret
from millrace.state.conditional_items import MemoryItems
from millrace.state.dynamo_keys import Key
from tests.unit.ingestors.loopback import hang_up, head, raw, reply, serving


def no_sns(region: str) -> Any:
    raise AssertionError(region)


def told_by(addresses: Sequence[Secret], unsent: Callable[[Event], None] | None = None) -> Notifier:
    return notifier_of(named_notifiers(addresses, no_sns), MemoryItems, unsent)


def endless(handler: BaseHTTPRequestHandler) -> None:
    head(handler, 200, Content_Length="1000")
    handler.wfile.flush()
    handler.server.over.wait()  # type: ignore[attr-defined]


EVENT = Event(
    EventKind.QUALITY_HELD,
    "bikes",
    "2024-05-30 fails a rule",
    datetime(2024, 5, 30, 8, tzinfo=UTC),
    {"table": "staging.bikes", "partitions": 2},
)


def test_a_webhook_is_sent_a_text_for_people_and_fields_for_machines() -> None:
    with serving(reply(200)) as hook:
        settings = load(environ={"MILLRACE_NOTIFY": f"{hook.url} , {hook.url}?key=s3cret"})
        told_by(settings.notify).notify(EVENT)
    assert [path for path, _ in hook.seen] == ["/taxis", "/taxis?key=s3cret"]
    assert [json.loads(body) for body in hook.bodies] == 2 * [
        {
            "text": "quality.held bikes: 2024-05-30 fails a rule",
            "event": "quality.held",
            "subject": "bikes",
            "at": "2024-05-30 08:00:00",
            "details": {"table": "staging.bikes", "partitions": 2},
        }
    ]
    assert "s3cret" not in repr(settings)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (reply(503), "the webhook answered 503."),
        (reply(302, Location="http://127.0.0.1:9/"), "the webhook answered 302."),
        (hang_up, "the webhook cannot be reached (ConnectionError)."),
        (raw(b"HTTP/1.1 302 Found\r\nLocation: \xff\r\n\r\n"), "UnicodeDecodeError."),
    ],
    ids=["status", "redirect", "no answer", "no text"],
)
def test_a_notifier_that_fails_is_reported_and_the_others_are_told(
    answer: object, reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(answer) as broken, serving(reply(204)) as other:  # type: ignore[arg-type]
        addresses = [Secret(f"{broken.url}?key=s3cret"), Secret(other.url)]
        with caplog.at_level(logging.WARNING, "millrace"):
            told_by(addresses).notify(EVENT)
    assert len(other.bodies) == 1
    event, failed = caplog.records
    assert event.getMessage() == "quality.held bikes: 2024-05-30 fails a rule"
    assert failed.getMessage() == f"quality.held of bikes was not sent by http 1: {reason}"
    assert "s3cret" not in caplog.text


@pytest.mark.parametrize(
    ("address", "details"),
    [
        ("http://s3cret..example/", {}),
        ("http://me:s3cret\u0142@127.0.0.1:9/", {}),
        ("http://127.0.0.1:9/", {"a": {(1,): 2}}),
    ],
    ids=["no host", "no latin letter", "no JSON"],
)
def test_no_address_and_no_event_fails_what_is_told_of(
    address: str, details: dict[str, object], caplog: pytest.LogCaptureFixture
) -> None:
    with serving(reply(204)) as other, caplog.at_level(logging.WARNING, "millrace"):
        told_by([Secret(address), Secret(other.url)]).notify(replace(EVENT, details=details))
    assert len(other.bodies) == (0 if details else 1)
    assert "quality.held of bikes was not sent by http 1: " in caplog.text
    assert "s3cret" not in caplog.text


def test_the_body_of_an_answer_is_not_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    with serving(endless) as hook, caplog.at_level(logging.WARNING, "millrace"):
        told_by([Secret(hook.url)]).notify(EVENT)
    assert len(hook.bodies) == 1
    assert "was not sent" not in caplog.text


@pytest.mark.parametrize("address", ["https:", "https://", "https://host/a key", "http://host:x/"])
def test_an_address_that_no_request_can_be_sent_to_is_refused_and_not_shown(address: str) -> None:
    with pytest.raises(SettingError, match=r"^MILLRACE_NOTIFY has an address without a host") as refused:
        told_by([Secret(address)])
    assert address not in str(refused.value).replace("https://HOST/PATH", "")


@pytest.mark.parametrize("address", ["ftp://host/", "hooks.example/path", "carrier-pigeon"])
def test_an_address_of_no_known_kind_is_refused(address: str) -> None:
    with pytest.raises(SettingError) as refused:
        told_by([Secret(address)])
    assert "MILLRACE_NOTIFY" in str(refused.value)
    assert refused.value.hint == "Begin each address with one of http:, https:, sns:, smtp:, smtps:."


def test_nothing_in_a_message_is_a_link_of_slack_or_calls_a_channel() -> None:
    with serving(reply(200)) as hook:
        told_by([Secret(hook.url)]).notify(replace(EVENT, message="a < b & <!channel>"))
    assert json.loads(hook.bodies[0])["text"] == "quality.held bikes: a &lt; b &amp; &lt;!channel&gt;"


def test_each_event_that_a_notifier_did_not_take_is_counted_once() -> None:
    unsent: list[Event] = []
    with serving(reply(500)) as broken, serving(reply(200)) as other:
        told_by([Secret(broken.url), Secret(other.url)], unsent.append).notify(EVENT)
    assert unsent == [EVENT]


def test_where_the_state_cannot_be_used_each_event_is_sent(caplog: pytest.LogCaptureFixture) -> None:
    class Broken(MemoryItems):
        def get(self, key: Key) -> bytes | None:
            raise LakeError("the disk is gone.")

    with serving(reply(200)) as hook, caplog.at_level(logging.WARNING, "millrace"):
        notifier = notifier_of(named_notifiers([Secret(hook.url)], no_sns), Broken)
        notifier.notify(EVENT)
        notifier.notify(EVENT)
    assert len(hook.bodies) == 2
    assert "quality.held of bikes cannot be grouped: the disk is gone." in caplog.text


def test_repeats_are_in_the_log_and_are_not_sent(caplog: pytest.LogCaptureFixture) -> None:
    items = MemoryItems()
    with serving(reply(200)) as hook, caplog.at_level(logging.WARNING, "millrace"):
        notifier = notifier_of(named_notifiers([Secret(hook.url)], no_sns), lambda: items)
        notifier.notify(EVENT)
        notifier.notify(EVENT)
    assert (len(hook.bodies), len(caplog.records)) == (1, 2)
