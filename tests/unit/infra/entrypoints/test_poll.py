"""The function that polls: its event, the switch of its schedule, keys that are replaced, failed deliveries."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from millrace.clock import ManualClock
from millrace.errors import DeliveryError, UsageError
from millrace.firehose.ports import DeliveryStream, Receipt, Record
from millrace.infra.entrypoints.poll import LambdaPolls
from millrace.infra.runtime.aws_clients import AwsClients
from millrace.infra.runtime.base import Runtime
from millrace.infra.runtime.local import LocalRuntime
from millrace.service.tend import LambdaDuties
from millrace.settings import AwsSettings, SecretName, Settings
from tests.unit.ingestors.fakes import body
from tests.unit.ingestors.loopback import Loopback, reply, serving

SOURCE = "taxi_availability"
EVENT = {"source": SOURCE, "scheduled_time": "2024-05-30T04:30:00Z"}
SLOT = datetime(2024, 5, 30, 4, 30, tzinfo=UTC)


class SecretsOfAws:
    """Stands for boto3: Systems Manager, whose parameter has the next of these values at each reading."""

    def __init__(self, *values: str) -> None:
        self.values = list(values)

    def __call__(self, module: str) -> Any:
        return self

    def Session(self, **_: Any) -> SecretsOfAws:  # noqa: N802 - boto3's name
        return self

    def Config(self, **_: Any) -> None:  # noqa: N802 - botocore's name
        return None

    def client(self, service: str, **_: Any) -> SecretsOfAws:
        assert service == "ssm"
        return self

    def get_parameter(self, Name: str, WithDecryption: bool) -> dict[str, Any]:  # noqa: N803 - boto3's names
        assert (Name, WithDecryption) == ("/feeds/taxis", True)
        return {"Parameter": {"Value": self.values.pop(0)}}


def polls(runtime: Runtime) -> tuple[LambdaPolls, list[dict[str, Any]]]:
    metrics: list[dict[str, Any]] = []
    return LambdaPolls(runtime, lambda line: metrics.append(json.loads(line))), metrics


def settings_of(feed: Loopback, home: Path, **names: SecretName) -> Settings:
    return Settings(home, "simulated", source_urls={SOURCE: feed.url}, api_key_names=names)


def test_the_slot_is_the_scheduled_time_and_the_metrics_tell_the_outcome(tmp_path: Path) -> None:
    with serving(reply(200, body())) as feed, LocalRuntime(settings_of(feed, tmp_path)) as runtime:
        made, metrics = polls(runtime)
        answer = made.poll(EVENT)
        assert runtime.health.read(SOURCE).slot == SLOT
    assert answer["outcome"] == "delivered"
    assert answer["snapshot_id"].startswith(SOURCE)
    (line,) = metrics
    assert (line["Stage"], line["Source"], line["PollsDelivered"]) == ("dev", SOURCE, 1)
    assert line["PollDelay"] > 0


@pytest.mark.parametrize(
    "event",
    [{}, {"source": SOURCE}, {**EVENT, "scheduled_time": "2024-05-30T04:30:00"}, {**EVENT, "at": "now"}, []],
    ids=["nothing", "no time", "no offset", "something else", "no object"],
)
def test_an_event_that_cannot_be_read_is_refused(tmp_path: Path, event: Any) -> None:
    with LocalRuntime(Settings(tmp_path)) as runtime, pytest.raises(UsageError, match="scheduled_time"):
        polls(runtime)[0].poll(event)


def test_a_schedule_that_is_switched_off_is_not_polled(tmp_path: Path) -> None:
    with serving(reply(200, body())) as feed, LocalRuntime(settings_of(feed, tmp_path)) as runtime:
        runtime.switches.switch(f"poll-{SOURCE}", on=False)
        made, metrics = polls(runtime)
        assert made.poll(EVENT)["outcome"] == "skipped"
        assert feed.seen == []
    assert [line["PollsSkipped"] for line in metrics] == [1]


def test_a_key_that_was_replaced_is_read_anew_when_the_feed_refuses(tmp_path: Path) -> None:
    def only_the_new_one(handler: BaseHTTPRequestHandler) -> None:
        is_new = handler.headers["x-api-key"] == "new"
        reply(200 if is_new else 401, body() if is_new else b"")(handler)

    name = SecretName("ssm", "/feeds/taxis")
    with serving(only_the_new_one) as feed:
        clients = AwsClients(AwsSettings(), load=SecretsOfAws("old", "new"))
        with LocalRuntime(settings_of(feed, tmp_path, **{SOURCE: name}), clients=clients) as runtime:
            made, metrics = polls(runtime)
            assert [made.poll(EVENT)["outcome"] for _ in range(2)] == ["delivered"] * 2
        assert [headers["x-api-key"] for _, headers in feed.seen] == ["old", "new", "new"]
    assert len(metrics) == 2
    assert "new" not in json.dumps(metrics)


def test_each_duty_that_polls_reads_the_keys_anew(tmp_path: Path) -> None:
    with serving(reply(200, body())) as feed:
        settings = settings_of(feed, tmp_path, **{SOURCE: SecretName("ssm", "/feeds/taxis")})
        clients, clock = AwsClients(AwsSettings(), load=SecretsOfAws("old", "new")), ManualClock(SLOT)
        with LocalRuntime(settings, clients=clients, clock=clock) as runtime:
            runtime.poll_handler().poll(runtime.project.source(SOURCE), SLOT)
            runtime.stream.flush(everything=True)
            clock.set(SLOT + timedelta(minutes=3))
            assert LambdaDuties(runtime, lambda _: None).tend({"duty": "gaps"}, lambda: 900.0)["finished"]
        assert {headers["x-api-key"] for _, headers in feed.seen[1:]} == {"new"}


class RefusingStream:
    def put(self, records: Sequence[Record]) -> list[Receipt]:
        raise DeliveryError("the stream takes nothing.")

    def flush(self, *, everything: bool = False) -> int:
        return 0

    def close(self) -> None:
        pass


class UndeliverableRuntime(LocalRuntime):
    @property
    def stream(self) -> DeliveryStream:
        return RefusingStream()


def test_a_poll_that_cannot_deliver_raises(tmp_path: Path) -> None:
    with serving(reply(200, body())) as feed, UndeliverableRuntime(settings_of(feed, tmp_path)) as runtime:
        made, metrics = polls(runtime)
        with pytest.raises(DeliveryError):
            made.poll(EVENT)
    assert metrics == []
