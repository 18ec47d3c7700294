"""The roles of the stack, beside what services do with them and the calls that polls and runs really make.

Each need is allowed; and without any one action, or any one resource, of a statement a need is refused: nothing is
allowed in vain. The run is made on Athena, without whose own calls it is that of a Glue job; `test_packaged_glue` holds
the calls of one on Spark beside the same roles.
"""

from __future__ import annotations

import pytest

from tests.end_to_end.aws.aws_jobs import STAGE
from tests.end_to_end.aws.permissions.needs import OF_POLLS, OF_RUNS, ROLES, Recorded, needed, placed, renamed
from tests.end_to_end.aws.permissions.recorded_calls import NeededAction
from tests.end_to_end.aws.permissions.roles import RoleOfStack, stack_view

OF_ROLES = [pytest.param(*one, id=": ".join(one)) for one in ROLES]


@pytest.mark.parametrize(("name", "title"), OF_ROLES)
def test_a_role_may_do_what_is_needed(name: str, title: str, recorded: Recorded) -> None:
    found = stack_view(name)

    assert RoleOfStack.of(found, title).refused(needed(found, title, recorded)) == []


@pytest.mark.parametrize(("name", "title"), OF_ROLES)
def test_without_any_one_action_or_resource_of_a_role_something_is_refused(
    name: str, title: str, recorded: Recorded
) -> None:
    found = stack_view(name)
    role, wanted = RoleOfStack.of(found, title), needed(found, title, recorded)

    assert [what for what, fewer in role.lessened() if not fewer.refused(wanted)] == []


def test_what_is_listed_as_needed_in_other_cases_is_in_no_run_here(recorded: Recorded) -> None:
    stack = stack_view(STAGE)
    for listed, made in ((OF_POLLS, "polls"), (OF_RUNS, "runs")):
        called = renamed(stack, recorded[made])
        placed_needs = {one: placed(stack, one) for one in listed}
        assert [one for one, need in placed_needs.items() if any(_is_below(need, call) for call in called)] == []


def _is_below(need: NeededAction, call: NeededAction) -> bool:
    """Whether a call is on something in the place of a need, whose own name is x."""
    return need[0] == call[0] and call[1].startswith(need[1].removesuffix("x"))


def test_the_jobs_differ_in_who_reads_the_queue_alone() -> None:
    roles = {title: RoleOfStack.of(stack_view(STAGE), f"JobRoleOf{title}").allowed() for title in JOBS}
    queue = {pair for pair in roles["Crawl"] if pair[0].startswith("sqs:")}

    assert queue
    assert {title: allowed ^ roles["Crawl"] for title, allowed in roles.items() if title != "Crawl"} == dict.fromkeys(
        JOBS[1:], queue
    )


JOBS = ("Crawl", "Delete", "CreateParquet", "QualityCheck", "Prod")
