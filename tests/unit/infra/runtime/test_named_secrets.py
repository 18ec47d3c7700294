"""Secrets that AWS keeps, over moto: read by name once, and anew when they are doubted."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from millrace.errors import ServiceRefused
from millrace.infra.runtime.local import LocalRuntime
from millrace.infra.runtime.named_secrets import ApiKeys, NamedSecrets
from millrace.notify.ports import Event, EventKind
from millrace.settings import Secret, SecretName, Settings
from tests.contracts import aws
from tests.unit.ingestors.loopback import reply, serving

EVENT = Event(EventKind.QUALITY_HELD, "bikes", "it fails a rule", datetime(2024, 5, 30, tzinfo=UTC), {})


@pytest.fixture
def secrets() -> NamedSecrets:
    return NamedSecrets(aws.clients)


def parameter(value: str, name: str = "") -> SecretName:
    named = SecretName("ssm", name or f"/feeds/{uuid4().hex}")
    aws.clients().client("ssm").put_parameter(Name=named.name, Value=value, Type="SecureString", Overwrite=True)
    return named


def test_both_services_keep_secrets(secrets: NamedSecrets) -> None:
    made = aws.clients().client("secretsmanager").create_secret(Name=uuid4().hex, SecretString="one")
    assert secrets.value(SecretName("secretsmanager", made["ARN"])).reveal() == "one"
    assert secrets.value(parameter("two")).reveal() == "two"
    assert "two" not in repr(secrets)


def test_a_secret_is_read_once_until_it_is_doubted(secrets: NamedSecrets) -> None:
    name = parameter("old")
    assert secrets.value(name).reveal() == "old"
    parameter("new", name.name)
    assert secrets.value(name).reveal() == "old"
    secrets.forget()
    assert secrets.value(name).reveal() == "new"


def test_a_secret_that_is_not_there_is_named(secrets: NamedSecrets) -> None:
    with pytest.raises(ServiceRefused, match="the secret /nowhere"):
        secrets.value(SecretName("ssm", "/nowhere"))


def test_keys_are_those_given_and_those_named(secrets: NamedSecrets) -> None:
    keys = ApiKeys({"taxi": Secret("given")}, {"rain": parameter("named")}, secrets)
    assert {source: key.reveal() for source, key in keys.items()} == {"taxi": "given", "rain": "named"}
    assert len(keys) == 2
    assert keys.get("bikes") is None


def test_the_addresses_of_notifications_can_be_a_secret(tmp_path: Path) -> None:
    with serving(reply(200)) as hook:
        name = parameter(f"{hook.url}?key=1, {hook.url}?key=2")
        with LocalRuntime(Settings(tmp_path, notify_name=name), clients=aws.clients()) as runtime:
            runtime.notifier.notify(EVENT)
    assert [path for path, _ in hook.seen] == ["/taxis?key=1", "/taxis?key=2"]
