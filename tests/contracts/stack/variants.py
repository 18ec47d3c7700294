"""What judges make of the wrong variants.

A slow judge is asked about many faults at once, in as few templates as may be.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from millrace.infra.judges.references import resolved
from tests.contracts.stack.judges import SLOW, refusals
from tests.contracts.stack.mutations.wrong import Wrong
from tests.contracts.stack.templates import content

_STOPS = {"cdk_nag"}  # at the first fault that it cannot read, so each has a template of its own
_READS_REFERENCES = {"create_calls", "cfn_lint", "cdk_nag", "checkov"}  # the others are given values in their place


def rounds(wrong: Sequence[Wrong]) -> list[list[Wrong]]:
    """The variants in as few groups as may be: in each, no two of one resource. What is wrong between resources is
    alone: it is told of others too, or hides them.
    """
    found: list[list[Wrong]] = []
    between = [one for one in wrong if one.place[0] != "Properties" or not _resolves(one)]
    for one in (each for each in wrong if each not in between):
        free = [group for group in found if group[0].stage == one.stage and not _shared(one, group)]
        if free:
            free[0].append(one)
        else:
            found.append([one])
    return found + [[one] for one in between]


def _shared(wrong: Wrong, group: Sequence[Wrong]) -> bool:
    return wrong.resource in {other.resource for other in group}


def noticed(judge: str, wrong: Sequence[Wrong]) -> list[Wrong]:
    """Those that a judge refuses."""
    if judge not in _READS_REFERENCES:
        wrong = [one for one in wrong if _resolves(one)]
    together = judge in SLOW and judge not in _STOPS
    groups = rounds(wrong) if together else [[one] for one in wrong]
    found = []
    for group, refused in zip(groups, refusals(judge, [_together(group) for group in groups]), strict=True):
        if together:
            found += [one for one in group if any(text.startswith(f"{one.resource}:") for text in refused)]
        elif refused:
            found += group
    return [one for one in wrong if one in found]


def applied(wrong: Wrong) -> dict[str, Any]:
    return wrong.applied(content(wrong.stage))


def _together(group: Sequence[Wrong]) -> dict[str, Any]:
    template = content(group[0].stage)
    for one in group:
        template = one.applied(template)
    return template


def _resolves(wrong: Wrong) -> bool:
    try:
        resolved(applied(wrong))
    except KeyError:
        return False
    return True
