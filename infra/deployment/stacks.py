"""A stack in CloudFormation: what is in it, a change set of it, and the events while something is done to it.

Nothing is done to a stack but by a change set that was looked at, and by its deletion. Sources: CloudFormation's API
reference and user guide, "Update CloudFormation stacks using change sets".
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count, takewhile
from typing import Any

from millrace.aws.calls import code_of, translated
from millrace.errors import DeploymentFailed
from millrace.infra.deployment.changes import PlannedChange, planned, with_clashes
from millrace.infra.deployment.drift import StackDrift, stack_drift
from millrace.infra.deployment.outcomes import (
    DONE,
    NEW,
    DeployedStack,
    StackEvent,
    failed,
    goes_on,
    in_words,
    is_cause,
    is_of,
    require_ready,
)

MOST_BYTES_INLINE = 51_200  # of a template in the request; a larger one is given by its address
_MOST_REASON = 2_000  # characters of what CloudFormation says
_FIRST_SECONDS, _MOST_SECONDS, _GROWTH = 0.25, 5.0, 1.5  # between two questions, while nothing new is answered
_UNCHANGED = ("didn't contain changes", "No updates are to be performed")


@dataclass(frozen=True, slots=True)
class StackResource:
    """`physical`: its name or id in the account."""

    title: str
    kind: str
    physical: str


@dataclass(frozen=True)
class StackTemplate:
    """What a change set is made from. `url`: of `text`, for one that is too long to be given inline.

    `role`: the ARN of the role that CloudFormation takes; "": it has the rights of who asks.
    """

    text: str
    url: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    role: str = ""


@dataclass(frozen=True)
class Proposal:
    """A change set that can be executed or thrown away; with an empty `id` nothing is to be changed, and there is none.
    Without `changes` it changes outputs alone. `notes`: CloudFormation's warnings about it.
    """

    stack: str
    id: str
    creates: bool
    changes: tuple[PlannedChange, ...] = ()
    notes: tuple[str, ...] = ()


def _sleep(times: int) -> None:
    time.sleep(min(_MOST_SECONDS, _FIRST_SECONDS * _GROWTH**times))


class CloudFormationStacks:
    """`pause` waits until CloudFormation is asked again, given how many times in a row it told nothing new.

    `removals`: the command of Millrace's that deletes a stack, by its name. AWS's own deletes the others.
    """

    def __init__(
        self, client: Any, pause: Callable[[int], None] = _sleep, removals: Mapping[str, str] | None = None
    ) -> None:
        self._client, self._pause, self._removals = client, pause, removals or {}

    def find(self, name: str) -> DeployedStack | None:
        """A stack by name or id. One that was only ever proposed is none. Raises ServiceRefused or ServiceBusy."""
        found = self._described(name)
        return None if found is None or found.status == NEW else found

    def ready(self, name: str) -> DeployedStack | None:
        """A stack that takes a change; None: there is none. Raises ServiceRefused for one that can only be mended, and
        RetryLater for one that something is done to.
        """
        found = self.find(name)
        if found is not None:
            require_ready(found, self._removal(name))
        return found

    def resources(self, name: str) -> list[StackResource]:
        with translated("cloudformation", f"stack {name}"):
            pages = self._client.get_paginator("list_stack_resources").paginate(StackName=name)
            found = [one for page in pages for one in page["StackResourceSummaries"]]
        return [
            StackResource(one["LogicalResourceId"], one["ResourceType"], one["PhysicalResourceId"])
            for one in found
            if one.get("PhysicalResourceId") and one["ResourceStatus"] != "DELETE_COMPLETE"
        ]

    def template(self, name: str) -> Mapping[str, Any]:
        """The template that is deployed."""
        with translated("cloudformation", f"stack {name}"):
            body = self._client.get_template(StackName=name, TemplateStage="Original")["TemplateBody"]
        found: Mapping[str, Any] = json.loads(body) if isinstance(body, str) else body
        return found

    def propose(self, name: str, template: StackTemplate) -> Proposal:
        """A change set. Raises as `ready` does, and DeploymentFailed where CloudFormation cannot make one."""
        before = self.ready(name)
        proposal = Proposal(name, self._create(name, template, creates=before is None), before is None)
        answer = self._finished(name, proposal.id)
        errors, notes = self._objections({"ChangeSetName": proposal.id})
        if answer["Status"] == "FAILED":
            self.discard(proposal)
            reason = answer.get("StatusReason", "no reason given").rstrip(".")
            if any(one in reason for one in _UNCHANGED):
                return Proposal(name, "", creates=False)
            told = "; ".join([reason, *errors])
            raise _refused(name, told)
        old = self.template(name)["Resources"] if before else {}
        new = json.loads(template.text)["Resources"]
        changes = with_clashes([planned(one["ResourceChange"], old, new) for one in answer["Changes"]], old, new)
        return Proposal(name, proposal.id, before is None, changes, tuple(notes))

    def drift(self, name: str) -> StackDrift:
        """What others have changed of a stack. Raises ServiceBusy."""
        return stack_drift(self._client, name, self._pause)

    def discard(self, proposal: Proposal) -> None:
        """Removes a change set, and the empty stack that was made for it."""
        with translated("cloudformation", f"stack {proposal.stack}"):
            self._client.delete_change_set(StackName=proposal.stack, ChangeSetName=proposal.id)
            found = self._described(proposal.stack) if proposal.creates else None
            if found is not None and found.status == NEW:
                self._client.delete_stack(StackName=found.id)

    def execute(self, proposal: Proposal, tell: Callable[[StackEvent], None]) -> DeployedStack:
        """Executes a change set, and tells each event. Raises DeploymentFailed with the resource that failed first."""
        described = self._described(proposal.stack)
        assert described is not None, "a change set is of a stack"
        known = self._newest(described.id)
        with translated("cloudformation", f"stack {proposal.stack}"):
            self._client.execute_change_set(StackName=proposal.stack, ChangeSetName=proposal.id)
        self._follow(described, known, tell)
        found = self._described(described.id)
        assert found is not None, "a stack that was changed is there"
        return found

    def delete(self, stack: DeployedStack, tell: Callable[[StackEvent], None]) -> None:
        """Deletes a stack, by the role that made it, and tells each event. Raises DeploymentFailed with what could not
        be deleted.
        """
        known = self._newest(stack.id)
        with translated("cloudformation", f"stack {stack.name}"):
            self._client.delete_stack(StackName=stack.id)
        self._follow(stack, known, tell)

    def _removal(self, name: str) -> str:
        return self._removals.get(name, f"aws cloudformation delete-stack --stack-name {name}")

    def _create(self, name: str, template: StackTemplate, *, creates: bool) -> str:
        """The id of a new change set. CloudFormation refuses a template that it cannot read at once."""
        from botocore.exceptions import ClientError

        with translated("cloudformation", f"stack {name}"):
            try:
                made: str = self._client.create_change_set(**_request(name, template, creates=creates))["Id"]
            except ClientError as error:
                if code_of(error) == "ValidationError":
                    raise _refused(name, str(error.response["Error"]["Message"]).rstrip(".")) from error
                raise
        return made

    def _described(self, name: str) -> DeployedStack | None:
        from botocore.exceptions import ClientError

        with translated("cloudformation", f"stack {name}"):
            try:
                [found] = self._client.describe_stacks(StackName=name)["Stacks"]
            except ClientError as error:
                if code_of(error) == "ValidationError" and "does not exist" in str(error):
                    return None
                raise
        if found["StackStatus"] == "DELETE_COMPLETE":
            return None
        outputs = {one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", ())}
        parameters = {one["ParameterKey"]: one["ParameterValue"] for one in found.get("Parameters", ())}
        return DeployedStack(found["StackName"], found["StackId"], found["StackStatus"], outputs, parameters)

    def _finished(self, stack: str, change_set: str) -> dict[str, Any]:
        """The change set once it is made or has failed, with the changes of all pages."""
        for asked in count():
            with translated("cloudformation", f"stack {stack}"):
                answer: dict[str, Any] = self._client.describe_change_set(StackName=stack, ChangeSetName=change_set)
            if not answer["Status"].endswith(("PENDING", "IN_PROGRESS")):
                break
            self._pause(asked)
        changes, token = list(answer.get("Changes", ())), answer.get("NextToken")
        while token:
            with translated("cloudformation", f"stack {stack}"):
                page = self._client.describe_change_set(StackName=stack, ChangeSetName=change_set, NextToken=token)
            changes += page.get("Changes", ())
            token = page.get("NextToken")
        return {**answer, "Changes": changes}

    def _objections(self, of: Mapping[str, str]) -> tuple[list[str], list[str]]:
        """What CloudFormation's validation before deployment says of a stack or a change set: errors, and warnings."""
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            events = self._client.describe_events(**of).get("OperationEvents", ())
        except (BotoCoreError, ClientError):  # it may not be asked everywhere: stack or change set say what counts
            return [], []
        errors: list[str] = []
        warnings: list[str] = []
        for one in events:
            if one.get("EventType") == "VALIDATION_ERROR" and one.get("ValidationStatus") == "FAILED":
                place = one.get("ValidationPath") or one.get("LogicalResourceId", "")
                text = f"{place}: {one.get('ValidationStatusReason', one.get('ValidationName', ''))}".rstrip(".")
                (warnings if one.get("ValidationFailureMode") == "WARN" else errors).append(text)
        return errors, warnings

    def _newest(self, stack_id: str) -> str:
        return next((one["EventId"] for one in self._events(stack_id)), "")

    def _events(self, stack_id: str) -> Iterator[StackEvent]:
        """The newest first."""
        with translated("cloudformation", f"stack {stack_id.split('/')[-2]}"):
            for page in self._client.get_paginator("describe_stack_events").paginate(StackName=stack_id):
                yield from page["StackEvents"]

    def _since(self, known: str, stack_id: str) -> list[StackEvent]:
        """Those after the known one, the newest first."""
        return list(takewhile(lambda one: one["EventId"] != known, self._events(stack_id)))

    def _follow(self, stack: DeployedStack, known: str, tell: Callable[[StackEvent], None]) -> None:
        """Until the stack itself comes to rest. Raises DeploymentFailed where that is not what was asked for."""
        failures: list[StackEvent] = []
        own: StackEvent = {"ResourceStatus": NEW}
        asked = 0
        while True:
            fresh = self._since(known, stack.id)
            known = fresh[0]["EventId"] if fresh else known
            for one in reversed(fresh):
                tell(one)
                if is_of(stack, one):
                    own = one
                if is_cause(one):
                    failures.append(one)
            # A creation that failed is rolled back after that event: the stack says whether it is at rest.
            if not goes_on(own["ResourceStatus"]):
                found = self._described(stack.id)
                status = found.status if found else own["ResourceStatus"]
                if status in DONE:
                    return
                if not goes_on(status):
                    raise failed(stack.name, status, self._causes(stack, failures), self._removal(stack.name))
            asked = 0 if fresh else asked + 1
            self._pause(asked)

    def _causes(self, stack: DeployedStack, failures: list[StackEvent]) -> list[str]:
        """Why it failed, the first cause first: the resources, or what the validation before it objected to."""
        told = [in_words(one) for one in failures if not is_of(stack, one)]
        return told or self._objections({"StackName": stack.id})[0] or [in_words(one) for one in failures]


def _refused(stack: str, reason: str) -> DeploymentFailed:
    """CloudFormation says of a template that is too long, for one, all of it."""
    if len(reason) > _MOST_REASON:
        reason = f"{reason[: _MOST_REASON // 2]} ... {reason[-_MOST_REASON // 2 :]}"
    return DeploymentFailed(
        f"CloudFormation makes no change set of stack {stack}: {reason}.",
        hint="Nothing was changed. Correct what it names in the project or the stage's file.",
    )


def _request(name: str, template: StackTemplate, *, creates: bool) -> dict[str, Any]:
    return {
        "StackName": name,
        "ChangeSetName": f"millrace-{uuid.uuid4().hex[:12]}",
        "ChangeSetType": "CREATE" if creates else "UPDATE",
        **({"TemplateURL": template.url} if template.url else {"TemplateBody": template.text}),
        "Parameters": [{"ParameterKey": key, "ParameterValue": one} for key, one in template.parameters.items()],
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
        "ImportExistingResources": True,  # bucket and table that outlived a stack of the stage are taken over
        **({"RoleARN": template.role} if template.role else {}),
    }
