"""Stacks, as CloudFormation's answers tell of them: those that its double gives late, in pages, or not at all."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from millrace.errors import DeploymentFailed, ServiceRefused
from millrace.infra.deployment.stacks import CloudFormationStacks, Proposal, StackTemplate

ID = "arn:aws:cloudformation:eu-west-1:123456789012:stack/one/1a2b"
TEMPLATE = StackTemplate(json.dumps({"Resources": {}}))


class AnsweringCloudFormation:
    """A client that gives its answers in turn, by operation, and keeps what was asked."""

    def __init__(self, **answers: Sequence[Any]) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self._answers: dict[str, Iterator[Any]] = {name: iter(one) for name, one in answers.items()}

    def __getattr__(self, operation: str) -> Any:
        def answer(**given: Any) -> Any:
            self.asked.append((operation, given))
            return next(self._answers[operation])

        return answer

    def get_paginator(self, operation: str) -> Any:
        client = self

        class AnsweredPages:
            def paginate(self, **given: Any) -> Any:
                client.asked.append((operation, given))
                return next(client._answers[operation])

        return AnsweredPages()


def described(status: str) -> dict[str, Any]:
    return {"Stacks": [{"StackName": "one", "StackId": ID, "StackStatus": status}]}


def change(title: str) -> dict[str, Any]:
    return {"ResourceChange": {"Action": "Modify", "LogicalResourceId": title, "ResourceType": "AWS::SQS::Queue"}}


def event(number: int, status: str, title: str = "", reason: str = "") -> dict[str, Any]:
    kind = "AWS::SQS::Queue" if title else "AWS::CloudFormation::Stack"
    return {
        "EventId": str(number),
        "LogicalResourceId": title or "one",
        "PhysicalResourceId": "x" if title else ID,
        "ResourceType": kind,
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
    }


def pages(*events: dict[str, Any]) -> list[dict[str, Any]]:
    """The newest first, one on each page."""
    return [{"StackEvents": [one]} for one in reversed(events)]


def test_a_change_set_is_waited_for_and_read_to_its_last_page() -> None:
    waits: list[int] = []
    client = AnsweringCloudFormation(
        describe_stacks=[described("UPDATE_COMPLETE")],
        create_change_set=[{"Id": "set"}],
        describe_change_set=[
            {"Status": "CREATE_PENDING"},
            {"Status": "CREATE_IN_PROGRESS"},
            {"Status": "CREATE_COMPLETE", "Changes": [change("A")], "NextToken": "2"},
            {"Changes": [change("B")], "NextToken": "3"},
            {"Changes": [change("C")]},
        ],
        describe_events=[{"OperationEvents": []}],
        get_template=[{"TemplateBody": {"Resources": {}}}],
    )

    found = CloudFormationStacks(client, waits.append).propose("one", TEMPLATE)

    assert [one.resource for one in found.changes] == ["A", "B", "C"]
    assert waits == [0, 1]


def objection(mode: str, path: str) -> dict[str, Any]:
    return {
        "EventType": "VALIDATION_ERROR",
        "ValidationStatus": "FAILED",
        "ValidationFailureMode": mode,
        "ValidationPath": path,
        "ValidationStatusReason": "no such property.",
    }


def test_what_validation_says_of_a_change_set_is_told() -> None:
    client = AnsweringCloudFormation(
        describe_stacks=[described("UPDATE_COMPLETE")],
        create_change_set=[{"Id": "set"}],
        describe_change_set=[{"Status": "FAILED", "StatusReason": "Validation failed."}],
        describe_events=[{"OperationEvents": [objection("WARN", "/Resources/A"), objection("FAIL", "/Resources/B/X")]}],
        delete_change_set=[{}],
    )

    with pytest.raises(DeploymentFailed) as failed:
        CloudFormationStacks(client).propose("one", TEMPLATE)

    assert "change set of stack one: Validation failed; /Resources/B/X: no such property." in failed.value.message
    assert ("delete_change_set", {"StackName": "one", "ChangeSetName": "set"}) in client.asked


def test_what_validation_warns_of_stands_beside_the_changes() -> None:
    client = AnsweringCloudFormation(
        describe_stacks=[described("UPDATE_COMPLETE")],
        create_change_set=[{"Id": "set"}],
        describe_change_set=[{"Status": "CREATE_COMPLETE", "Changes": [change("A")]}],
        describe_events=[{"OperationEvents": [objection("WARN", "/Resources/A")]}],
        get_template=[{"TemplateBody": json.dumps({"Resources": {}})}],
    )

    assert CloudFormationStacks(client).propose("one", TEMPLATE).notes == ("/Resources/A: no such property",)


def test_an_execution_is_followed_past_its_clean_up() -> None:
    """Events come by and by, each told once; the stack is at rest when it says so itself."""
    told: list[str] = []
    first = event(1, "CREATE_COMPLETE")
    going = [first, event(2, "UPDATE_IN_PROGRESS")]
    cleaning = [*going, event(3, "UPDATE_COMPLETE", "Queue"), event(4, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")]
    client = AnsweringCloudFormation(
        describe_stacks=[
            *map(described, ("CREATE_COMPLETE", "UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", "UPDATE_COMPLETE"))
        ],
        describe_stack_events=[
            pages(first),
            pages(*going),
            pages(*going),
            pages(*cleaning),
            pages(*cleaning, event(5, "UPDATE_COMPLETE")),
            pages(*cleaning, event(5, "UPDATE_COMPLETE")),
        ],
        execute_change_set=[{}],
    )
    waits: list[int] = []

    found = CloudFormationStacks(client, waits.append).execute(
        Proposal("one", "set", creates=False), lambda one: told.append(one["EventId"])
    )

    assert found.status == "UPDATE_COMPLETE"
    assert told == ["2", "3", "4", "5"]
    assert waits == [0, 1, 0, 0], "longer while nothing new is told; once more where the stack lags behind its event"


def test_the_first_cause_is_named_and_not_what_it_cancelled() -> None:
    first = event(1, "CREATE_COMPLETE")
    rest = [
        event(2, "UPDATE_FAILED", "Later", "Resource update cancelled"),
        event(3, "UPDATE_FAILED", "Cause", "Access denied."),
        event(4, "UPDATE_FAILED", "Next", "Throttled"),
        event(5, "UPDATE_ROLLBACK_COMPLETE"),
    ]
    client = AnsweringCloudFormation(
        describe_stacks=[described("CREATE_COMPLETE"), described("UPDATE_ROLLBACK_COMPLETE")],
        describe_stack_events=[pages(first), pages(first, *rest)],
        execute_change_set=[{}],
    )

    with pytest.raises(DeploymentFailed) as failed:
        CloudFormationStacks(client).execute(Proposal("one", "set", creates=False), lambda _: None)

    assert failed.value.message == (
        "stack one ended in UPDATE_ROLLBACK_COMPLETE: Cause (AWS::SQS::Queue): Access denied."
    )
    assert failed.value.hint == "What was deployed before works as it did."


@pytest.mark.parametrize(
    ("removals", "told"),
    [
        ({"one": "millrace destroy --stage dev"}, "millrace destroy --stage dev removes it"),
        ({"other": "millrace destroy --stage dev"}, "aws cloudformation delete-stack --stack-name one removes it"),
    ],
)
def test_a_stack_of_which_nothing_works_names_the_command_that_removes_it(removals: dict[str, str], told: str) -> None:
    client = AnsweringCloudFormation(describe_stacks=[described("ROLLBACK_COMPLETE")])

    with pytest.raises(ServiceRefused) as refused:
        CloudFormationStacks(client, removals=removals).ready("one")

    assert refused.value.hint == f"Nothing of it works yet: {told}, then give the command again."
