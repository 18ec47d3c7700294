"""What of a stack has been changed by others than CloudFormation, as CloudFormation finds it.

It looks at types that it can read, and at properties that the template gives. Sources: CloudFormation user guide,
"Detect unmanaged configuration changes with drift detection"; API reference, DescribeStackResourceDrifts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any

from millrace.aws.calls import code_of, translated
from millrace.errors import ServiceRefused

_LOOKED_AT = ("IN_SYNC", "MODIFIED", "DELETED")
_MOST_TEXT = 80  # characters of a value


@dataclass(frozen=True, slots=True)
class DriftedResource:
    """`properties`: paths of what is otherwise, none of a resource that is gone; `told`: how."""

    resource: str
    kind: str
    properties: tuple[str, ...]
    told: str


@dataclass(frozen=True)
class StackDrift:
    """`looked_at`: how many resources CloudFormation could compare. `trouble`: why it did not, or not with all."""

    resources: tuple[DriftedResource, ...] = ()
    looked_at: int = 0
    trouble: str = ""


def stack_drift(client: Any, stack: str, pause: Callable[[int], None]) -> StackDrift:
    """Asks CloudFormation, and waits. `pause` waits before it is asked again, given how often it has been.

    What cannot be looked at is said, and is no error: a deployment does not depend on it. Raises ServiceBusy.
    """
    try:
        trouble = _detected(client, stack, pause)
        rows = list(_rows(client, stack))
    except ServiceRefused as error:
        return StackDrift(trouble=str(error).rstrip("."))
    drifted = tuple(_drifted(one) for one in rows if one["StackResourceDriftStatus"] in ("MODIFIED", "DELETED"))
    looked_at = sum(one["StackResourceDriftStatus"] in _LOOKED_AT for one in rows)
    return StackDrift(drifted, looked_at, trouble)


def _detected(client: Any, stack: str, pause: Callable[[int], None]) -> str:
    """What CloudFormation says of resources that it could not look at."""
    from botocore.exceptions import ClientError

    with translated("cloudformation", f"stack {stack}"):
        try:
            number = client.detect_stack_drift(StackName=stack)["StackDriftDetectionId"]
        except ClientError as error:
            if code_of(error) == "ValidationError":  # of a stack that is in a state for which it has no answer
                raise ServiceRefused(str(error.response["Error"]["Message"])) from error
            raise
    for asked in count():
        with translated("cloudformation", f"the drift of stack {stack}"):
            answer = client.describe_stack_drift_detection_status(StackDriftDetectionId=number)
        if answer["DetectionStatus"] != "DETECTION_IN_PROGRESS":
            break
        pause(asked)
    return str(answer.get("DetectionStatusReason", "")) if answer["DetectionStatus"] == "DETECTION_FAILED" else ""


def _rows(client: Any, stack: str) -> Iterator[Mapping[str, Any]]:
    given: dict[str, str] = {"StackName": stack}
    while True:
        with translated("cloudformation", f"stack {stack}"):
            page = client.describe_stack_resource_drifts(**given)
        yield from page["StackResourceDrifts"]
        if not page.get("NextToken"):
            return
        given["NextToken"] = page["NextToken"]


def _drifted(row: Mapping[str, Any]) -> DriftedResource:
    title, kind = row["LogicalResourceId"], row["ResourceType"]
    if row["StackResourceDriftStatus"] == "DELETED":
        return DriftedResource(title, kind, (), "it is not there any more")
    found = row.get("PropertyDifferences", ())
    paths = tuple(one["PropertyPath"].lstrip("/").replace("/", ".") for one in found)
    told = (_difference(path, one) for path, one in zip(paths, found, strict=True))
    return DriftedResource(title, kind, paths, "; ".join(told))


def _difference(path: str, one: Mapping[str, Any]) -> str:
    match one["DifferenceType"]:
        case "ADD":
            return f"{path} is {_short(one['ActualValue'])}, and is not in the template"
        case "REMOVE":
            return f"{path} is not there, and is {_short(one['ExpectedValue'])} in the template"
        case _:
            return f"{path} is {_short(one['ActualValue'])}, and is {_short(one['ExpectedValue'])} in the template"


def _short(value: str) -> str:
    return value if len(value) <= _MOST_TEXT else f"{value[:_MOST_TEXT]}..."
