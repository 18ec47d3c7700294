"""Whether an account has room for a stage's stack, asked by the real command.

MiniStack knows neither Service Quotas nor Lake Formation: `tests/unit/infra/preflight/` has what they answer.
"""

from __future__ import annotations

import json

from tests.end_to_end.deployment.commands import Deployer

_TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})


def test_it_shows_what_there_is_room_for_and_what_could_not_be_checked(untouched: Deployer) -> None:
    done = untouched.done("preflight", "--stage", "dev", "--format", "json")

    found = {one["what"]: one for one in json.loads(done.out)}
    assert found["IAM roles"]["verdict"] == "enough"
    assert found["IAM roles"]["about"] == "1 of 1,000 are taken, and the stack makes 5 more"
    assert found["buckets"]["verdict"] == "not checked"
    assert "servicequotas:GetServiceQuota" in found["buckets"]["about"]


def test_an_account_without_room_is_said_and_a_deployment_says_so_first(prepared: Deployer) -> None:
    iam = prepared.clients.client("iam")
    for number in range(995):
        iam.create_role(RoleName=f"other-{number}", AssumeRolePolicyDocument=_TRUST)

    refused = prepared.run("preflight", "--stage", "dev")
    assert refused.status == 2
    assert "short" in refused.out
    assert "millrace: the account has too little room for IAM roles." in refused.said

    told = "the account has too little room: IAM roles: 996 of 1,000 are taken, and the stack makes 5 more"
    assert told in prepared.run("deploy", "--stage", "dev", "--yes").said
