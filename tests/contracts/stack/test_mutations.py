"""Every wrong variant of the template is refused, by each judge that it names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest

from tests.contracts.stack.judges import JUDGES
from tests.contracts.stack.mutations import WRONG, Wrong
from tests.contracts.stack.templates import content

STAGE = "uat"
SLOW = ("cfn_lint", "parliament")  # they take seconds for a template, so they judge many faults at once
FAST = [(wrong, judge) for wrong in WRONG for judge in wrong.by if judge not in SLOW]


def rounds(wrong: Sequence[Wrong]) -> list[list[Wrong]]:
    """The variants in as few groups as may be: in each, no two of one resource."""
    found: list[list[Wrong]] = []
    for one in wrong:
        free = [group for group in found if one.resource not in {other.resource for other in group}]
        if free:
            free[0].append(one)
        else:
            found.append([one])
    return found


@pytest.mark.parametrize(
    ("wrong", "judge"), FAST, ids=[f"{wrong.resource}: {wrong.fault} ({judge})" for wrong, judge in FAST]
)
def test_a_wrong_variant_is_refused(wrong: Wrong, judge: str) -> None:
    assert JUDGES[judge](wrong.applied(content(STAGE)))


def unnoticed(judge: str, wrong: Sequence[Wrong]) -> list[str]:
    """Those that a slow judge does not refuse."""
    found = []
    for group in rounds(wrong):
        template = content(STAGE)
        for one in group:
            template = one.applied(template)
        refused = JUDGES[judge](template)
        found += [one.fault for one in group if not any(text.startswith(f"{one.resource}:") for text in refused)]
    return found


@pytest.mark.parametrize("judge", SLOW)
def test_a_slow_judge_refuses_what_no_other_does(judge: str) -> None:
    assert unnoticed(judge, [wrong for wrong in WRONG if wrong.by == (judge,)]) == []


@pytest.mark.soak
@pytest.mark.parametrize("judge", SLOW)
def test_a_slow_judge_refuses_all_that_it_is_named_for(judge: str) -> None:
    assert unnoticed(judge, [wrong for wrong in WRONG if judge in wrong.by]) == []


def test_the_table_is_wide() -> None:
    """Of many kinds of resources, some from public reports; no fault stands twice; each judge alone catches some."""
    types = {content(STAGE)["Resources"][wrong.resource]["Type"] for wrong in WRONG}
    alone = Counter(wrong.by[0] for wrong in WRONG if len(wrong.by) == 1)

    assert len(WRONG) >= 80
    assert len(types) >= 10
    assert len({wrong.report for wrong in WRONG if wrong.report}) >= 15
    assert len({(wrong.resource, wrong.place, str(wrong.value)) for wrong in WRONG}) == len(WRONG)
    assert [judge for judge in JUDGES if alone[judge] < 3] == []
