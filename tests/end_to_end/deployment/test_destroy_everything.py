"""A stage that is taken out of its account with all that it holds, and what is said to outlive it."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import Any

import pytest

from tests.doubles.aws_proxy import AwsProxy, AwsRequest
from tests.doubles.faults import Fault
from tests.end_to_end.deployment.commands import Deployer
from tests.end_to_end.deployment.ministack import REGION

EVERYTHING = ("destroy", "--stage", "dev", "--everything")
WITHOUT_ASKING = (*EVERYTHING, "--yes", "--confirm", "dev")
TABLE = "millrace_dev_state"


@pytest.fixture
def deployed(prepared: Deployer) -> Deployer:
    """A stage with a key of its own, two versions and a marker of an object, an item, and a table that a run made."""
    prepared.write_stage('[lake]\nkms_key = "own"\n')
    prepared.done("bootstrap", "--stage", "dev", "--yes")
    prepared.done("deploy", "--stage", "dev", "--yes")
    clients = prepared.clients
    for body in (b"one", b"another"):
        clients.s3.put_object(Bucket=prepared.lake, Key="raw/x", Body=body)
    clients.s3.delete_object(Bucket=prepared.lake, Key="raw/x")
    clients.dynamodb.put_item(TableName=TABLE, Item={"pk": {"S": "a"}, "sk": {"S": "b"}})
    clients.glue.create_table(DatabaseName="millrace_dev_prod", TableInput={"Name": "rainfall"})
    clients.client("logs").create_log_group(logGroupName="/aws-glue/jobs/error")
    clients.client("logs").create_log_group(logGroupName="/aws/lambda/millrace-dev-poll-of-before")
    clients.client("logs").create_log_group(logGroupName="/aws/vendedlogs/states/millrace-dev-runs")
    return prepared


def stacks(of: Deployer) -> list[str]:
    return [one["StackName"] for one in of.clients.client("cloudformation").describe_stacks()["Stacks"]]


def tagged(of: Deployer) -> list[str]:
    """What bears the tag of the stage, whatever service it is of."""
    pages = of.clients.client("resourcegroupstaggingapi").get_paginator("get_resources")
    found = pages.paginate(TagFilters=[{"Key": "millrace:stage", "Values": ["dev"]}])
    return [one["ResourceARN"] for page in found for one in page["ResourceTagMappingList"]]


def buckets(of: Deployer) -> list[str]:
    return [one["Name"] for one in of.clients.s3.list_buckets()["Buckets"]]


def make_bucket(of: Deployer, name: str) -> None:
    of.clients.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "ap-southeast-1"})


def key_of(of: Deployer) -> str:
    [output] = [one["OutputValue"] for one in of.stack["Outputs"] if one["OutputKey"] == "LakeKeyArn"]
    return str(output)


def test_all_that_it_holds_goes_and_what_outlives_it_is_named(deployed: Deployer) -> None:
    clients, key = deployed.clients, key_of(deployed)

    gone = deployed.typed("dev", *EVERYTHING)

    assert gone.status == 0, gone.said
    before, _, after = gone.said.partition("Type the stage's name")
    for kind, name, holds in (
        ("bucket", deployed.lake, "3 versions"),
        ("table", TABLE, "about 6 items"),
        ("database", "millrace_dev_prod", "3 tables"),
        ("log group", "/aws/lambda/millrace-dev-poll-of-before", ""),
        ("log group", "/aws/vendedlogs/states/millrace-dev-runs", ""),
        ("key", key.split("/")[1], "goes in 30 days"),
    ):
        assert name in before, before
        assert f"{kind} " in before
        assert holds in before
    assert "10 bytes" in before, "of both versions"
    assert stacks(deployed) == ["millrace-dev-bootstrap"]
    assert buckets(deployed) == [deployed.artefacts]
    assert clients.dynamodb.list_tables()["TableNames"] == []
    assert clients.glue.get_databases()["DatabaseList"] == []
    groups = [one["logGroupName"] for one in clients.client("logs").describe_log_groups()["logGroups"]]
    assert groups == ["/aws-glue/jobs/error"], "it is shared with other jobs"
    assert clients.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"] == "PendingDeletion"
    told = " ".join(after.split())
    for one in ("cancel-key-deletion", "aws logs delete-log-group", "Athena's history", "stack millrace-dev-bootstrap"):
        assert one in told, after


def test_what_a_stack_left_is_found_without_it_and_with_the_bootstrap_stack_nothing_is_left(deployed: Deployer) -> None:
    key = key_of(deployed)
    deployed.done("destroy", "--stage", "dev", "--yes", "--confirm", "dev")
    assert "millrace destroy --stage dev --everything" in deployed.run("destroy", "--stage", "dev", "--yes").said
    assert deployed.lake in buckets(deployed)

    gone = deployed.done(*WITHOUT_ASKING, "--bootstrap")

    _, _, left = gone.out.partition("what outlives it")
    assert "millrace-dev-bootstrap" not in left
    assert (stacks(deployed), buckets(deployed)) == ([], [])
    assert [one for one in tagged(deployed) if one != key] == []
    again = deployed.run(*WITHOUT_ASKING, "--bootstrap")
    assert again.status == 2
    assert f"there is nothing of stage dev in account {deployed.account}, {REGION}." in again.said


def test_one_that_is_killed_goes_on_with_the_rest(deployer: Deployer, ministack_url: str) -> None:
    make_bucket(deployer, deployer.lake)
    for number in range(1_001):
        deployer.clients.s3.put_object(Bucket=deployer.lake, Key=f"raw/{number}", Body=b"x")

    deletions: list[AwsRequest] = []

    def at_the_second(request: AwsRequest) -> Fault:
        deletions.extend([request] if request.method == "POST" and "delete" in request.path else [])
        return Fault.KILLED if len(deletions) == 2 else Fault.NONE

    proxy = AwsProxy(ministack_url, at_the_second)
    command = [sys.executable, "-m", "millrace", *WITHOUT_ASKING]
    environ = {**deployer.environ, "MILLRACE_AWS_ENDPOINT_URL_S3": proxy.url}
    with subprocess.Popen(command, cwd=deployer.root, env=environ, stderr=subprocess.PIPE, text=True) as process:
        proxy.kill = process.kill
        _, said = process.communicate(timeout=120)
    proxy.close()
    assert process.returncode == -signal.SIGKILL, said
    listed = deployer.clients.s3.list_object_versions(Bucket=deployer.lake)
    assert len(listed["Versions"]) == 1, "1,000 a call"

    gone = deployer.done(*WITHOUT_ASKING)

    assert "1 versions" in gone.out
    assert f"bucket {deployer.lake}: 1 of 1" in gone.said
    assert buckets(deployer) == []


def test_a_protected_stage_is_refused_whatever_its_file_says_now(prepared: Deployer) -> None:
    prepared.write_stage("[lake]\ndeletion_protection = true\n")
    prepared.done("deploy", "--stage", "dev", "--yes")

    refused = prepared.run(*WITHOUT_ASKING)
    assert (refused.status, "deletion_protection is true in" in refused.said) == (2, True)
    prepared.write_stage()
    refused = prepared.run(*WITHOUT_ASKING)
    assert refused.status == 2
    assert f"table {TABLE} was deployed with deletion_protection" in refused.said
    assert "millrace-dev" in stacks(prepared)
    assert prepared.lake in buckets(prepared)


def test_a_bucket_of_another_name_goes_if_it_bears_the_stage_s_tag(deployer: Deployer) -> None:
    name = f"letters-{deployer.account}"
    deployer.write_stage(f'[lake]\nbucket = "{name}"\n')
    s3: Any = deployer.clients.s3
    make_bucket(deployer, name)
    s3.put_object(Bucket=name, Key="letters/x", Body=b"kept")
    deployer.clients.glue.create_database(DatabaseInput={"Name": "millrace_dev_prod"})

    left = deployer.done(*WITHOUT_ASKING)

    assert "it has no tag millrace:stage = dev" in " ".join(left.out.split())
    assert s3.get_object(Bucket=name, Key="letters/x")["Body"].read() == b"kept"

    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "millrace:stage", "Value": "dev"}]})
    deployer.done(*WITHOUT_ASKING)
    assert buckets(deployer) == []


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ((*EVERYTHING,), "there is no terminal to ask at. Give --yes, and --confirm dev."),
        ((*EVERYTHING, "--yes"), "the stage's name was not confirmed (none given)"),
        ((*EVERYTHING, "--yes", "--confirm", "prod"), "the stage's name was not confirmed (prod)"),
        (("destroy", "--stage", "dev", "--bootstrap", "--yes"), "--bootstrap is given with --everything alone"),
    ],
)
def test_without_the_stage_s_name_nothing_goes(untouched: Deployer, given: tuple[str, ...], told: str) -> None:
    clients = untouched.clients
    if TABLE not in clients.dynamodb.list_tables()["TableNames"]:
        clients.dynamodb.create_table(
            TableName=TABLE,
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )

    refused = untouched.run(*given)

    assert refused.status == 2
    assert told in refused.said
    assert TABLE in clients.dynamodb.list_tables()["TableNames"]
