"""How a stack stands, or ended: what its status and its events say, and what to do about it.

Sources: CloudFormation user guide, "Stack status codes", "Choose how to handle failures when provisioning resources".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from millrace.errors import DeploymentFailed, RetryLater, ServiceRefused

_STACK = "AWS::CloudFormation::Stack"
NEW = "REVIEW_IN_PROGRESS"  # a stack that has a change set and nothing else
DONE = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE", "DELETE_COMPLETE"}
_TAKES_CHANGES = {*DONE, "UPDATE_ROLLBACK_COMPLETE", "IMPORT_ROLLBACK_COMPLETE"}
_IN_PARTS = {"CREATE_FAILED", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "DELETE_FAILED"}
_CANCELLED = "cancelled"  # what was stopped because something else failed

StackEvent = Mapping[str, Any]


@dataclass(frozen=True)
class DeployedStack:
    """`outputs` and `parameters`: by name. `status`: CloudFormation's."""

    name: str
    id: str
    status: str
    outputs: Mapping[str, str]
    parameters: Mapping[str, str] = field(default_factory=dict)


def is_of(stack: DeployedStack, event: StackEvent) -> bool:
    """Whether it is of the stack itself."""
    return bool(event["ResourceType"] == _STACK and event["PhysicalResourceId"] == stack.id)


def is_cause(event: StackEvent) -> bool:
    """What was stopped because something else failed is none."""
    return (
        event["ResourceStatus"].endswith("FAILED") and _CANCELLED not in event.get("ResourceStatusReason", "").lower()
    )


def in_words(failure: StackEvent) -> str:
    reason = failure.get("ResourceStatusReason") or "no reason given"
    return f"{failure['LogicalResourceId']} ({failure['ResourceType']}): {reason.rstrip('.')}"


def goes_on(status: str) -> bool:
    """Whether something is being done to the stack."""
    return status.endswith("IN_PROGRESS")


def require_rest(stack: DeployedStack) -> None:
    """Raises RetryLater for a stack that something is done to."""
    if goes_on(stack.status):
        raise RetryLater(
            f"stack {stack.name} is being changed already ({stack.status}).", hint="Try again when that has ended."
        )


def require_ready(stack: DeployedStack, removal: str) -> None:
    """Raises as `require_rest` does, and ServiceRefused for a stack that can only be mended, or removed.

    `removal`: the command that removes it.
    """
    require_rest(stack)
    if stack.status not in _TAKES_CHANGES:
        raise ServiceRefused(
            f"stack {stack.name} takes no change: it is in {stack.status}.", hint=_mended(stack.status, removal)
        )


def require_works(stack: DeployedStack, removal: str) -> None:
    """Raises as `require_rest` does, and ServiceRefused for a stack of which nothing, or not all, is there. One that
    could not go back to what was before has its lake. `removal`: the command that removes it.
    """
    require_rest(stack)
    if stack.status in _IN_PARTS:
        hint = f"Give {removal}, then deploy the stage."
        raise ServiceRefused(f"stack {stack.name} does not work: it is in {stack.status}.", hint=hint)


def failed(stack: str, status: str, causes: list[str], removal: str) -> DeploymentFailed:
    """What failed first is the reason; what failed after it are mostly its consequences."""
    told = causes[0] if causes else "no event names a resource"
    hint = _STANDS.get(status) or _mended(status, removal)
    return DeploymentFailed(f"stack {stack} ended in {status}: {told}.", hint=hint)


_STANDS = {
    "UPDATE_ROLLBACK_COMPLETE": "What was deployed before works as it did.",
    "IMPORT_ROLLBACK_COMPLETE": "What was deployed before works as it did.",
    "DELETE_FAILED": "The rest was deleted. Mend what is named, then give the command again.",
}


def _mended(status: str, removal: str) -> str:
    match status:
        case "CREATE_FAILED" | "ROLLBACK_COMPLETE" | "ROLLBACK_FAILED":
            return f"Nothing of it works yet: {removal} removes it, then give the command again."
        case "DELETE_FAILED":
            return f"Its deletion did not come to an end: give {removal} again."
        case "UPDATE_FAILED" | "UPDATE_ROLLBACK_FAILED" | "IMPORT_ROLLBACK_FAILED":
            return (
                "It could not go back to what was before: mend the resource that its events name, then aws"
                " cloudformation continue-update-rollback."
            )
        case _:
            return "See the stack's events."
