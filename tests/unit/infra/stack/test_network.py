"""Jobs and sources in a VPC: what the stack makes there, what it leaves alone, and what is said of the bill."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from millrace.errors import DefinitionError
from millrace.infra.judges.references import resolved
from millrace.infra.stack.deployment import Deployment
from millrace.infra.stack.template import SynthesisedStack, synthesise
from tests.contracts.stack.templates import STAGED, content, definitions, of_type, synthesised_for

INSIDE = "prod, jobs and a source in a VPC"


def of_stage(stage: str, kind: str) -> dict[str, Any]:
    return of_type(resolved(content(stage)), kind)


def made(*, metrics: bool = False, **options: Any) -> SynthesisedStack:
    stage = replace(STAGED[INSIDE], workflow=replace(STAGED[INSIDE].workflow, metrics=metrics))
    return synthesise(Deployment(replace(stage, network=replace(stage.network, **options)), definitions()))


def test_a_stage_without_a_network_has_nothing_in_a_vpc() -> None:
    types = {one["Type"] for one in content("prod")["Resources"].values()}

    assert not {one for one in types if one.startswith("AWS::EC2::")}
    assert "AWS::Glue::Connection" not in types
    assert all("Connections" not in one for one in of_stage("prod", "Glue::Job").values())
    assert synthesised_for("prod").notes == ()


def test_each_job_may_use_the_subnet_of_every_zone() -> None:
    connections = [one["ConnectionInput"] for one in of_stage(INSIDE, "Glue::Connection").values()]
    placed = [one["PhysicalConnectionRequirements"] for one in connections]

    assert [(one["SubnetId"], one["AvailabilityZone"]) for one in placed] == [
        ("subnet-0a1b2c3d", "ap-southeast-1a"),
        ("subnet-1a1b2c3d", "ap-southeast-1b"),
        ("subnet-2a1b2c3d", "ap-southeast-1b"),
    ]
    for job in of_stage(INSIDE, "Glue::Job").values():
        assert job["Connections"] == {"Connections": [one["Name"] for one in connections]}


def test_the_machines_of_a_job_reach_each_other_which_glue_demands() -> None:
    [group] = of_stage(INSIDE, "EC2::SecurityGroupIngress").values()
    [out] = of_stage(INSIDE, "EC2::SecurityGroupEgress").values()

    assert group["SourceSecurityGroupId"] == group["GroupId"] == out["DestinationSecurityGroupId"] == out["GroupId"]
    assert [(one["IpProtocol"], one["FromPort"], one["ToPort"]) for one in (group, out)] == [("tcp", 0, 65_535)] * 2
    for connection in of_stage(INSIDE, "Glue::Connection").values():
        groups = connection["ConnectionInput"]["PhysicalConnectionRequirements"]["SecurityGroupIdList"]
        assert groups == [group["GroupId"], "sg-0a1b2c3d"]


def test_what_the_vpc_has_already_is_not_made_again() -> None:
    """A second endpoint of a service in one VPC is refused: its name would lead to two."""
    endpoints = of_stage(INSIDE, "EC2::VPCEndpoint").values()
    named = {one["ServiceName"].rpartition(".")[2]: one for one in endpoints}

    assert set(named) == {"s3", "dynamodb", "glue", "kinesis-firehose", "logs", "secretsmanager", "sns", "sqs", "ssm"}
    for service in ("s3", "dynamodb"):
        assert (named[service]["VpcEndpointType"], named[service]["RouteTableIds"]) == ("Gateway", ["rtb-0a1b2c3d"])
    for service in ("glue", "kinesis-firehose", "logs", "secretsmanager", "sns", "sqs", "ssm"):
        assert named[service]["PrivateDnsEnabled"]
        assert named[service]["SubnetIds"] == ["subnet-0a1b2c3d", "subnet-1a1b2c3d"], "one of each zone"


def test_synth_says_what_bills_by_the_hour() -> None:
    of_all = "glue, kinesis-firehose, logs, secretsmanager, sns, sqs, ssm"
    assert synthesised_for(INSIDE).notes == (
        f"[network] bills by the hour: 7 interface endpoints ({of_all}) in 2 zones",
        "[network] the function of duties is outside: it makes up for no missed poll of rainfall",
    )
    there = ("glue", "sqs", "sns", "logs", "secretsmanager")
    only = made(metrics=True, subnets=("subnet-0a1b2c3d:ap-southeast-1a",), sources=(), endpoints=there)
    assert only.notes == ("[network] bills by the hour: 1 interface endpoint (monitoring) in 1 zone",)
    assert made(metrics=True, sources=(), endpoints=(*there, "monitoring")).notes == ()
    assert made(sources=(), endpoints=there).notes == (), "jobs that write no metrics call no CloudWatch"


def test_functions_that_poll_stay_outside_but_those_that_are_named() -> None:
    inside = {title: one["VpcConfig"] for title, one in functions().items() if "VpcConfig" in one}

    [group] = of_stage(INSIDE, "EC2::SecurityGroupIngress").values()
    assert inside == {
        "PollOfRainfall": {
            "SubnetIds": ["subnet-0a1b2c3d", "subnet-1a1b2c3d", "subnet-2a1b2c3d"],
            "SecurityGroupIds": [group["GroupId"], "sg-0a1b2c3d"],
        }
    }


def functions() -> dict[str, Any]:
    return of_stage(INSIDE, "Lambda::Function")


def test_the_function_of_duties_leaves_the_sources_inside_and_their_keys_alone() -> None:
    """It is outside, where their feeds are not reached."""
    tend = functions()["Tend"]["Environment"]["Variables"]

    assert tend["MILLRACE_AWS_UNREACHED_SOURCES"] == "rainfall"
    assert [name for name in tend if name.endswith("_API_KEY_FROM")] == [
        "MILLRACE_SOURCE_TAXI_AVAILABILITY_API_KEY_FROM"
    ]
    assert "parameter/feeds/rain" not in str(of_stage(INSIDE, "IAM::Role")["TendRole"])
    without = resolved(made(sources=()).content)["Tend"]["Properties"]["Environment"]["Variables"]
    assert "MILLRACE_AWS_UNREACHED_SOURCES" not in without


@pytest.mark.parametrize("stage", ["prod", INSIDE])
def test_the_roles_of_what_is_inside_alone_reach_into_a_vpc(stage: str) -> None:
    found = {
        title
        for title, one in of_stage(stage, "IAM::Role").items()
        if "ec2:CreateNetworkInterface" in str(one["Policies"])
    }
    jobs = {title for title in of_stage(stage, "IAM::Role") if title.startswith("JobRoleOf")}
    assert found == (jobs | {"PollRoleOfRainfall"} if stage == INSIDE else set())


def without_jobs(*sources: str) -> SynthesisedStack:
    stage = replace(STAGED[INSIDE], network=replace(STAGED[INSIDE].network, sources=sources, endpoints=()))
    return synthesise(Deployment(replace(stage, workflow=replace(stage.workflow, orchestrator="none")), definitions()))


def test_without_jobs_and_sources_nothing_is_inside() -> None:
    stack = without_jobs()

    assert not [one for one in stack.content["Resources"].values() if one["Type"].startswith("AWS::EC2::")]
    assert stack.notes == ()


def test_without_jobs_there_are_endpoints_for_polls_alone() -> None:
    """That of the feed's key among them."""
    stack = without_jobs("taxi_availability")

    assert stack.notes[0].startswith("[network] bills by the hour: 4 interface endpoints (kinesis-firehose, secrets")
    assert "AWS::Glue::Connection" not in {one["Type"] for one in stack.content["Resources"].values()}


def test_an_unknown_source_is_refused_with_its_file() -> None:
    with pytest.raises(DefinitionError, match=r"prod\.toml, line \d+: \[network\] has the unknown source 'orders'\."):
        made(sources=("orders",))
