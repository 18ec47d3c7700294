"""What deployments of a stage rest on."""

from __future__ import annotations

import json

from tests.end_to_end.deployment.commands import Deployer

STACK = "millrace-dev-bootstrap"


def test_it_is_made_once_and_then_stands_as_it_is(deployer: Deployer) -> None:
    made = deployer.done("bootstrap", "--stage", "dev", "--yes")

    assert "4 of 4  CREATE_COMPLETE          ExecutionRole (AWS::IAM::Role)" in made.said
    assert f"millrace-dev-artefacts-{deployer.account}-ap-southeast-1" in made.out
    assert f":role/{STACK}-ExecutionRole" in made.out

    again = deployer.done("bootstrap", "--stage", "dev", "--yes")
    assert "nothing was changed" in again.said
    assert "ExecutionRole" in again.out


def test_without_a_terminal_it_asks_for_consent(deployer: Deployer) -> None:
    refused = deployer.run("bootstrap", "--stage", "dev")

    assert refused.status == 2
    assert refused.said.startswith("millrace: there is no terminal to ask at. Give --yes: it then makes the bucket")
    assert deployer.clients.client("cloudformation").list_stacks()["StackSummaries"] == []


def test_who_says_no_leaves_nothing_behind(deployer: Deployer) -> None:
    ended = deployer.typed("n", "bootstrap", "--stage", "dev")

    assert ended.status == 0
    assert "Make this?" in ended.said
    assert "nothing was changed" in ended.said
    left = deployer.clients.client("cloudformation").list_stacks()["StackSummaries"]
    assert [one for one in left if one["StackStatus"] != "DELETE_COMPLETE"] == []


def test_who_says_yes_has_it(deployer: Deployer) -> None:
    assert "CREATE_COMPLETE" in deployer.typed("y", "bootstrap", "--stage", "dev").said


def test_the_bucket_outlives_its_stack_and_is_taken_over(deployer: Deployer) -> None:
    deployer.done("bootstrap", "--stage", "dev", "--yes")
    client = deployer.clients.client("cloudformation")
    client.delete_stack(StackName=STACK)
    client.get_waiter("stack_delete_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1})
    deployer.cloudformation.validates = False  # see ministack.py

    taken = deployer.done("bootstrap", "--stage", "dev", "--yes")

    assert "import" in taken.out
    assert "CREATE_COMPLETE" in taken.said


def test_an_account_that_is_not_the_stage_s_is_refused(deployer: Deployer) -> None:
    deployer.write_stage('account = "123456789012"')

    for command in ("bootstrap", "deploy", "destroy"):
        refused = deployer.run(command, "--stage", "dev", "--yes")
        assert refused.status == 2
        assert (
            f"stage dev belongs to account 123456789012, and the credentials are of {deployer.account}." in refused.said
        )
    assert deployer.cloudformation.given == []


def test_the_template_is_the_same_text_for_the_same_stage(deployer: Deployer) -> None:
    deployer.done("bootstrap", "--stage", "dev", "--yes")
    deployer.done("bootstrap", "--stage", "dev", "--yes")

    first, second = deployer.cloudformation.given
    assert json.dumps(first) == json.dumps(second)
