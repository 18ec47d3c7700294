"""A stage's stack, put into an account by the real command."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pytest

from tests.end_to_end.deployment.commands import Deployer, uploaded
from tests.end_to_end.deployment.ministack import error

ON_GLUE = '[workflow]\norchestrator = "glue"\n'
BY_MACHINES = ON_GLUE.replace("glue", "stepfunctions")


def test_a_stack_is_made_stands_as_it_is_and_changes_where_the_stage_does(prepared: Deployer) -> None:
    made = prepared.done("deploy", "--stage", "dev", "--yes")

    assert uploaded(made) == ["poll", "job"]
    assert "CREATE_COMPLETE          PollOfBikes (AWS::Lambda::Function)" in made.said
    assert prepared.lake in made.out
    assert prepared.stack["StackStatus"] == "CREATE_COMPLETE"
    assert prepared.cloudformation.roles == ["", f"arn:aws:iam::{prepared.account}:role/{prepared.role}"]
    function = prepared.clients.client("lambda").get_function(FunctionName="millrace-dev-poll-bikes")
    assert function["Configuration"]["Handler"] == "millrace.infra.entrypoints.poll.handler"

    again = prepared.done("deploy", "--stage", "dev", "--yes")
    assert uploaded(again) == []
    assert "stack millrace-dev is as the project and the stage say: nothing was changed" in again.said
    assert prepared.lake in again.out

    prepared.write_stage("[ingest]\nmemory_mb = 512\n")
    changed = prepared.done("deploy", "--stage", "dev", "--yes")
    rows = [line.split()[3] for line in changed.out.splitlines() if line.startswith("│ modify")]
    assert "PollOfBikes" in rows
    assert "StateTable" not in rows
    function = prepared.clients.client("lambda").get_function(FunctionName="millrace-dev-poll-bikes")
    assert function["Configuration"]["MemorySize"] == 512


def test_a_stack_that_fails_to_change_stays_as_it_was_and_says_why(prepared: Deployer) -> None:
    prepared.done("deploy", "--stage", "dev", "--yes")
    before = prepared.stack["Outputs"]
    prepared.clients.glue.create_job(Name="millrace_dev_prod", Role=prepared.role, Command={"Name": "glueetl"})
    prepared.write_stage(ON_GLUE)

    failed = prepared.run("deploy", "--stage", "dev", "--yes")

    assert failed.status == 1
    [last] = [line for line in failed.said.splitlines() if line.startswith("millrace: ")]
    assert last.startswith(
        "millrace: stack millrace-dev ended in UPDATE_ROLLBACK_COMPLETE: JobOfProd (AWS::Glue::Job): "
    )
    assert last.endswith("What was deployed before works as it did.")
    assert prepared.stack["Outputs"] == before
    prepared.write_stage()
    assert "nothing was changed" in prepared.done("deploy", "--stage", "dev", "--yes").said


def test_a_first_deployment_that_fails_says_why_and_is_made_after_it_was_removed(prepared: Deployer) -> None:
    prepared.clients.client("athena").create_work_group(Name="millrace_dev_readers")

    failed = prepared.run("deploy", "--stage", "dev", "--yes")
    assert failed.status == 1
    assert "ended in ROLLBACK_COMPLETE: ReadersWorkgroup (AWS::Athena::WorkGroup): " in failed.said

    refused = prepared.run("deploy", "--stage", "dev", "--yes")
    assert refused.status == 2
    assert "stack millrace-dev takes no change: it is in ROLLBACK_COMPLETE." in refused.said
    assert "millrace destroy" in refused.said

    prepared.done("destroy", "--stage", "dev", "--yes")
    prepared.clients.client("athena").delete_work_group(WorkGroup="millrace_dev_readers")
    prepared.cloudformation.validates = False  # see ministack.py
    assert "CREATE_COMPLETE" in prepared.done("deploy", "--stage", "dev", "--yes").said


def test_what_validation_objects_to_is_named(prepared: Deployer) -> None:
    prepared.clients.s3.create_bucket(
        Bucket=prepared.lake, CreateBucketConfiguration={"LocationConstraint": "ap-southeast-1"}
    )

    failed = prepared.run("deploy", "--stage", "dev", "--yes")

    assert failed.status == 1
    assert f"/Resources/LakeBucket: Resource of type 'AWS::S3::Bucket' with identifier '{prepared.lake}'" in failed.said


def test_bucket_and_table_that_outlived_a_stack_are_taken_over(prepared: Deployer) -> None:
    prepared.done("deploy", "--stage", "dev", "--yes")
    prepared.clients.s3.put_object(Bucket=prepared.lake, Key="raw/x", Body=b"kept")
    prepared.done("destroy", "--stage", "dev", "--yes", "--confirm", "dev")
    prepared.cloudformation.validates = False  # see ministack.py

    taken = prepared.done("deploy", "--stage", "dev", "--yes")

    imported = [line.split()[3] for line in taken.out.splitlines() if line.startswith("│ import")]
    assert imported == ["LakeBucket", "StateTable"]
    assert prepared.clients.s3.get_object(Bucket=prepared.lake, Key="raw/x")["Body"].read() == b"kept"


def test_triggers_of_glue_run_as_the_stage_says(prepared: Deployer) -> None:
    def states() -> dict[str, str]:
        found = prepared.clients.glue.get_triggers()["Triggers"]
        return {
            one["Name"].removeprefix("millrace_dev_bikes-"): one["State"] for one in found if "bikes" in one["Name"]
        }

    prepared.write_stage(ON_GLUE)
    made = prepared.done("deploy", "--stage", "dev", "--yes")
    assert uploaded(made) == ["poll", "job", "wheels", "glue_job"]
    assert set(states().values()) == {"ACTIVATED"}

    prepared.write_stage(f"schedules = false\n{ON_GLUE}")
    stopped = prepared.done("deploy", "--stage", "dev", "--yes")
    assert "stopped 2 triggers of Glue: millrace_dev_bikes, millrace_dev_polls" in stopped.said
    on = {name for name, state in states().items() if state == "ACTIVATED"}
    assert on == states().keys() - {"millrace_dev_bikes"}

    prepared.clients.glue.stop_trigger(Name="millrace_dev_bikes-prod")  # by hand: no change of the template
    again = prepared.done("deploy", "--stage", "dev", "--yes")
    assert "nothing was changed" in again.said
    assert "started 1 triggers of Glue: millrace_dev_bikes-prod" in again.said


def test_a_stage_without_bootstrap_is_told_to_make_it(deployer: Deployer) -> None:
    refused = deployer.run("deploy", "--stage", "dev", "--yes")

    assert refused.status == 2
    assert f"stage dev has no bootstrap stack in account {deployer.account}, ap-southeast-1." in refused.said
    assert "Give millrace bootstrap --stage dev first." in refused.said


def test_a_bootstrap_of_another_time_is_said(prepared: Deployer) -> None:
    prepared.write_stage('[lake]\nbucket = "another-name-of-a-lake"\n')

    made = prepared.done("deploy", "--stage", "dev", "--yes")

    assert "the bootstrap stack is not what stage dev asks for now: give millrace bootstrap again" in made.said


def test_who_says_no_leaves_the_stack_as_it_is(prepared: Deployer) -> None:
    ended = prepared.typed("n", "deploy", "--stage", "dev")

    assert ended.status == 0
    assert "nothing was deployed" in ended.said
    names = [one["StackName"] for one in prepared.clients.client("cloudformation").describe_stacks()["Stacks"]]
    assert names == ["millrace-dev-bootstrap"]


@pytest.mark.parametrize(
    ("status", "ends", "told"),
    [
        ("UPDATE_IN_PROGRESS", 75, "stack millrace-dev is being changed already (UPDATE_IN_PROGRESS)."),
        ("ROLLBACK_FAILED", 2, "takes no change: it is in ROLLBACK_FAILED. Nothing of it works yet"),
        ("UPDATE_ROLLBACK_FAILED", 2, "it is in UPDATE_ROLLBACK_FAILED. It could not go back"),
        ("DELETE_FAILED", 2, "it is in DELETE_FAILED. Its deletion did not come to an end"),
    ],
)
def test_a_stack_that_takes_no_change_is_one_message(untouched: Deployer, status: str, ends: int, told: str) -> None:
    def in_this_state(action: str, given: Mapping[str, str]) -> tuple[int, bytes] | None:
        if action != "DescribeStacks" or given["StackName"] != "millrace-dev":
            return None
        names = "<StackName>millrace-dev</StackName><CreationTime>2026-11-30T12:00:00Z</CreationTime>"
        one = f"<member>{names}<StackId>arn:x/millrace-dev/1</StackId><StackStatus>{status}</StackStatus></member>"
        text = f"<DescribeStacksResult><Stacks>{one}</Stacks></DescribeStacksResult>"
        return 200, f"<DescribeStacksResponse>{text}</DescribeStacksResponse>".encode()

    untouched.cloudformation.before = in_this_state

    refused = untouched.run("deploy", "--stage", "dev", "--yes")

    assert refused.status == ends
    assert told in refused.said
    assert refused.said.count("\n") == 1


DENIED = "User: arn:aws:iam::1:user/x is not authorized to perform: cloudformation:CreateChangeSet on resource: y"


@pytest.mark.parametrize(
    ("answer", "status", "told"),
    [
        (error("ExpiredToken", "The security token included in the request is expired", 403), 2, "have expired."),
        (error("InvalidClientTokenId", "The token is invalid.", 403), 2, "AWS does not accept the credentials"),
        (error("AccessDenied", DENIED, 403), 2, "permission cloudformation:CreateChangeSet is missing for stack"),
        (error("ValidationError", "Template error: x" + "y" * 5000), 1, "makes no change set of stack millrace-dev"),
    ],
)
def test_what_cloudformation_refuses_is_one_message(
    untouched: Deployer, answer: tuple[int, bytes], status: int, told: str
) -> None:
    untouched.cloudformation.before = lambda action, _: answer if action == "CreateChangeSet" else None

    refused = untouched.run("deploy", "--stage", "dev", "--yes")

    assert refused.status == status
    [last] = [line for line in refused.said.splitlines() if line.startswith("millrace: ")]
    assert told in last
    assert len(last) < 2_500


def test_without_credentials_it_says_how_to_give_them(deployer: Deployer, tmp_path: object) -> None:
    none = {"AWS_ACCESS_KEY_ID": "", "AWS_EC2_METADATA_DISABLED": "true", "HOME": str(tmp_path)}

    refused = deployer.run("deploy", "--stage", "dev", "--yes", **none)

    assert refused.status == 2
    assert "there are no AWS credentials that can be used. Set AWS_PROFILE" in refused.said


def test_state_machines_are_made_call_what_is_deployed_and_go_with_the_orchestrator(prepared: Deployer) -> None:
    states, functions = prepared.clients.client("stepfunctions"), prepared.clients.client("lambda")

    def machines() -> dict[str, str]:
        return {one["name"]: one["stateMachineArn"] for one in states.list_state_machines()["stateMachines"]}

    prepared.write_stage(BY_MACHINES)
    made = prepared.done("deploy", "--stage", "dev", "--yes")
    assert uploaded(made) == ["poll", "job"]
    assert machines().keys() == {"millrace_dev_bikes", "millrace_dev_polls"}
    definition = states.describe_state_machine(stateMachineArn=machines()["millrace_dev_bikes"])["definition"]
    pages = functions.list_versions_by_function(FunctionName="millrace-dev-jobs")["Versions"]
    [version] = [one["FunctionArn"] for one in pages if one["Version"] != "$LATEST"]
    calls = [one.get("Parameters", {}) for one in json.loads(definition)["States"].values()]
    assert {one["FunctionName"] for one in calls if "FunctionName" in one} == {version}
    assert "nothing was changed" in prepared.done("deploy", "--stage", "dev", "--yes").said

    prepared.write_stage(ON_GLUE)
    gone = prepared.changes()["MachineOfBikes"]
    lost = "its executions, which end at their next step, and their history would be lost"
    assert (gone["change"], gone["mind"]) == ("remove", lost)
    prepared.done("deploy", "--stage", "dev", "--yes")
    assert machines() == {}
