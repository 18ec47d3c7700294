"""Roles: one for each thing that acts, with statements that name what it may do, and to what.

`WILDCARDS` lists each action that is allowed on every resource, with the reason; the tests allow no other.
Sources: Service Authorization Reference; IAM user guide, "IAM and AWS STS quotas"; "The confused deputy problem".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from troposphere import Ref, iam, sqs

from millrace.infra.stack.deployment import Deployment, arn, arn_of
from millrace.infra.stack.resources import limited, resource
from millrace.settings import SecretName

WILDCARDS: Mapping[str, str] = {
    "cloudwatch:PutMetricData": "it takes no resource; a condition names the namespace",
    **dict.fromkeys(
        (
            *("logs:CreateLogDelivery", "logs:GetLogDelivery", "logs:UpdateLogDelivery", "logs:DeleteLogDelivery"),
            *("logs:ListLogDeliveries", "logs:PutResourcePolicy", "logs:DescribeResourcePolicies"),
            "logs:DescribeLogGroups",
        ),
        "deliveries of a state machine's log take no resource",
    ),
    **dict.fromkeys(
        (
            *("ec2:DescribeVpcEndpoints", "ec2:DescribeRouteTables", "ec2:DescribeSubnets"),
            *("ec2:DescribeSecurityGroups", "ec2:DescribeNetworkInterfaces"),
        ),
        "EC2 describes all or nothing: it takes no resource",
    ),
}
MOST_NAME = 64  # characters of a role's name

# A transaction needs the actions of its parts.
STATE_OF_POLLS = ("dynamodb:GetItem", "dynamodb:PutItem")
STATE_OF_RUNS = (
    *("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:DeleteItem"),
    "dynamodb:ConditionCheckItem",
)

STATE_OF_ROUTER = tuple(one for one in STATE_OF_RUNS if one != "dynamodb:DeleteItem")


def allow(actions: Sequence[str], resources: Any, when: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """One statement. `when`: its Condition."""
    statement: dict[str, Any] = {"Effect": "Allow", "Action": list(actions), "Resource": resources}
    return {**statement, "Condition": when} if when else statement


def only_by_tls(action: str, resources: Any) -> dict[str, Any]:
    """The statement of a resource's policy that refuses whoever asks without TLS."""
    return {
        "Sid": "OnlyByTls",
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": resources,
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def queue_by_tls(title: str) -> Any:
    """The policy of a queue to which roles of the account alone send."""
    document = {"Version": "2012-10-17", "Statement": [only_by_tls("sqs:*", arn_of(title))]}
    return resource(sqs.QueuePolicy, f"{title}Policy", Queues=[Ref(title)], PolicyDocument=document)


def role(
    deployment: Deployment,
    title: str,
    principal: str,
    statements: Sequence[Mapping[str, Any]],
    *,
    trusted_when: Mapping[str, Any] | None = None,
) -> Any:
    """The role that a service takes. `principal`: such as `lambda.amazonaws.com`; `trusted_when`: for which of its
    resources, besides those of this account.
    """
    trust: dict[str, Any] = {"Effect": "Allow", "Principal": {"Service": principal}, "Action": "sts:AssumeRole"}
    if principal not in _WITHOUT_SOURCE:
        trust["Condition"] = {"StringEquals": {"aws:SourceAccount": Ref("AWS::AccountId")}, **(trusted_when or {})}
    return _role(deployment, title, trust, statements)


def role_for(deployment: Deployment, title: str, principal_arn: str, statements: Sequence[Mapping[str, Any]]) -> Any:
    """The role that another role or user takes."""
    trust = {"Effect": "Allow", "Principal": {"AWS": principal_arn}, "Action": "sts:AssumeRole"}
    return _role(deployment, title, trust, statements)


def secrets(*places: str) -> list[dict[str, Any]]:
    """The statements for secrets that AWS keeps, by where they are: `ssm:NAME`, `secretsmanager:NAME`; "" is none."""
    wanted = [name for place in sorted(set(places)) if (name := SecretName.of(place))]
    found = []
    for service, (action, arn_of_name) in _SECRETS.items():
        if arns := [arn_of_name(one.name) for one in wanted if one.service == service]:
            found.append(allow([action], arns))
    return found


def _secret(name: str) -> Any:
    """Secrets Manager ends each ARN with six characters of its own."""
    return name if name.startswith("arn:") else arn("secretsmanager", f"secret:{name}-??????")


_SECRETS: Mapping[str, tuple[str, Callable[[str], Any]]] = {
    "ssm": ("ssm:GetParameter", lambda name: arn("ssm", f"parameter/{name.removeprefix('/')}")),
    "secretsmanager": ("secretsmanager:GetSecretValue", _secret),
}

# These services take a role without naming a source (IAM user guide, "Cross-service confused deputy prevention").
_WITHOUT_SOURCE = ("lambda.amazonaws.com", "glue.amazonaws.com")


def _role(deployment: Deployment, title: str, trust: Mapping[str, Any], statements: Sequence[Mapping[str, Any]]) -> Any:
    access = deployment.stage.access
    policy = {"Version": "2012-10-17", "Statement": [dict(one) for one in statements]}
    name = limited(f"{access.role_prefix}{deployment.dashed(title)}", MOST_NAME) if access.role_prefix else None
    return resource(
        iam.Role,
        title,
        RoleName=name,
        PermissionsBoundary=access.permissions_boundary or None,
        AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [dict(trust)]},
        Policies=[{"PolicyName": "own", "PolicyDocument": policy}],
    )
