"""What the execution role of a bootstrap stack may do, and at most: statements, by service.

Sources: Service Authorization Reference; CloudFormation user guide, "Service role"; IAM user guide, "Delegating
responsibility to others".
"""

from __future__ import annotations

from typing import Any

from troposphere import Sub

from millrace.infra.deployment.names import LOG_PLACES, artefact_bucket, boundary, dashed, lake_bucket
from millrace.infra.stack.access import allow
from millrace.infra.stack.deployment import OWN_KEY
from millrace.infra.stack.resources import STAGE_TAG
from millrace.infra.stages.stage import Stage

PLACE = "${AWS::Region}:${AWS::AccountId}"

# What the services take roles for; the stack hands its own roles to no other.
_TAKE_ROLES = ("firehose", "glue", "lambda", "scheduler", "states")
_ROLE_CHANGES = (
    "CreateRole DeleteRole GetRole UpdateRole UpdateRoleDescription UpdateAssumeRolePolicy PutRolePolicy GetRolePolicy"
    " DeleteRolePolicy ListRolePolicies ListAttachedRolePolicies TagRole UntagRole PutRolePermissionsBoundary"
    " DeleteRolePermissionsBoundary PassRole"
)
_BOUND_CHANGES = "CreateRole PutRolePermissionsBoundary PutRolePolicy DeleteRolePolicy"
_TAGS = "TagResource UntagResource"
# What roles of a stage call, and what makes it: the services, and no other.
_SERVICES = (
    *("athena", "cloudwatch", "dynamodb", "ec2", "events", "firehose", "glue", "kms", "lakeformation", "lambda"),
    *("logs", "s3", "scheduler", "secretsmanager", "sns", "sqs", "ssm", "states"),
)


def boundary_statements(stage: Stage) -> list[dict[str, Any]]:
    """The most that the execution role, and roles that it makes, may do. Nobody who is bound by it can change it or the
    role.
    """
    own = f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:policy/{boundary(stage)}"
    roles = _roles(f"{dashed(stage)}-bootstrap-*", "")
    return [
        allow([f"{one}:*" for one in _SERVICES], "*"),
        allow(actions("iam", _ROLE_CHANGES), subs(*_stage_roles(stage))),
        {"Effect": "Deny", "Action": "iam:*", "Resource": subs(own, *roles)},
    ]


def execution_statements(stage: Stage, account: str) -> list[dict[str, Any]]:
    """What CloudFormation may do for the stage: make, change and remove what bears its name."""
    return [
        *_storage(stage, account),
        *_catalog(stage),
        *_functions(stage),
        *_messages(stage),
        *_logs_and_alarms(stage),
        *_iam(stage),
        *_keys(stage),
        *_network(stage),
    ]


def _storage(stage: Stage, account: str) -> list[dict[str, Any]]:
    bucket = actions(
        "s3",
        "CreateBucket DeleteBucket DeleteBucketPolicy ListBucket GetBucket* PutBucket* GetEncryptionConfiguration"
        " PutEncryptionConfiguration GetLifecycleConfiguration PutLifecycleConfiguration GetAccelerateConfiguration"
        " GetAnalyticsConfiguration GetIntelligentTieringConfiguration GetInventoryConfiguration"
        f" GetMetricsConfiguration GetReplicationConfiguration ListTagsForResource {_TAGS}",
    )
    table = actions(
        "dynamodb",
        "CreateTable DeleteTable UpdateTable Describe* UpdateTimeToLive UpdateContinuousBackups GetResourcePolicy"
        f" ListTagsOfResource {_TAGS}",
    )
    code = f"arn:${{AWS::Partition}}:s3:::{artefact_bucket(stage, account)}/*"
    return [
        allow(bucket, subs(f"arn:${{AWS::Partition}}:s3:::{lake_bucket(stage, account)}")),
        allow(actions("s3", "GetObject GetObjectVersion"), subs(code)),
        allow(table, arns(stage, "dynamodb", "table/{}")),
    ]


def _catalog(stage: Stage) -> list[dict[str, Any]]:
    glue = actions("glue", f"Create* Delete* Get* Update* StopCrawler PassConnection {_TAGS}")
    workgroup = actions("athena", f"Create* Delete* Get* Update* ListTagsForResource {_TAGS}")
    named = ("database/{}", "table/{}/*", "userDefinedFunction/{}/*", "job/{}", "workflow/{}", "trigger/{}")
    further = ("crawler/{}", "connection/{}")
    catalog = f"arn:${{AWS::Partition}}:glue:{PLACE}:catalog"
    return [
        allow(glue, [*arns(stage, "glue", *named, *further), Sub(catalog)]),
        allow(workgroup, arns(stage, "athena", "workgroup/{}")),
    ]


def _functions(stage: Stage) -> list[dict[str, Any]]:
    functions = "Create* Delete* Get* Put* Update* PublishVersion ListVersionsByFunction AddPermission RemovePermission"
    schedules = f"Create* Delete* Get* Update* ListTagsForResource {_TAGS}"
    places = ("schedule/{}/*", "schedule-group/{}")
    machines = "CreateStateMachine DeleteStateMachine DescribeStateMachine UpdateStateMachine ListTagsForResource"
    return [
        allow(actions("lambda", f"{functions} {_TAGS}"), arns(stage, "lambda", "function:{}")),
        allow(actions("scheduler", schedules), arns(stage, "scheduler", *places)),
        allow(actions("states", f"{machines} {_TAGS}"), arns(stage, "states", "stateMachine:{}")),
    ]


def _messages(stage: Stage) -> list[dict[str, Any]]:
    stream = (
        "CreateDeliveryStream DeleteDeliveryStream DescribeDeliveryStream UpdateDestination"
        " StartDeliveryStreamEncryption StopDeliveryStreamEncryption ListTagsForDeliveryStream TagDeliveryStream"
        " UntagDeliveryStream"
    )
    queue = (
        "CreateQueue DeleteQueue GetQueueAttributes GetQueueUrl SetQueueAttributes ListQueueTags TagQueue UntagQueue"
    )
    topic = (
        "CreateTopic DeleteTopic Get* SetTopicAttributes SetSubscriptionAttributes Subscribe Unsubscribe"
        f" ListSubscriptionsByTopic ListTagsForResource {_TAGS}"
    )
    rule = f"PutRule DeleteRule DescribeRule PutTargets RemoveTargets ListTargetsByRule ListTagsForResource {_TAGS}"
    return [
        allow(actions("firehose", stream), arns(stage, "firehose", "deliverystream/{}")),
        allow(actions("sqs", queue), arns(stage, "sqs", "{}")),
        allow(actions("sns", topic), arns(stage, "sns", "{}")),
        allow(actions("events", rule), arns(stage, "events", "rule/{}")),
    ]


def _logs_and_alarms(stage: Stage) -> list[dict[str, Any]]:
    logs = (
        "CreateLogGroup DeleteLogGroup PutRetentionPolicy DeleteRetentionPolicy CreateLogStream DeleteLogStream"
        f" AssociateKmsKey DisassociateKmsKey GetDataProtectionPolicy ListTagsForResource {_TAGS}"
    )
    groups = [f"log-group:{place}/{{}}" for place in LOG_PLACES]
    alarms = f"PutMetricAlarm DeleteAlarms ListTagsForResource {_TAGS}"
    dashboards = f"PutDashboard GetDashboard DeleteDashboards ListTagsForResource {_TAGS}"
    dashboard = f"arn:${{AWS::Partition}}:cloudwatch::${{AWS::AccountId}}:dashboard/{dashed(stage)}-*"
    return [
        allow(actions("logs", logs), arns(stage, "logs", *groups)),
        allow(["logs:Describe*", "cloudwatch:DescribeAlarms"], "*"),  # they look through all
        allow(actions("cloudwatch", alarms), arns(stage, "cloudwatch", "alarm:{}")),
        allow(actions("cloudwatch", dashboards), subs(dashboard)),
    ]


def _iam(stage: Stage) -> list[dict[str, Any]]:
    """Where the stage's roles have a boundary, none is made, changed or left without it."""
    roles = subs(*_stage_roles(stage))
    passed = {"StringEquals": {"iam:PassedToService": [f"{one}.amazonaws.com" for one in _TAKE_ROLES]}}
    statements = [allow(actions("iam", "PassRole"), roles, passed)]
    apart = {"iam:PassRole"}
    if boundary := stage.access.permissions_boundary:
        bound = actions("iam", _BOUND_CHANGES)
        statements.append(allow(bound, roles, {"StringEquals": {"iam:PermissionsBoundary": boundary}}))
        apart |= {*bound, "iam:DeleteRolePermissionsBoundary"}
    rest = [one for one in actions("iam", _ROLE_CHANGES) if one not in apart]
    return [allow(rest, roles), *statements]


def _keys(stage: Stage) -> list[dict[str, Any]]:
    used = actions("kms", "DescribeKey CreateGrant RevokeGrant Decrypt GenerateDataKey")
    if stage.lake.kms_key != OWN_KEY:
        return use_of_key(stage, used)
    changes = f"Get* Enable* Disable* ListResourceTags PutKeyPolicy ScheduleKeyDeletion UpdateKeyDescription {_TAGS}"
    new = {"StringEquals": {f"aws:RequestTag/{STAGE_TAG}": stage.name}}
    return [
        allow(actions("kms", "CreateKey TagResource"), "*", new),
        *use_of_key(stage, [*used, *actions("kms", changes)]),
    ]


def use_of_key(stage: Stage, used: list[str]) -> list[dict[str, Any]]:
    """On the key of the lake, if it has one. One that the stack makes is known by its tag."""
    key = stage.lake.kms_key
    if key != OWN_KEY:
        return [allow(used, key)] if key else []
    ours = {"StringEquals": {f"aws:ResourceTag/{STAGE_TAG}": stage.name}}
    return [allow(used, subs(f"arn:${{AWS::Partition}}:kms:{PLACE}:key/*"), ours)]


def _network(stage: Stage) -> list[dict[str, Any]]:
    if not stage.network.vpc:
        return []
    changes = (
        "CreateSecurityGroup DeleteSecurityGroup AuthorizeSecurityGroup* RevokeSecurityGroup*"
        " UpdateSecurityGroupRuleDescriptions* CreateVpcEndpoint ModifyVpcEndpoint DeleteVpcEndpoints CreateTags"
        " DeleteTags"
    )
    return [
        allow(["ec2:Describe*"], "*"),  # EC2 describes all or nothing
        allow(actions("ec2", changes), subs(f"arn:${{AWS::Partition}}:ec2:{PLACE}:*/*")),
    ]


def actions(service: str, names: str) -> list[str]:
    """The actions of a service, by their names, which blanks part."""
    return [f"{service}:{name}" for name in names.split()]


def _stage_roles(stage: Stage) -> list[str]:
    return _roles(f"{dashed(stage)}-*", stage.access.role_prefix)


def _roles(name: str, prefix: str) -> list[str]:
    return [f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/{one}{name}" for one in sorted({"", prefix})]


def arns(stage: Stage, service: str, *forms: str) -> list[Any]:
    """What bears the stage's name. `forms`: the resource's part of the ARN, with {} for the name."""
    names = (f"{dashed(stage)}-*", f"{dashed(stage).replace('-', '_')}_*")
    return subs(*(f"arn:${{AWS::Partition}}:{service}:{PLACE}:{form.format(name)}" for form in forms for name in names))


def subs(*texts: str) -> list[Any]:
    return [Sub(one) for one in texts]
