"""Events published to a topic, over moto, which delivers them to a queue that subscribes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from millrace.errors import NotificationFailed, SettingError
from millrace.notify.ports import Event, EventKind
from millrace.notify.sns import SnsNotifier
from tests.contracts import aws

EVENT = Event(EventKind.RUN_FAILED, "b\u00fcses", "no room\nat all", datetime(2024, 5, 30, 8, tzinfo=UTC), {})


def sns(region: str) -> Any:
    return aws.clients().client("sns", region)


def topic_and_queue(region: str) -> tuple[str, str]:
    """The ARN of a topic, and the URL of a queue that gets what is published there."""
    name, sqs = uuid4().hex, aws.clients().client("sqs", region)
    topic = sns(region).create_topic(Name=name)["TopicArn"]
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns(region).subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return str(topic), str(queue)


@pytest.mark.parametrize("region", [aws.REGION, "eu-west-1"])
def test_a_topic_gets_a_text_and_attributes_to_choose_by_in_whichever_region_it_is(region: str) -> None:
    topic, queue = topic_and_queue(region)
    SnsNotifier(f"sns:{topic}", sns).notify(EVENT)
    (message,) = aws.clients().client("sqs", region).receive_message(QueueUrl=queue)["Messages"]
    body = json.loads(message["Body"])
    assert (body["Subject"], body["Message"]) == ("Millrace: run.failed b?ses", EVENT.text)
    assert {name: one["Value"] for name, one in body["MessageAttributes"].items()} == {
        "event": "run.failed",
        "subject": "b\u00fcses",
    }


def test_a_topic_that_is_not_there_is_a_failed_notification() -> None:
    gone = f"sns:arn:aws:sns:{aws.REGION}:123456789012:gone"
    with pytest.raises(NotificationFailed, match=r"^the topic did not take it: .*gone"):
        SnsNotifier(gone, sns).notify(EVENT)


@pytest.mark.parametrize(
    "address",
    [
        "sns:",
        "sns:alerts",
        "sns:arn:aws:sqs:eu-west-1:123456789012:alerts",
        "sns:arn:aws:sns:eu-west-1:123456789012:a.fifo",
    ],
)
def test_an_address_that_is_no_standard_topic_is_refused(address: str) -> None:
    with pytest.raises(SettingError, match="SNS address that is not a standard topic's"):
        SnsNotifier(address, sns)
