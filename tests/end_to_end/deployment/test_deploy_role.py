"""The role by which a job of a CI system deploys, in an account that looks at permissions: enough, and no more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.end_to_end.deployment.commands import Deployer
from tests.end_to_end.deployment.ministack import REGION, Stripping, ministack, running

ACCOUNT = "000000000012"
STAGE = f"""[deployer]
provider = "arn:aws:iam::{ACCOUNT}:oidc-provider/ci.example.org"
subjects = ["repo:team/feeds:*"]
[workflow]
orchestrator = "glue"
"""


def test_it_deploys_and_destroys_and_cannot_change_what_it_rests_on(tmp_path: Path, ministack_url: str) -> None:
    interpreter = ministack()
    assert interpreter is not None, "the fixture is skipped without it"
    with running(interpreter, tmp_path, {"AUTH": "true"}) as url:
        stripping = Stripping(url, ACCOUNT)
        stripping.by_tls = False
        of = Deployer.of(tmp_path / "project", url, ACCOUNT, stripping)
        of.write_stage(STAGE)
        of.done("bootstrap", "--stage", "dev", "--yes")
        granted, keys = _as_the_role(of)
        asked: set[str] = set()

        def noted(action: str, _: Mapping[str, str]) -> None:
            asked.add(f"cloudformation:{action}")

        stripping.before = noted
        for command in (("diff",), ("deploy", "--yes"), ("deploy", "--yes"), ("diff",), ("destroy", "--yes")):
            ended = of.run(command[0], "--stage", "dev", *command[1:], **keys)
            assert ended.status == 0, ended.said
        refused = of.run("bootstrap", "--stage", "dev", "--yes", **keys)
        stripping.close()

    assert "permission cloudformation:CreateChangeSet is missing for stack millrace-dev-bootstrap." in refused.said
    assert asked == {one for one in granted if one.startswith("cloudformation:")}


def _as_the_role(of: Deployer) -> tuple[set[str], dict[str, str]]:
    """The actions of the role, and keys of a user who may do what it may: MiniStack knows no provider of tokens."""
    outputs = of.clients.client("cloudformation").describe_stacks(StackName="millrace-dev-bootstrap")["Stacks"][0]
    [role] = [one["OutputValue"].split("/")[-1] for one in outputs["Outputs"] if one["OutputKey"] == "DeployRole"]
    iam = of.clients.client("iam")
    policy = iam.get_role_policy(RoleName=role, PolicyName="own")["PolicyDocument"]
    for one in policy["Statement"]:
        if one["Action"][0].startswith("glue:"):
            one["Resource"].append(
                f"arn:aws:glue:{REGION}:{of.account}:catalog"
            )  # MiniStack asks for a trigger by that
    iam.create_user(UserName="ci")
    iam.put_user_policy(UserName="ci", PolicyName="own", PolicyDocument=json.dumps(policy))
    key = iam.create_access_key(UserName="ci")["AccessKey"]
    of.cloudformation.keys = (key["AccessKeyId"], key["SecretAccessKey"])
    keys = {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    return {action for one in policy["Statement"] for action in one["Action"]}, keys


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('provider = "arn:aws:iam::123456789012:oidc-provider/x.example"', "subjects is missing in [deployer]"),
        ('subjects = ["repo:team/feeds:*"]', "provider is missing in [deployer]"),
        ('provider = "arn:aws:iam::123456789012:oidc-provider/x"\nsubjects = ["*"]', "subjects is ['*']"),
    ],
)
def test_a_role_for_whoever_comes_is_refused(deployer: Deployer, text: str, told: str) -> None:
    deployer.write_stage(f"[deployer]\n{text}")

    refused = deployer.run("bootstrap", "--stage", "dev", "--yes")

    assert refused.status == 2
    assert told in refused.said
    assert "stages/dev.toml, line" in refused.said
