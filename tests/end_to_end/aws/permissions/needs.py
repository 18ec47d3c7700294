"""What each role of the stack needs: what services do with it, what the processes that have it call, and what they call
in cases that no run here has. The last is one list, with a reason for each.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from millrace.infra.judges.references import ACCOUNT, REGION
from tests.contracts.stack.templates import STAGED, content
from tests.end_to_end.aws.aws_jobs import STAGE
from tests.end_to_end.aws.permissions.integrations import DATA_KEYS, StackView, integrated
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
    **dict.fromkeys(
        (("glue:UpdateTable", place) for place in ("catalog", "database/{}prod", "table/{}prod/x")),
        "a table that is stored whole is pointed to its new version",
    ),
    ("s3:DeleteObject", "x"): "the job delete removes what dead runs left, and versions past their retention",
    ("s3:AbortMultipartUpload", "x"): "Spark gives up a file that it writes in parts",
}

OF_ROUTERS: Mapping[NeededAction, str] = {
    ("s3:GetObject", "ops/state/x"): "a text of state that is too long for an item",
    ("s3:PutObject", "ops/state/x"): "likewise",
}

# Each role of the stages that are judged: the name of the stage, and the role's.
ROLES = [
    (name, title)
    for name in STAGED
    for title, one in content(name)["Resources"].items()
    if one["Type"] == "AWS::IAM::Role"
]

Recorded = Mapping[str, set[NeededAction]]  # by the kind of process: polls, runs, routes, duties


def needed(stack: StackView, title: str, recorded: Recorded) -> set[NeededAction]:
    """What services do with a role, and what the processes that have it call."""
    found, arn = integrated(stack, title), RoleOfStack.of(stack, title).arn
    if _has_function(stack, arn, ".poll.handler"):
        found |= renamed(stack, recorded["polls"]) | {placed(stack, one) for one in OF_POLLS}
    if _has_function(stack, arn, ".tend.handler"):  # gaps are polls, and the vacuum completes a flip
        found |= {one for calls in recorded.values() for one in renamed(stack, calls)}
        found |= {placed(stack, one) for one in OF_POLLS} | _of_runs_in_functions(stack) | set(_unbegun(stack))
    if _has_function(stack, arn, ".router.handler"):
        found |= renamed(stack, recorded["routes"]) | {placed(stack, one) for one in OF_ROUTERS}
    found |= {*_routed(stack, arn), *_crawls(stack, arn)}
    if _has_function(stack, arn, ".job.handler") or _has_function(stack, arn, ".routed_job.handler"):
        found |= renamed(stack, recorded["runs"]) | _of_runs_in_functions(stack)
    jobs = [one for one in stack.of_type("Glue::Job") if one["Role"] == arn]
    if jobs:
        reads = any(one["Name"].endswith(("_crawl", "_run")) for one in jobs)
        found |= {one for one in renamed(stack, recorded["runs"]) if reads or not one[0].startswith("sqs:")}
        found |= of_runs(stack)
        started = f"arn:aws:glue:{REGION}:{ACCOUNT}:workflow/millrace_{stack.stage}_x"
        found |= {("glue:GetWorkflowRunProperties", started) for _ in stack.of_type("Glue::Workflow")}
    return found | set(_told(stack, arn))


def _unbegun(stack: StackView) -> Iterator[NeededAction]:
    """What the duty `runs` asks Glue of workflows that begin with a crawl."""
    for one in stack.of_type("Lambda::Function"):
        for name in filter(None, one["Environment"]["Variables"].get("MILLRACE_AWS_BEGUN_BY_CRAWLS", "").split(",")):
            workflow = f"arn:aws:glue:{REGION}:{ACCOUNT}:workflow/millrace_{stack.stage}_{name}"
            yield from (("glue:GetWorkflow", workflow), ("glue:GetWorkflowRunProperties", workflow))


def _routed(stack: StackView, role: str) -> Iterator[NeededAction]:
    """What starts jobs by a router, and tells the bus of what has ended (EventBridge API reference, PutEvents)."""
    for one in stack.of_type("Lambda::Function"):
        started = one["Environment"]["Variables"].get("MILLRACE_AWS_JOB_FUNCTION")
        if one["Role"] == role and started:
            yield "lambda:InvokeFunction", started
            for job in stack.of_type("Glue::Job"):
                name = f"arn:aws:glue:{REGION}:{ACCOUNT}:job/{job['Name']}"
                yield "glue:StartJobRun", name
                if one["Handler"].endswith(".router.handler"):  # Glue API reference, GetJobRun: the arguments of a run
                    yield "glue:GetJobRun", name
            if "MILLRACE_AWS_CRAWLS_RAW" in one["Environment"]["Variables"]:  # whether the crawl is under way
                for crawler in stack.of_type("Glue::Crawler"):
                    yield "glue:GetCrawler", f"arn:aws:glue:{REGION}:{ACCOUNT}:crawler/{crawler['Name']}"
        if one["Role"] == role and (started or one["Handler"].endswith(".routed_job.handler")):
            yield "events:PutEvents", f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"
    if "Router" in stack.resources and any(job["Role"] == role for job in stack.of_type("Glue::Job")):
        yield "events:PutEvents", f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/default"


def _crawls(stack: StackView, role: str) -> Iterator[NeededAction]:
    """What the crawl of raw needs before all other jobs, where functions make jobs."""
    for one in stack.of_type("Lambda::Function"):
        crawls = "MILLRACE_AWS_CRAWLS_RAW" in one["Environment"]["Variables"]
        if one["Role"] == role and crawls and one["Handler"].endswith((".job.handler", ".routed_job.handler")):
            for crawler in stack.of_type("Glue::Crawler"):
                name = f"arn:aws:glue:{REGION}:{ACCOUNT}:crawler/{crawler['Name']}"
                yield from (("glue:StartCrawler", name), ("glue:GetCrawler", name))


def _told(stack: StackView, role: str) -> Iterator[NeededAction]:
    """What processes that have the role publish: events, to the topics of their setting. That of the stack may be
    encrypted by its key (SNS developer guide, "Key management").
    """
    settings = [one["Environment"]["Variables"] for one in stack.of_type("Lambda::Function") if one["Role"] == role]
    settings += [one["DefaultArguments"] for one in stack.of_type("Glue::Job") if one["Role"] == role]
    for one in settings:
        addresses = one.get("MILLRACE_NOTIFY") or one.get("--MILLRACE_NOTIFY", "")
        for topic in filter(None, addresses.split(",")):
            yield "sns:Publish", topic.removeprefix("sns:")
            if topic.endswith(f":millrace-{stack.stage}-alerts"):
                yield from stack.through("sns", *DATA_KEYS)


def of_runs(stack: StackView) -> set[NeededAction]:
    """What runs call in cases that are not recorded, of which one is to ask whether an execution has ended."""
    place, name = f"{REGION}:{ACCOUNT}", f"millrace_{stack.stage}_x"
    asked = ("glue:GetWorkflowRun", f"arn:aws:glue:{place}:workflow/{name}")
    if any(True for _ in stack.of_type("StepFunctions::StateMachine")):
        asked = ("states:DescribeExecution", f"arn:aws:states:{place}:execution:{name}:one")
    by_events = "Router" in stack.resources  # of their executions the state says it
    return {*([] if by_events else [asked]), *(placed(stack, one) for one in OF_RUNS)}


def _of_runs_in_functions(stack: StackView) -> set[NeededAction]:
    return {one for one in of_runs(stack) if one[0] != "s3:AbortMultipartUpload"}


def _has_function(stack: StackView, role: str, handler: str) -> bool:
    return any(one["Role"] == role and one["Handler"].endswith(handler) for one in stack.of_type("Lambda::Function"))


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
