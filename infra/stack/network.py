"""The network: what jobs, and the functions of some sources, need in a VPC that there is already.

What is inside has interfaces in its subnets, and no address in the internet, so it reaches AWS's services by
endpoints: gateways for S3 and DynamoDB, which cost nothing, and interfaces, which bill by the hour in each zone. KMS
needs none: S3, DynamoDB and Firehose call it themselves. Sources: Glue developer guide, "Setting up a VPC to connect
to JDBC data stores", "Failover behavior between VPCs", and the managed policy AWSGlueServiceRole; Lambda developer
guide, "Giving Lambda functions access to resources in an Amazon VPC"; PrivateLink guide, "Gateway endpoints",
"Interface endpoints".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from troposphere import GetAtt, Ref, Sub, ec2, glue

from millrace.infra.stack.access import allow
from millrace.infra.stack.deployment import Deployment, ScheduledSource, arn
from millrace.infra.stack.resources import logical_id, resource
from millrace.schedules.names import Duty
from millrace.settings import SecretName

GATEWAYS = ("s3", "dynamodb")
_METRICS, _TOPICS = "monitoring", "sns"
# The services that a job calls, and what for.
INTERFACES: Mapping[str, str] = {
    "glue": "the catalog, and whether the run that holds a lease has ended",
    "sqs": "messages about new objects",
    "logs": "the job's log, which Glue writes from the job's machines",
    _METRICS: "Glue's own metrics of the job, likewise, where the stage asks for them",
}
# Those that a poll calls. Lambda itself writes the log, and sends what failed.
INTERFACES_OF_POLLS: Mapping[str, str] = {"kinesis-firehose": "records of snapshots and attempts"}
_GROUP = "NetworkGroup"
_HTTPS = 443
_ALL_PORTS = {"FromPort": 0, "ToPort": 65_535}
_OF_GLUE = "aws-glue-service-resource"  # the key of the tag that Glue gives its interfaces


def has_jobs(deployment: Deployment) -> bool:
    """Whether the jobs run in a VPC."""
    is_on_glue = deployment.stage.workflow.orchestrator == "glue" or bool(deployment.jobs_on_glue)
    return bool(deployment.stage.network.vpc) and is_on_glue


def network(deployment: Deployment) -> list[Any]:
    if not (has_jobs(deployment) or deployment.stage.network.sources):
        return []
    connections = _connections(deployment) if has_jobs(deployment) else []
    return [*_group(deployment), *_gateways(deployment), *_interfaces(deployment), *connections]


def interfaces(deployment: Deployment) -> list[str]:
    """The services that get an interface endpoint: those called from inside that the VPC has no endpoint of."""
    stage = deployment.stage
    called: set[str] = set()
    secrets = {stage.alerts.notify_from}
    if has_jobs(deployment):
        called |= INTERFACES.keys() - (set() if stage.workflow.metrics else {_METRICS})
    if stage.network.sources:
        called |= INTERFACES_OF_POLLS.keys()
        secrets |= {stage.api_keys.get(source, "") for source in stage.network.sources}
    if called and stage.alerts.notify:
        called.add(_TOPICS)
    if called:
        called |= {name.service for one in secrets if (name := SecretName.of(one))}
    return sorted(called - set(stage.network.endpoints))


def function_network(deployment: Deployment, source: ScheduledSource) -> dict[str, Any] | None:
    """Where the function of a source is; None outside of a VPC."""
    options = deployment.stage.network
    if source.name not in options.sources:
        return None
    return {"SubnetIds": [subnet for subnet, _ in options.placed()], "SecurityGroupIds": _groups(deployment)}


def function_in_network(deployment: Deployment, sources: Sequence[ScheduledSource]) -> list[dict[str, Any]]:
    """The statements by which Lambda makes interfaces for the functions of sources; none where all are outside.

    It asks whether it may delete any at all before it makes one, so that resource cannot be named more closely.
    """
    if not any(one.name in deployment.stage.network.sources for one in sources):
        return []
    return [
        allow(["ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets"], "*"),
        _makes_interfaces(deployment),
        allow(["ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses"], _INTERFACES),
        allow(["ec2:DeleteNetworkInterface"], arn("ec2", "*/*")),
    ]


def job_connections(deployment: Deployment) -> dict[str, Any] | None:
    """The connections of each job: Glue takes the first whose subnet has room. None outside of a VPC."""
    if not has_jobs(deployment):
        return None
    return {"Connections": [Ref(_connection_id(subnet)) for subnet, _ in deployment.stage.network.placed()]}


def in_network(deployment: Deployment) -> list[dict[str, Any]]:
    """The statements by which Glue puts a job's machines into the VPC; none outside of one."""
    if not has_jobs(deployment):
        return []
    options = deployment.stage.network
    connections = [arn("glue", f"connection/{_connection_name(deployment, one)}") for one, _ in options.placed()]
    return [
        allow(["glue:GetConnection"], [arn("glue", "catalog"), *connections]),
        allow(_LOOKS, "*"),
        allow(["ec2:DescribeVpcAttribute"], arn("ec2", f"vpc/{options.vpc}")),
        _makes_interfaces(deployment),
        allow(["ec2:DeleteNetworkInterface"], _INTERFACES),
        allow(["ec2:CreateTags", "ec2:DeleteTags"], _INTERFACES, _TAGGED_BY_GLUE),
    ]


def _makes_interfaces(deployment: Deployment) -> dict[str, Any]:
    """In the stage's subnets, with the groups of what is inside."""
    options = deployment.stage.network
    groups = [arn("ec2", f"security-group/{one}") for one in options.security_groups]
    own = Sub(f"arn:${{AWS::Partition}}:ec2:${{AWS::Region}}:${{AWS::AccountId}}:security-group/${{{_GROUP}.GroupId}}")
    subnets = [arn("ec2", f"subnet/{subnet}") for subnet, _ in options.placed()]
    return allow(["ec2:CreateNetworkInterface"], [_INTERFACES, *subnets, own, *groups])


_INTERFACES = arn("ec2", "network-interface/*")
_TAGGED_BY_GLUE = {"ForAllValues:StringEquals": {"aws:TagKeys": [_OF_GLUE]}}
_LOOKS = (
    *("ec2:DescribeVpcEndpoints", "ec2:DescribeRouteTables", "ec2:DescribeSubnets"),
    *("ec2:DescribeSecurityGroups", "ec2:DescribeNetworkInterfaces"),
)


def network_notes(deployment: Deployment) -> list[str]:
    """What the network adds to the bill, and what is not done for sources inside."""
    made, sources = interfaces(deployment), deployment.stage.network.sources
    zones = len(_first_of_zones(deployment))
    endpoints = f"{len(made)} interface endpoint{'s' * (len(made) > 1)} ({', '.join(made)})"
    bills = [f"[network] bills by the hour: {endpoints} in {zones} zone{'s' * (zones > 1)}"] if made else []
    left = [f"[network] {_OUTSIDE} {', '.join(sources)}"] if sources and Duty.GAPS in deployment.duties() else []
    return bills + left


_OUTSIDE = "the function of duties is outside: it makes up for no missed poll of"


def _group(deployment: Deployment) -> list[Any]:
    """What is inside, and the endpoints: they reach each other, which Glue demands, and AWS by HTTPS.

    The addresses of S3 and DynamoDB, behind their gateways, are public ones.
    """
    group = resource(
        ec2.SecurityGroup,
        _GROUP,
        GroupDescription=f"Millrace, stage {deployment.stage.name}: what runs in the VPC, and endpoints for it.",
        VpcId=deployment.stage.network.vpc,
        SecurityGroupEgress=[
            {
                "IpProtocol": "tcp",
                "FromPort": _HTTPS,
                "ToPort": _HTTPS,
                "CidrIp": "0.0.0.0/0",
                "Description": "S3 and DynamoDB by their gateways",
            }
        ],
    )
    both = {"GroupId": GetAtt(_GROUP, "GroupId"), "IpProtocol": "tcp", **_ALL_PORTS}
    of_it = GetAtt(_GROUP, "GroupId")
    about = "What runs in the VPC, and endpoints"
    return [
        group,
        resource(ec2.SecurityGroupIngress, f"{_GROUP}In", **both, SourceSecurityGroupId=of_it, Description=about),
        resource(ec2.SecurityGroupEgress, f"{_GROUP}Out", **both, DestinationSecurityGroupId=of_it, Description=about),
    ]


def _gateways(deployment: Deployment) -> list[Any]:
    """Without a policy: the route tables are also those of others, whom it would shut out."""
    options = deployment.stage.network
    return [
        _endpoint(deployment, service, VpcEndpointType="Gateway", RouteTableIds=list(options.route_tables))
        for service in GATEWAYS
        if service not in options.endpoints
    ]


def _interfaces(deployment: Deployment) -> list[Any]:
    return [
        _endpoint(
            deployment,
            service,
            VpcEndpointType="Interface",
            SubnetIds=_first_of_zones(deployment),
            SecurityGroupIds=[GetAtt(_GROUP, "GroupId")],
            PrivateDnsEnabled=True,  # services are called by their usual names
        )
        for service in interfaces(deployment)
    ]


def _first_of_zones(deployment: Deployment) -> list[str]:
    """A subnet of each zone: an endpoint takes no second one of a zone."""
    found: dict[str, str] = {}
    for subnet, zone in deployment.stage.network.placed():
        found.setdefault(zone, subnet)
    return list(found.values())


def _endpoint(deployment: Deployment, service: str, **properties: Any) -> Any:
    name = Sub(f"com.amazonaws.${{AWS::Region}}.{service}")
    vpc = deployment.stage.network.vpc
    return resource(ec2.VPCEndpoint, logical_id("EndpointOf", service), ServiceName=name, VpcId=vpc, **properties)


def _connections(deployment: Deployment) -> list[Any]:
    return [
        resource(
            glue.Connection,
            _connection_id(subnet),
            CatalogId=Ref("AWS::AccountId"),
            ConnectionInput={
                "Name": _connection_name(deployment, subnet),
                "ConnectionType": "NETWORK",
                "ConnectionProperties": {},
                "PhysicalConnectionRequirements": {
                    "AvailabilityZone": Sub(f"${{AWS::Region}}{zone[-1]}"),
                    "SubnetId": subnet,
                    "SecurityGroupIdList": _groups(deployment),
                },
            },
        )
        for subnet, zone in deployment.stage.network.placed()
    ]


def _groups(deployment: Deployment) -> list[Any]:
    """The security groups of what is inside."""
    return [GetAtt(_GROUP, "GroupId"), *deployment.stage.network.security_groups]


def _connection_id(subnet: str) -> str:
    return logical_id("ConnectionTo", subnet)


def _connection_name(deployment: Deployment, subnet: str) -> str:
    return deployment.underscored(subnet)
