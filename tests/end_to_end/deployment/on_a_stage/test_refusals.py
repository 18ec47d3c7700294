"""What is wrong with a stage, its stack or the credentials is one message of a data command, and nothing is done."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.end_to_end.deployment.commands import Deployer, Ended
from tests.end_to_end.deployment.ministack import error

QUERY = ("query", "SELECT 1", "--stage", "dev")
DENIED = "User: arn:aws:iam::1:user/x is not authorized to perform: cloudformation:DescribeStacks on resource: y"


def one_message(refused: Ended, status: int) -> str:
    assert refused.out == ""
    assert refused.said.count("\n") == 1, refused.said
    assert refused.status == status, refused.said
    return refused.said


def stack_in(status: str, outputs: str = "") -> tuple[int, bytes]:
    """An answer of CloudFormation's, about the stack of the stage."""
    names = "<StackName>millrace-dev</StackName><CreationTime>2026-11-30T12:00:00Z</CreationTime>"
    told = f"{names}<StackId>arn:x/millrace-dev/1</StackId><StackStatus>{status}</StackStatus>{outputs}"
    text = f"<DescribeStacksResult><Stacks><member>{told}</member></Stacks></DescribeStacksResult>"
    return 200, f"<DescribeStacksResponse>{text}</DescribeStacksResponse>".encode()


@pytest.mark.parametrize(
    ("status", "ends", "told"),
    [
        ("CREATE_IN_PROGRESS", 75, "stack millrace-dev is being changed already (CREATE_IN_PROGRESS). Try again"),
        ("UPDATE_IN_PROGRESS", 75, "stack millrace-dev is being changed already (UPDATE_IN_PROGRESS). Try again"),
        ("ROLLBACK_COMPLETE", 2, "stack millrace-dev does not work: it is in ROLLBACK_COMPLETE. Give millrace destroy"),
        ("ROLLBACK_FAILED", 2, "stack millrace-dev does not work: it is in ROLLBACK_FAILED. Give millrace destroy"),
        ("DELETE_FAILED", 2, "stack millrace-dev does not work: it is in DELETE_FAILED. Give millrace destroy"),
        ("UPDATE_ROLLBACK_FAILED", 2, "stack millrace-dev has no output"),  # it works: the answer here has no names
        ("DELETE_COMPLETE", 2, "there is no stack millrace-dev in account "),
    ],
)
def test_a_stack_that_does_not_work_is_one_message(untouched: Deployer, status: str, ends: int, told: str) -> None:
    untouched.cloudformation.before = lambda action, given: stack_in(status)

    assert told in one_message(untouched.run(*QUERY), ends)


def test_a_stack_of_another_version_is_told_from_one_that_is_whole(untouched: Deployer) -> None:
    bucket = "<member><OutputKey>JobsResults</OutputKey><OutputValue>s3://x/</OutputValue></member>"
    before = f"<Outputs>{bucket}</Outputs>"
    untouched.cloudformation.before = lambda action, given: stack_in("CREATE_COMPLETE", before)

    said = one_message(untouched.run(*QUERY), 2)

    assert "stack millrace-dev has no output Bucket: another version of Millrace deployed it." in said


def test_a_stage_that_nobody_deployed_names_account_region_and_what_to_do(untouched: Deployer) -> None:
    said = one_message(untouched.run(*QUERY), 2)

    assert f"there is no stack millrace-dev in account {untouched.account}, ap-southeast-1." in said
    assert "Give millrace deploy --stage dev first, or check the region in " in said
    assert "stages/dev.toml." in said


@pytest.mark.parametrize(
    ("answer", "status", "told"),
    [
        (error("ExpiredToken", "The security token included in the request is expired", 403), 2, "have expired."),
        (error("InvalidClientTokenId", "The token is invalid.", 403), 2, "AWS does not accept the credentials"),
        (error("AccessDenied", DENIED, 403), 2, "permission cloudformation:DescribeStacks is missing for stack"),
        (error("Throttling", "Rate exceeded"), 75, "AWS throttles cloudformation:DescribeStacks for stack"),
    ],
)
def test_what_cloudformation_refuses_is_one_message(
    untouched: Deployer, answer: tuple[int, bytes], status: int, told: str
) -> None:
    untouched.cloudformation.before = lambda action, given: answer

    assert told in one_message(untouched.run(*QUERY), status)


def test_credentials_of_another_account_are_told_from_those_of_the_stage(deployer: Deployer) -> None:
    deployer.write_stage('account = "123456789012"')

    said = one_message(deployer.run(*QUERY), 2)

    assert f"stage dev belongs to account 123456789012, and the credentials are of {deployer.account}." in said


def test_without_credentials_it_says_how_to_give_them(deployer: Deployer, tmp_path: Path) -> None:
    none: Mapping[str, str] = {"AWS_ACCESS_KEY_ID": "", "AWS_EC2_METADATA_DISABLED": "true", "HOME": str(tmp_path)}

    said = one_message(deployer.run(*QUERY, **none), 2)

    assert "there are no AWS credentials that can be used. Set AWS_PROFILE" in said
