"""CloudFormation's limits on one template, and IAM's on the policies in a role: refused here, with the numbers.

Sources: CloudFormation user guide, "Quotas"; IAM user guide, "IAM and AWS STS quotas" (white space is not counted).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from millrace.errors import DefinitionError

MOST_RESOURCES, MOST_OUTPUTS, MOST_PARAMETERS = 500, 200, 200
MOST_BYTES = 1_000_000
MOST_POLICY_BYTES = 10_240  # all policies in one role

_FEWER = (
    'Set roles = "shared" in [access] and jobs = "fused" in [workflow] of the stage, or divide the sources among'
    " projects."
)


def check_limits(template: Mapping[str, Any], text: str) -> None:
    """Raises DefinitionError for what the services would refuse, with each number that is over its limit."""
    over = list(_over(template, text))
    if over:
        raise DefinitionError(f"the stack is too large: {'; '.join(over)}.", hint=_FEWER)


def _over(template: Mapping[str, Any], text: str) -> Iterator[str]:
    counted = (
        ("resources", len(template["Resources"]), MOST_RESOURCES),
        ("outputs", len(template.get("Outputs", {})), MOST_OUTPUTS),
        ("parameters", len(template.get("Parameters", {})), MOST_PARAMETERS),
        ("bytes", len(text.encode()), MOST_BYTES),
    )
    for what, number, most in counted:
        if number > most:
            yield f"it has {number:,} {what}, and may have {most:,}"
    for title, made in template["Resources"].items():
        size = policy_bytes(made)
        if size > MOST_POLICY_BYTES:
            yield f"the policies of {title} have {size:,} bytes, and may have {MOST_POLICY_BYTES:,}"


def policy_bytes(made: Mapping[str, Any]) -> int:
    """The bytes of the policies in a role, 0 for another resource; references count as long as what they become."""
    documents = [one["PolicyDocument"] for one in made.get("Properties", {}).get("Policies", [])]
    return sum(len(json.dumps(one, separators=(",", ":")).encode()) for one in documents)
