"""S3's messages about new objects, on their way through SNS and SQS to the pending list."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from millrace.errors import LakeError, ServiceBusy
from millrace.infra.runtime.aws_clients import AwsClients
from millrace.pending.s3_events import S3EventPendingList
from millrace.pending.sqlite import SqlitePendingList
from millrace.state.sqlite import StateFile
from tests.contracts import aws
from tests.doubles.faults import Killed
from tests.doubles.spy import Spy, answer

TAXIS, RAIN = "taxi_availability", "rainfall"
OBJECT = "some/lake/raw/taxi_availability/dt=2024-05-30/hour=08/x.json.gz"
EARLIER, LATER = "2024-05-30T00:00:00.000Z", "2024-05-30T01:00:00.000Z"


@dataclass
class Queue:
    """A bucket that notifies a queue of its new objects."""

    clients: AwsClients
    name: str
    url: str

    def put(self, key: str) -> None:
        self.clients.s3.put_object(Bucket=self.name, Key=key, Body=b"x")

    def send(self, body: object) -> None:
        text = body if isinstance(body, str) else json.dumps(body)
        self.clients.sqs.send_message(QueueUrl=self.url, MessageBody=text)

    def show_again(self, spy: Spy) -> None:
        """End the visibility timeout of the messages that were received."""
        for called in spy.of("delete_message_batch"):
            for entry in called["Entries"]:
                self.clients.sqs.change_message_visibility(
                    QueueUrl=self.url, ReceiptHandle=entry["ReceiptHandle"], VisibilityTimeout=0
                )

    @property
    def waiting(self) -> int:
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        found = self.clients.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)["Attributes"]  # type: ignore[arg-type]
        return sum(int(count) for count in found.values())


@pytest.fixture
def queue() -> Queue:
    clients, name = aws.clients(), f"q{uuid4().hex}"
    where: Any = {"LocationConstraint": aws.REGION}
    clients.s3.create_bucket(Bucket=name, CreateBucketConfiguration=where)
    sns, sqs = clients.client("sns"), clients.sqs
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = sns.create_topic(Name=name)["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    topic_events: Any = {"TopicArn": topic, "Events": ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]}
    clients.s3.put_bucket_notification_configuration(
        Bucket=name, NotificationConfiguration={"TopicConfigurations": [topic_events]}
    )
    return Queue(clients, name, url)


def touches(queue: Queue, home: Path, *, client: Any = None, root: str = "some/lake/") -> S3EventPendingList:
    pending = SqlitePendingList(StateFile(home / "state.db"))
    return S3EventPendingList(pending, client or queue.clients.sqs, queue.url, root=root)


def days(found: S3EventPendingList, source: str = TAXIS) -> list[str]:
    return [one.dt for one in found.touched(source)]


def event(*keys: str, at: str = LATER, name: str = "ObjectCreated:Put") -> dict[str, Any]:
    return {"Records": [{"eventName": name, "eventTime": at, "s3": {"object": {"key": key}}} for key in keys]}


def test_an_object_in_the_bucket_touches_its_partition(queue: Queue, tmp_path: Path) -> None:
    for number in range(12):  # more than one message's batch
        queue.put(f"some/lake/raw/{TAXIS}/dt=2024-05-{number % 3 + 10}/hour=08/{number}.json.gz")
    queue.put(f"some/lake/raw/{RAIN}/dt=2024-05-30/hour=08/x.json.gz")
    found = touches(queue, tmp_path)
    assert days(found) == ["2024-05-10", "2024-05-11", "2024-05-12"]
    assert days(found, RAIN) == ["2024-05-30"]
    assert queue.waiting == 0


def test_a_partition_that_was_cleared_is_touched_by_the_next_object(queue: Queue, tmp_path: Path) -> None:
    found = touches(queue, tmp_path)
    queue.put(OBJECT)
    seen = found.touched(TAXIS)
    queue.put(OBJECT.replace("x.json", "y.json"))
    found.clear(seen)
    assert days(found) == ["2024-05-30"]
    found.clear(found.touched(TAXIS))
    assert days(found) == []


def test_since_is_when_the_first_object_came(queue: Queue, tmp_path: Path) -> None:
    queue.send(event(OBJECT, at=LATER))
    queue.send(event(OBJECT, at=EARLIER))
    (touched,) = touches(queue, tmp_path).touched(TAXIS)
    assert touched.since == datetime(2024, 5, 30, 0, 0, tzinfo=UTC)


def test_keys_come_encoded(queue: Queue, tmp_path: Path) -> None:
    queue.put("my lake+more/raw/taxi_availability/dt=2024-05-30/hour=08/a b+c.json.gz")
    queue.send(event("my+lake%2Bmore/raw/taxi_availability/dt%3D2024-05-31/hour%3D08/x.json.gz"))
    assert days(touches(queue, tmp_path, root="my lake+more/")) == ["2024-05-30", "2024-05-31"]


@pytest.mark.parametrize(
    "key",
    [
        "some/lake/staging/taxi_availability/dt=2024-05-30/x.parquet",
        "other/raw/taxi_availability/dt=2024-05-30/hour=08/x.json.gz",
        "some/lake/raw/taxi_availability/x.json.gz",
        "some/lake/raw/taxi_availability/dt=yesterday/x.json.gz",
        "some/lake/raw/taxi_availability/dt=20240530/x.json.gz",
        "raw/taxi_availability/dt=2024-05-30/hour=08/x.json.gz",
    ],
)
def test_any_other_object_touches_nothing_and_its_message_is_deleted(queue: Queue, tmp_path: Path, key: str) -> None:
    queue.put(key)
    assert days(touches(queue, tmp_path)) == []
    assert queue.waiting == 0


def test_an_object_that_is_deleted_touches_nothing(queue: Queue, tmp_path: Path) -> None:
    queue.send(event(OBJECT, name="ObjectRemoved:Delete"))
    assert (days(touches(queue, tmp_path)), queue.waiting) == ([], 0)


def test_s3s_test_message_is_deleted(queue: Queue, tmp_path: Path) -> None:
    queue.send({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": queue.name})
    queue.send({"Type": "Notification", "Message": json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent"})})
    assert (days(touches(queue, tmp_path)), queue.waiting) == ([], 0)


@pytest.mark.parametrize(
    "body",
    ["no json", "[]", "null", "{}", {"Type": "Notification"}, {"Type": "Notification", "Message": "no json"},
     {"Records": [{"eventName": "ObjectCreated:Put", "eventTime": LATER, "s3": {}}]},
     {"Records": [{"eventName": "ObjectCreated:Put", "eventTime": "now", "s3": {"object": {"key": OBJECT}}}]}],
)  # fmt: skip
def test_a_message_that_cannot_be_read_stays_and_others_are_still_read(
    queue: Queue, tmp_path: Path, body: object, caplog: pytest.LogCaptureFixture
) -> None:
    queue.send(body)
    queue.send(event(OBJECT))
    with caplog.at_level(logging.WARNING):
        assert days(touches(queue, tmp_path)) == ["2024-05-30"]
    assert queue.waiting == 1
    assert "cannot be read" in caplog.text


def test_a_crash_before_the_delete_touches_twice_and_loses_nothing(queue: Queue, tmp_path: Path) -> None:
    def dies(_: Any, **__: Any) -> None:
        raise Killed

    queue.put(OBJECT)
    spy = Spy(queue.clients.sqs, {"delete_message_batch": dies})
    with pytest.raises(Killed):
        touches(queue, tmp_path, client=spy).touched(TAXIS)
    assert queue.waiting == 2, "the object's message, and S3's test message"
    queue.show_again(spy)
    found = touches(queue, tmp_path)
    (touched,) = found.touched(TAXIS)
    assert queue.waiting == 0
    found.clear([touched])
    assert days(found) == []


def test_an_error_of_aws_is_one_clear_error_and_the_message_stays(queue: Queue, tmp_path: Path) -> None:
    queue.put(OBJECT)

    def busy(*_: Any, **__: Any) -> None:
        raise answer("RequestThrottled", "Rate exceeded", "ReceiveMessage")

    with pytest.raises(ServiceBusy, match="AWS throttles sqs:ReceiveMessage for the queue"):
        touches(queue, tmp_path, client=Spy(queue.clients.sqs, {"receive_message": busy})).touched(TAXIS)
    with pytest.raises(LakeError, match=r"does not exist|NonExistentQueue"):
        S3EventPendingList(touches(queue, tmp_path), queue.clients.sqs, f"{queue.url}-not").touched(TAXIS)
    assert days(touches(queue, tmp_path)) == ["2024-05-30"]
