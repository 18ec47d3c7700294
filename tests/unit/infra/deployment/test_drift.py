"""What others have changed of a stack, as CloudFormation's answers tell it."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from millrace.infra.deployment.drift import DriftedResource, StackDrift, stack_drift
from tests.unit.infra.deployment.test_stacks import AnsweringCloudFormation

STARTED = [{"StackDriftDetectionId": "7"}]
DONE = {"DetectionStatus": "DETECTION_COMPLETE"}


def row(title: str, status: str, *differences: dict[str, str]) -> dict[str, Any]:
    return {
        "LogicalResourceId": title,
        "ResourceType": "AWS::SQS::Queue",
        "StackResourceDriftStatus": status,
        "PropertyDifferences": list(differences),
    }


def difference(path: str, kind: str, expected: str, actual: str) -> dict[str, str]:
    return {"PropertyPath": path, "DifferenceType": kind, "ExpectedValue": expected, "ActualValue": actual}


def test_it_is_waited_for_and_read_to_its_last_page() -> None:
    waits: list[int] = []
    changed = (
        difference("/VisibilityTimeout", "NOT_EQUAL", "30", "60"),
        difference("/Tags/0", "REMOVE", "a tag", "null"),
        difference("/RedrivePolicy/maxReceiveCount", "ADD", "null", "3"),
    )
    client = AnsweringCloudFormation(
        detect_stack_drift=STARTED,
        describe_stack_drift_detection_status=[{"DetectionStatus": "DETECTION_IN_PROGRESS"}] * 2 + [DONE],
        describe_stack_resource_drifts=[
            {"StackResourceDrifts": [row("A", "IN_SYNC"), row("B", "MODIFIED", *changed)], "NextToken": "2"},
            {"StackResourceDrifts": [row("C", "DELETED"), row("D", "NOT_CHECKED")]},
        ],
    )

    drift = stack_drift(client, "one", waits.append)

    told = (
        "VisibilityTimeout is 60, and is 30 in the template; Tags.0 is not there, and is a tag in the template;"
        " RedrivePolicy.maxReceiveCount is 3, and is not in the template"
    )
    queue = "AWS::SQS::Queue"
    paths = ("VisibilityTimeout", "Tags.0", "RedrivePolicy.maxReceiveCount")
    gone = DriftedResource("C", queue, (), "it is not there any more")
    assert drift == StackDrift((DriftedResource("B", queue, paths, told), gone), looked_at=3)
    assert waits == [0, 1]
    assert client.asked[-1] == ("describe_stack_resource_drifts", {"StackName": "one", "NextToken": "2"})


def test_what_could_not_be_looked_at_is_said_beside_the_rest() -> None:
    client = AnsweringCloudFormation(
        detect_stack_drift=STARTED,
        describe_stack_drift_detection_status=[
            {"DetectionStatus": "DETECTION_FAILED", "DetectionStatusReason": "of B"}
        ],
        describe_stack_resource_drifts=[{"StackResourceDrifts": [row("A", "DELETED"), row("B", "UNKNOWN")]}],
    )

    drift = stack_drift(client, "one", lambda _: None)
    assert (len(drift.resources), drift.looked_at, drift.trouble) == (1, 1, "of B")


class RefusingCloudFormation:
    def __init__(self, code: str, message: str) -> None:
        self._answer: Any = {"Error": {"Code": code, "Message": message}}

    def detect_stack_drift(self, **_: Any) -> Any:
        raise ClientError(self._answer, "DetectStackDrift")


@pytest.mark.parametrize(
    ("code", "message", "told"),
    [
        ("AccessDenied", "no", "permission cloudformation:DetectStackDrift is missing for stack one"),
        ("ValidationError", "Drift detection is in progress.", "Drift detection is in progress"),
    ],
)
def test_where_it_is_refused_the_reason_is_kept(code: str, message: str, told: str) -> None:
    drift = stack_drift(RefusingCloudFormation(code, message), "one", lambda _: None)

    assert (drift.resources, drift.looked_at) == ((), 0)
    assert drift.trouble.startswith(told)
