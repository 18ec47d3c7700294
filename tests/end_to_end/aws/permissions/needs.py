"""What each role of the stack needs: what services do with it, what the processes that have it call, and what they call
in cases that no run here has. The last is one list, with a reason for each.
"""

from __future__ import annotations

from collections.abc import Mapping

from millrace.infra.judges.references import ACCOUNT, REGION
from tests.contracts.stack.templates import STAGED, content
from tests.end_to_end.aws.aws_jobs import STAGE
from tests.end_to_end.aws.permissions.integrations import StackView, integrated
from tests.end_to_end.aws.permissions.recorded_calls import NeededAction
from tests.end_to_end.aws.permissions.roles import RoleOfStack

# What a process needs in a case that is not recorded, and in which.
OF_POLLS: Mapping[NeededAction, str] = {
    ("s3:PutObject", "quarantine/x"): "a response that is no snapshot",
    ("s3:PutObject", "raw/x"): "records that are too large for the stream, or that it keeps refusing",
    ("s3:GetObject", "ops/x"): "a text of state that is too long for an item",
    ("s3:PutObject", "ops/x"): "the body of a poll that failed, and a text of state that is too long for an item",
}
OF_RUNS: Mapping[NeededAction, str] = {
    ("glue:GetWorkflowRun", "workflow/{}x"): "whether the Glue run that holds a lease has ended",
    **dict.fromkeys(
        (("glue:UpdateTable", place) for place in ("catalog", "database/{}prod", "table/{}prod/x")),
        "a table that is stored whole is pointed to its new version",
    ),
    ("s3:DeleteObject", "x"): "the job delete removes what dead runs left, and versions past their retention",
    ("s3:AbortMultipartUpload", "x"): "Spark gives up a file that it writes in parts",
}

# Each role of the stages that are judged: the name of the stage, and the role's.
ROLES = [
    (name, title)
    for name in STAGED
    for title, one in content(name)["Resources"].items()
    if one["Type"] == "AWS::IAM::Role"
]

Recorded = Mapping[str, set[NeededAction]]  # by the kind of process: polls, runs, duties


def needed(stack: StackView, title: str, recorded: Recorded) -> set[NeededAction]:
    """What services do with a role, and what the processes that have it call."""
    found, arn = integrated(stack, title), RoleOfStack.of(stack, title).arn
    if any(
        one["Role"] == arn and one["Handler"].endswith(".poll.handler") for one in stack.of_type("Lambda::Function")
    ):
        found |= renamed(stack, recorded["polls"]) | {placed(stack, one) for one in OF_POLLS}
    if any(
        one["Role"] == arn and one["Handler"].endswith(".tend.handler") for one in stack.of_type("Lambda::Function")
    ):  # gaps are polls, and the vacuum completes a flip that was interrupted
        found |= {one for calls in recorded.values() for one in renamed(stack, calls)}
        found |= {placed(stack, one) for one in (*OF_POLLS, *OF_RUNS) if one[0] != "s3:AbortMultipartUpload"}
    jobs = [one for one in stack.of_type("Glue::Job") if one["Role"] == arn]
    if jobs:
        reads = any(one["Name"].endswith(("_crawl", "_run")) for one in jobs)
        found |= {one for one in renamed(stack, recorded["runs"]) if reads or not one[0].startswith("sqs:")}
        found |= {placed(stack, one) for one in OF_RUNS}
    return found


def renamed(stack: StackView, recorded: set[NeededAction]) -> set[NeededAction]:
    """Recorded calls with the names of another stage."""
    bucket = f"arn:aws:s3:::millrace-{STAGE}-lake-{ACCOUNT}-{REGION}"
    return {
        (action, arn.replace(bucket, stack.bucket).replace(f"millrace_{STAGE}_", f"millrace_{stack.stage}_"))
        for action, arn in recorded
    }


def placed(stack: StackView, need: NeededAction) -> NeededAction:
    action, place = need
    if action.startswith("s3:"):
        return action, f"{stack.bucket}/{place}"
    return action, f"arn:aws:glue:{REGION}:{ACCOUNT}:{place.format(f'millrace_{stack.stage}_')}"
