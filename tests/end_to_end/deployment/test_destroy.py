"""A stack that is deleted, with what is refused before and what outlives it."""

from __future__ import annotations

import pytest

from tests.end_to_end.deployment.commands import Deployer


@pytest.fixture
def deployed(prepared: Deployer) -> Deployer:
    prepared.done("deploy", "--stage", "dev", "--yes")
    return prepared


def left(of: Deployer) -> list[str]:
    return [one["StackName"] for one in of.clients.client("cloudformation").describe_stacks()["Stacks"]]


def test_an_empty_stack_goes_and_bucket_and_table_outlive_it(deployed: Deployer) -> None:
    gone = deployed.done("destroy", "--stage", "dev", "--yes")

    assert f"{deployed.lake} (AWS::S3::Bucket) outlives it" in gone.said
    assert "millrace_dev_state (AWS::DynamoDB::Table) outlives it" in gone.said
    assert left(deployed) == ["millrace-dev-bootstrap"]
    deployed.clients.s3.head_bucket(Bucket=deployed.lake)
    deployed.clients.dynamodb.describe_table(TableName="millrace_dev_state")

    again = deployed.run("destroy", "--stage", "dev", "--yes")
    assert again.status == 2
    assert f"there is no stack millrace-dev in account {deployed.account}, ap-southeast-1." in again.said


def test_a_lake_with_data_needs_the_stage_s_name(deployed: Deployer) -> None:
    deployed.clients.s3.put_object(Bucket=deployed.lake, Key="raw/x", Body=b"kept")

    for given in ((), ("--confirm", "prod")):
        refused = deployed.run("destroy", "--stage", "dev", "--yes", *given)
        assert refused.status == 2
        assert f"there is data in s3://{deployed.lake}" in refused.said
        assert "nothing was destroyed" in refused.said
    typed = deployed.typed("prod", "destroy", "--stage", "dev")
    assert (typed.status, "nothing was destroyed" in typed.said) == (2, True)
    assert "millrace-dev" in left(deployed)

    assert deployed.typed("dev", "destroy", "--stage", "dev").status == 0
    assert left(deployed) == ["millrace-dev-bootstrap"]
    assert deployed.clients.s3.get_object(Bucket=deployed.lake, Key="raw/x")["Body"].read() == b"kept"


def test_a_protected_stage_is_refused(deployed: Deployer) -> None:
    deployed.write_stage("[lake]\ndeletion_protection = true\n")

    refused = deployed.run("destroy", "--stage", "dev", "--yes", "--confirm", "dev")

    assert refused.status == 2
    assert "stage dev is protected: deletion_protection is true in " in refused.said
    assert "millrace-dev" in left(deployed)


def test_without_a_terminal_it_asks_for_consent(deployed: Deployer) -> None:
    refused = deployed.run("destroy", "--stage", "dev")

    assert refused.status == 2
    assert "there is no terminal to ask at. Give --yes, and --confirm dev where the lake has data." in refused.said
    assert "millrace-dev" in left(deployed)
