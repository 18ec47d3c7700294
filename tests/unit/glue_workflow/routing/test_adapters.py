"""The router's adapters on AWS: events on the bus, and invocations of the function of jobs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from millrace.errors import ServiceBusy
from millrace.glue_workflow.routing.eventbridge import JOB_CHANGED, RUN_CHANGED, BusStateChanges
from millrace.glue_workflow.routing.lambda_jobs import LambdaJobs
from millrace.glue_workflow.routing.ports import RoutedCall, StateChange
from tests.contracts import aws
from tests.doubles.spy import Spy

CHANGE = StateChange("rainfall", "r1", 1, "failed", job="crawl", error="it broke")
CALL = RoutedCall("rainfall", "events:rainfall/k", "r1", 1, "crawl", 2, "arn:aws:lambda:x:1:function:jobs:7")


@dataclass
class _Invoked:
    """In place of Lambda's client."""

    given: list[dict[str, Any]] = field(default_factory=list)

    def invoke(self, **given: Any) -> dict[str, Any]:
        self.given.append(given)
        return {"StatusCode": 202}


def test_a_change_is_an_event_of_its_stage_on_the_default_bus() -> None:
    """It reaches a queue by a rule with the pattern that the stack has."""
    events, sqs = aws.clients().client("events"), aws.clients().client("sqs")
    queue = sqs.create_queue(QueueName="changes")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    detail = {"stage": ["uat"], "workflow": ["rainfall"]}
    pattern = {"source": ["millrace"], "detail-type": [JOB_CHANGED], "detail": detail}
    events.put_rule(Name="changes", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="changes", Targets=[{"Id": "queue", "Arn": arn}])

    for stage, change in (("dev", CHANGE), ("uat", CHANGE), ("uat", StateChange("rainfall", "r1", 1, "failed"))):
        BusStateChanges(events, stage).announce(change)

    [message] = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    sent = json.loads(message["Body"])["detail"]
    assert sent == {"stage": "uat", **msgspec.to_builtins(CHANGE)}
    assert RUN_CHANGED != JOB_CHANGED


def test_an_event_that_the_bus_did_not_take_is_an_error() -> None:
    """The answer is HTTP 200."""
    refused = {"FailedEntryCount": 1, "Entries": [{"ErrorCode": "ThrottlingException", "ErrorMessage": "slow down"}]}
    client = Spy(aws.clients().client("events"), {"put_events": lambda real, **given: refused})

    with pytest.raises(ServiceBusy, match="did not take an event: ThrottlingException: slow down"):
        BusStateChanges(client, "uat").announce(CHANGE)


def test_a_call_is_an_asynchronous_invocation_of_the_version_that_the_run_began_with() -> None:
    client = _Invoked()

    LambdaJobs(client, "arn:aws:lambda:x:1:function:jobs:8").start(CALL)

    [given] = client.given
    assert (given["FunctionName"], given["InvocationType"]) == (CALL.by, "Event")
    assert msgspec.json.decode(given["Payload"], type=RoutedCall) == CALL
