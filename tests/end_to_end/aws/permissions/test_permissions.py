"""The roles of the stack, beside what services do with them and the calls that polls and runs really make.

Each need is allowed; and without any one action, or any one resource, of a statement a need is refused: nothing is
allowed in vain. The run is made on Athena, without whose own calls it is that of a Glue job; `test_packaged_glue` holds
the calls of one on Spark beside the same roles.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

import pytest

from millrace.clock import ManualClock, SystemClock
from millrace.infra.entrypoints.poll import LambdaPolls
from millrace.infra.judges.references import ACCOUNT, REGION
from millrace.infra.runtime.aws import AwsRuntime
from millrace.infra.runtime.aws_clients import AwsClients
from millrace.lake.keys import EXPORTS, STATE_OBJECTS
from millrace.schedules.names import Duty
from millrace.service.tend import LambdaDuties
from millrace.usecases.runs import run_workflow
from tests.contracts.stack.templates import STAGED, content
from tests.doubles.simulated_feeds import shipped_feeds
from tests.end_to_end.aws.aws_jobs import SLOTS, STAGE, Evening, on_athena
from tests.end_to_end.aws.aws_lake import KEYS, AwsLake, aws_lake, make_databases
from tests.end_to_end.aws.permissions.integrations import StackView, integrated
from tests.end_to_end.aws.permissions.recorded_calls import ActionRecording, NeededAction
from tests.end_to_end.aws.permissions.roles import RoleOfStack, stack_view

SOURCE = "rainfall"

# What a process needs in a case that is not recorded, and in which.
_OF_POLLS: Mapping[NeededAction, str] = {
    ("s3:PutObject", "quarantine/x"): "a response that is no snapshot",
    ("s3:PutObject", "raw/x"): "records that are too large for the stream, or that it keeps refusing",
    ("s3:GetObject", "ops/x"): "a text of state that is too long for an item",
    ("s3:PutObject", "ops/x"): "the body of a poll that failed, and a text of state that is too long for an item",
}
_OF_RUNS: Mapping[NeededAction, str] = {
    ("glue:GetWorkflowRun", "workflow/x"): "whether the Glue run that holds a lease has ended",
    ("glue:UpdateTable", "catalog"): "a table that is stored whole is pointed to its new version",
    ("s3:DeleteObject", "x"): "the job delete removes what dead runs left, and versions past their retention",
    ("s3:AbortMultipartUpload", "x"): "Spark gives up a file that it writes in parts",
}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, set[NeededAction]]]:
    """The calls of two polls by the function, each followed by a run on Athena, and of all duties."""
    home = tmp_path_factory.mktemp("permissions")
    with shipped_feeds(Evening()) as simulator, aws_lake(home, simulator.urls, Evening(), stage=STAGE) as deployed:
        make_databases(STAGE)
        with on_athena(deployed) as lake:
            polls, runs = ActionRecording(), ActionRecording()
            for slot in SLOTS[:2]:
                with lake.runtime(watch=polls.watch) as runtime:
                    event = {"source": SOURCE, "scheduled_time": slot.isoformat()}
                    assert LambdaPolls(runtime, write=lambda _: None).poll(event)["outcome"] == "delivered"
                lake.double.deliver(everything=True)
                with lake.runtime(watch=runs.watch) as runtime:
                    run = run_workflow(runtime, SOURCE, [], full=False, progress=lambda _: None)
                    assert run.state == "succeeded", run.error
            yield {"polls": polls.needed, "runs": runs.needed, "duties": _of_duties(lake)}


def _of_duties(lake: AwsLake) -> set[NeededAction]:
    """The calls of all duties: something is found, filled, and removed."""
    calls, later = ActionRecording(), ManualClock(SystemClock().now() + timedelta(days=9))
    clients = AwsClients(lake.settings.aws, KEYS, on_created=calls.watch)
    with AwsRuntime(lake.settings, clients=clients, clock=later, feed_clock=ManualClock(SLOTS[5])) as runtime:
        for prefix in (f"{EXPORTS}/", STATE_OBJECTS):
            runtime.storage.put(f"{prefix}left", b"1")
        duties = LambdaDuties(runtime, lambda _: None)
        told = {duty: duties.tend({"duty": duty}, lambda: 900.0) for duty in Duty}
    assert all(one["finished"] for one in told.values())
    assert SOURCE in told[Duty.RUNS]["found"]
    return calls.needed


def needed(stack: StackView, title: str, recorded: Mapping[str, set[NeededAction]]) -> set[NeededAction]:
    """What services do with a role, and what the processes that have it call."""
    found, arn = integrated(stack, title), RoleOfStack.of(stack, title).arn
    if any(
        one["Role"] == arn and one["Handler"].endswith(".poll.handler") for one in stack.of_type("Lambda::Function")
    ):
        found |= _as_in(stack, recorded["polls"]) | {_placed(stack, one) for one in _OF_POLLS}
    if any(
        one["Role"] == arn and one["Handler"].endswith(".tend.handler") for one in stack.of_type("Lambda::Function")
    ):  # gaps are polls, and the vacuum completes a flip that was interrupted
        found |= {one for calls in recorded.values() for one in _as_in(stack, calls)}
        found |= {_placed(stack, one) for one in (*_OF_POLLS, *_OF_RUNS) if one[0] != "s3:AbortMultipartUpload"}
    jobs = [one for one in stack.of_type("Glue::Job") if one["Role"] == arn]
    if jobs:
        reads = any(one["Name"].endswith(("_crawl", "_run")) for one in jobs)
        found |= {one for one in _as_in(stack, recorded["runs"]) if reads or not one[0].startswith("sqs:")}
        found |= {_placed(stack, one) for one in _OF_RUNS}
    return found


def _as_in(stack: StackView, recorded: set[NeededAction]) -> set[NeededAction]:
    """Recorded calls with the names of another stage."""
    bucket = f"arn:aws:s3:::millrace-{STAGE}-lake-{ACCOUNT}-{REGION}"
    return {
        (action, arn.replace(bucket, stack.bucket).replace(f"millrace_{STAGE}_", f"millrace_{stack.stage}_"))
        for action, arn in recorded
    }


def _placed(stack: StackView, need: NeededAction) -> NeededAction:
    action, place = need
    if action.startswith("s3:"):
        return action, f"{stack.bucket}/{place}"
    return action, f"arn:aws:glue:{REGION}:{ACCOUNT}:{place.replace('workflow/', f'workflow/millrace_{stack.stage}_')}"


ROLES = [
    pytest.param(name, title, id=f"{name}: {title}")
    for name in STAGED
    for title, one in content(name)["Resources"].items()
    if one["Type"] == "AWS::IAM::Role"
]


@pytest.mark.parametrize(("name", "title"), ROLES)
def test_a_role_may_do_what_is_needed(name: str, title: str, recorded: dict[str, set[NeededAction]]) -> None:
    found = stack_view(name)

    assert RoleOfStack.of(found, title).refused(needed(found, title, recorded)) == []


@pytest.mark.parametrize(("name", "title"), ROLES)
def test_without_any_one_action_or_resource_of_a_role_something_is_refused(
    name: str, title: str, recorded: dict[str, set[NeededAction]]
) -> None:
    found = stack_view(name)
    role, wanted = RoleOfStack.of(found, title), needed(found, title, recorded)

    assert [what for what, fewer in role.lessened() if not fewer.refused(wanted)] == []


def test_the_jobs_differ_in_who_reads_the_queue_alone() -> None:
    roles = {title: RoleOfStack.of(stack_view(STAGE), f"JobRoleOf{title}").allowed() for title in JOBS}
    queue = {pair for pair in roles["Crawl"] if pair[0].startswith("sqs:")}

    assert queue
    assert {title: allowed ^ roles["Crawl"] for title, allowed in roles.items() if title != "Crawl"} == dict.fromkeys(
        JOBS[1:], queue
    )


JOBS = ("Crawl", "Delete", "CreateParquet", "QualityCheck", "Prod")
