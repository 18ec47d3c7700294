"""The network: what the jobs need in a VPC that there is already. Functions that poll stay outside of it.

A job's machines have interfaces in the subnet of its connection, and no address in the internet, so they reach AWS's
services by endpoints: gateways for S3 and DynamoDB, which cost nothing, and interfaces, which bill by the hour in each
zone. Sources: Glue developer guide, "Setting up a VPC to connect to JDBC data stores", "Failover behavior between
VPCs", and the managed policy AWSGlueServiceRole; PrivateLink guide, "Gateway endpoints", "Interface endpoints".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from troposphere import GetAtt, Ref, Sub, ec2, glue

from millrace.infra.stack.access import allow
from millrace.infra.stack.deployment import Deployment, arn
from millrace.infra.stack.resources import logical_id, resource
from millrace.settings import SecretName

GATEWAYS = ("s3", "dynamodb")
# The services that a job calls, and what for.
INTERFACES: Mapping[str, str] = {
    "glue": "the catalog, and whether the run that holds a lease has ended",
    "sqs": "messages about new objects",
    "logs": "the job's log, which Glue writes from the job's machines",
    "monitoring": "the job's metrics, likewise",
}
_GROUP = "NetworkGroup"
_HTTPS = 443
_ALL_PORTS = {"FromPort": 0, "ToPort": 65_535}
_OF_GLUE = "aws-glue-service-resource"  # the key of the tag that Glue gives its interfaces


def is_inside(deployment: Deployment) -> bool:
    """Whether the jobs run in a VPC."""
    return bool(deployment.stage.network.vpc) and deployment.stage.workflow.orchestrator == "glue"


def network(deployment: Deployment) -> list[Any]:
    if not is_inside(deployment):
        return []
    return [*_group(deployment), *_gateways(deployment), *_interfaces(deployment), *_connections(deployment)]


def interfaces(deployment: Deployment) -> list[str]:
    """The services that get an interface endpoint: those that the jobs call, and the VPC has no endpoint of."""
    secret = SecretName.of(deployment.stage.alerts.notify_from)
    called = [*INTERFACES, *([secret.service] if secret else [])]
    return sorted(one for one in called if one not in deployment.stage.network.endpoints)


def job_connections(deployment: Deployment) -> dict[str, Any] | None:
    """The connections of each job: Glue takes the first whose subnet has room. None outside of a VPC."""
    if not is_inside(deployment):
        return None
    return {"Connections": [Ref(_connection_id(subnet)) for subnet, _ in deployment.stage.network.placed()]}


def in_network(deployment: Deployment) -> list[dict[str, Any]]:
    """The statements by which Glue puts a job's machines into the VPC; none outside of one."""
    if not is_inside(deployment):
        return []
    options = deployment.stage.network
    groups = [arn("ec2", f"security-group/{one}") for one in options.security_groups]
    own = Sub(f"arn:${{AWS::Partition}}:ec2:${{AWS::Region}}:${{AWS::AccountId}}:security-group/${{{_GROUP}.GroupId}}")
    subnets = [arn("ec2", f"subnet/{subnet}") for subnet, _ in options.placed()]
    connections = [arn("glue", f"connection/{_connection_name(deployment, one)}") for one, _ in options.placed()]
    made = arn("ec2", "network-interface/*")
    return [
        allow(["glue:GetConnection"], [arn("glue", "catalog"), *connections]),
        allow(_LOOKS, "*"),
        allow(["ec2:DescribeVpcAttribute"], arn("ec2", f"vpc/{options.vpc}")),
        allow(["ec2:CreateNetworkInterface"], [made, *subnets, own, *groups]),
        allow(["ec2:DeleteNetworkInterface"], made),
        allow(["ec2:CreateTags", "ec2:DeleteTags"], made, {"ForAllValues:StringEquals": {"aws:TagKeys": [_OF_GLUE]}}),
    ]


_LOOKS = (
    *("ec2:DescribeVpcEndpoints", "ec2:DescribeRouteTables", "ec2:DescribeSubnets"),
    *("ec2:DescribeSecurityGroups", "ec2:DescribeNetworkInterfaces"),
)


def network_notes(deployment: Deployment) -> list[str]:
    """What the network adds to the bill."""
    made = interfaces(deployment) if is_inside(deployment) else []
    if not made:
        return []
    zones = len(_first_of_zones(deployment))
    endpoints = f"{len(made)} interface endpoint{'s' * (len(made) > 1)} ({', '.join(made)})"
    return [f"[network] bills by the hour: {endpoints} in {zones} zone{'s' * (zones > 1)}"]


def _group(deployment: Deployment) -> list[Any]:
    """The machines of a job and the endpoints: they reach each other, which Glue demands, and AWS by HTTPS.

    The addresses of S3 and DynamoDB, behind their gateways, are public ones.
    """
    group = resource(
        ec2.SecurityGroup,
        _GROUP,
        GroupDescription=f"Jobs of Millrace, stage {deployment.stage.name}, and endpoints for them.",
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
    about = "Machines of one job, and endpoints"
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
            PrivateDnsEnabled=True,  # the jobs call the services by their usual names
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
    groups = [GetAtt(_GROUP, "GroupId"), *deployment.stage.network.security_groups]
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
                    "SecurityGroupIdList": groups,
                },
            },
        )
        for subnet, zone in deployment.stage.network.placed()
    ]


def _connection_id(subnet: str) -> str:
    return logical_id("ConnectionTo", subnet)


def _connection_name(deployment: Deployment, subnet: str) -> str:
    return deployment.underscored(subnet)
