"""Wrong variants of what a stage has only where it asks: a network, a key of the stack's own, crawlers."""

from __future__ import annotations

import pytest

from tests.contracts.stack.judges import JUDGES
from tests.contracts.stack.mutations.wrong import GONE, Wrong
from tests.contracts.stack.templates import content

INSIDE, OWN = "prod, jobs and a source in a VPC", "staging, by a key of the stack's own"
_P = "Properties"
_CONNECTION = "ConnectionToSubnet0a1b2c3de356d8"
_STATEMENTS = (_P, "Policies", 0, "PolicyDocument", "Statement")
_MAKES = -3  # the statement by which Lambda makes interfaces
_OTHER = {"Effect": "Allow", "Action": ["ec2:DescribeSubnets"], "Resource": "*"}
_KEY_STATEMENT = (_P, "KeyPolicy", "Statement", 1)

NETWORK = (
    Wrong(
        "machines that do not reach each other",
        "NetworkGroupIn",
        (_P, "SourceSecurityGroupId"),
        "sg-2a1b2c3d",
        ("glue",),
    ),
    Wrong("some ports between machines", "NetworkGroupIn", (_P, "FromPort"), 1024, ("glue",)),
    Wrong("a service by a name that nobody calls", "EndpointOfGlue", (_P, "PrivateDnsEnabled"), False, ("glue",)),
    Wrong(
        "two subnets of one zone",
        "EndpointOfGlue",
        (_P, "SubnetIds"),
        ["subnet-1a1b2c3d", "subnet-2a1b2c3d"],
        ("glue",),
    ),
    Wrong("an unknown kind of endpoint", "EndpointOfGlue", (_P, "VpcEndpointType"), "Private", ("create_calls",)),
    Wrong(
        "an unknown kind of connection",
        _CONNECTION,
        (_P, "ConnectionInput", "ConnectionType"),
        "VPC",
        ("create_calls",),
    ),
    Wrong("a job outside", "JobOfProd", (_P, "Connections"), GONE, ("glue",)),
    Wrong("a function in no subnet", "PollOfRainfall", (_P, "VpcConfig", "SubnetIds"), [], ("glue",)),
    Wrong(
        "a function that reaches no endpoint",
        "PollOfRainfall",
        (_P, "VpcConfig", "SecurityGroupIds"),
        ["sg-0a1b2c3d"],
        ("glue",),
    ),
    Wrong(
        "six groups of a function",
        "PollOfRainfall",
        (_P, "VpcConfig", "SecurityGroupIds"),
        [{"Fn::GetAtt": ["NetworkGroup", "GroupId"]}, *(f"sg-{number}a1b2c3d" for number in range(5))],
        ("create_calls",),
    ),
    Wrong("a role that makes no interface", "PollRoleOfRainfall", (*_STATEMENTS, _MAKES), _OTHER, ("promises",)),
    Wrong(
        "a role that may delete its own interfaces alone",
        "PollRoleOfRainfall",
        (*_STATEMENTS, _MAKES + 2, "Resource"),
        {"Fn::Sub": "arn:${AWS::Partition}:ec2:${AWS::Region}:${AWS::AccountId}:network-interface/*"},
        ("promises",),
        "hashicorp/terraform-provider-aws#20698",
    ),
)
KEY = (
    Wrong("a key that is never rotated", "LakeKey", (_P, "EnableKeyRotation"), False, ("promises",)),
    Wrong("a key that goes with its stack", "LakeKey", ("DeletionPolicy",), "Delete", ("promises",)),
    Wrong(
        "a key for nobody",
        "LakeKey",
        (*_KEY_STATEMENT, "Principal"),
        {"Service": "s3.amazon.com"},
        ("promises",),
    ),
)
CRAWLER = (
    Wrong(
        "types are written anew",
        "RawCrawler",
        (_P, "SchemaChangePolicy", "UpdateBehavior"),
        "UPDATE_IN_DATABASE",
        ("glue",),
    ),
    Wrong(
        "tables of its own",
        "RawCrawler",
        (_P, "Targets"),
        {"S3Targets": [{"Path": "s3://some-lake/raw/"}]},
        ("glue",),
    ),
    Wrong(
        "all is crawled in spite of a queue",
        "RawCrawler",
        (_P, "RecrawlPolicy", "RecrawlBehavior"),
        "CRAWL_EVERYTHING",
        ("glue",),
    ),
    Wrong("an unknown mode", "RawCrawler", (_P, "RecrawlPolicy", "RecrawlBehavior"), "EVENTS", ("create_calls",)),
)
DATASETS = (
    Wrong(
        "forms that stay as they were at first",
        "CrawlerOfFares",
        (_P, "SchemaChangePolicy", "UpdateBehavior"),
        "LOG",
        ("glue",),
    ),
    Wrong(
        "an unknown behaviour",
        "CrawlerOfFares",
        (_P, "SchemaChangePolicy", "UpdateBehavior"),
        "UPDATE",
        ("create_calls",),
    ),
    Wrong(
        "a path without its scheme",
        "CrawlerOfFares",
        (_P, "Targets", "S3Targets", 0, "Path"),
        {"Fn::Sub": "${LakeBucket}/fares/"},
        ("glue",),
    ),
    Wrong(
        "what a run publishes is crawled",
        "CrawlerOfFares",
        (_P, "Targets", "S3Targets", 0, "Path"),
        {"Fn::Sub": "s3://${LakeBucket}/prod/"},
        ("glue",),
    ),
    Wrong(
        "declared tables and folders together",
        "CrawlerOfFares",
        (_P, "Targets", "CatalogTargets"),
        [{"DatabaseName": {"Ref": "RawDatabase"}, "Tables": ["rainfall_lines"]}],
        ("glue",),
    ),
    Wrong(
        "a table of each level below",
        "CrawlerOfFares",
        (_P, "Configuration"),
        '{"Version": 1.0, "Grouping": {"TableLevelConfiguration": 3}}',
        ("glue",),
    ),
    Wrong("beside the raw tables", "CrawlerOfFares", (_P, "DatabaseName"), {"Ref": "RawDatabase"}, ("glue",)),
)
ALL = [(INSIDE, one) for one in NETWORK] + [(OWN, one) for one in (*KEY, *CRAWLER, *DATASETS)]


@pytest.mark.parametrize(("stage", "wrong"), ALL, ids=[f"{one.resource}: {one.fault}" for _, one in ALL])
def test_a_wrong_variant_is_refused(stage: str, wrong: Wrong) -> None:
    template = wrong.applied(content(stage))

    assert [judge for judge in wrong.by if not JUDGES[judge](template)] == []
