"""What each role of a bootstrap stack may do, and at most: statements, by service.

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

_PLACE = "${AWS::Region}:${AWS::AccountId}"

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
        allow(_of("iam", _ROLE_CHANGES), _subs(*_stage_roles(stage))),
        {"Effect": "Deny", "Action": "iam:*", "Resource": _subs(own, *roles)},
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


def deploy_statements(stage: Stage, account: str, role: Any) -> list[dict[str, Any]]:
    """What whoever deploys may do: change the stage's stack by the execution role, and look at the bootstrap stack.

    `role`: the ARN of the execution role.
    """
    stacks = f"arn:${{AWS::Partition}}:cloudformation:{_PLACE}:stack"
    code = f"arn:${{AWS::Partition}}:s3:::{artefact_bucket(stage, account)}"
    lake = f"arn:${{AWS::Partition}}:s3:::{lake_bucket(stage, account)}"
    seen = "DescribeStacks GetTemplate"
    changed = (
        "CreateChangeSet DescribeChangeSet ExecuteChangeSet DeleteChangeSet DeleteStack DescribeStackEvents"
        " DescribeEvents ListStackResources DetectStackDrift DescribeStackResourceDrifts"
    )
    passed = {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}}
    return [
        allow(_of("cloudformation", f"{seen} {changed}"), _subs(f"{stacks}/{dashed(stage)}/*")),
        allow(_of("cloudformation", seen), _subs(f"{stacks}/{dashed(stage)}-bootstrap/*")),
        allow(_of("cloudformation", "DescribeStackDriftDetectionStatus"), "*"),  # it takes no resource
        allow(_of("iam", "PassRole"), role, passed),
        allow(_of("s3", "GetObject PutObject"), _subs(f"{code}/*")),
        allow(_of("s3", "ListBucket"), _subs(code, lake)),
        allow(_of("glue", "BatchGetTriggers StartTrigger StopTrigger"), _arns(stage, "glue", "trigger/{}")),
        allow(_of("lambda", "ListVersionsByFunction"), _arns(stage, "lambda", "function:{}")),
        allow(_of("lambda", "DeleteFunction"), _arns(stage, "lambda", "function:{}:*")),  # versions, and no function
        allow(_of("sns", "ListSubscriptionsByTopic"), _arns(stage, "sns", "{}")),
    ]


def _storage(stage: Stage, account: str) -> list[dict[str, Any]]:
    bucket = _of(
        "s3",
        "CreateBucket DeleteBucket DeleteBucketPolicy ListBucket GetBucket* PutBucket* GetEncryptionConfiguration"
        " PutEncryptionConfiguration GetLifecycleConfiguration PutLifecycleConfiguration GetAccelerateConfiguration"
        " GetAnalyticsConfiguration GetIntelligentTieringConfiguration GetInventoryConfiguration"
        f" GetMetricsConfiguration GetReplicationConfiguration ListTagsForResource {_TAGS}",
    )
    table = _of(
        "dynamodb",
        "CreateTable DeleteTable UpdateTable Describe* UpdateTimeToLive UpdateContinuousBackups GetResourcePolicy"
        f" ListTagsOfResource {_TAGS}",
    )
    code = f"arn:${{AWS::Partition}}:s3:::{artefact_bucket(stage, account)}/*"
    return [
        allow(bucket, _subs(f"arn:${{AWS::Partition}}:s3:::{lake_bucket(stage, account)}")),
        allow(_of("s3", "GetObject GetObjectVersion"), _subs(code)),
        allow(table, _arns(stage, "dynamodb", "table/{}")),
    ]


def _catalog(stage: Stage) -> list[dict[str, Any]]:
    glue = _of("glue", f"Create* Delete* Get* Update* StopCrawler PassConnection {_TAGS}")
    workgroup = _of("athena", f"Create* Delete* Get* Update* ListTagsForResource {_TAGS}")
    named = ("database/{}", "table/{}/*", "userDefinedFunction/{}/*", "job/{}", "workflow/{}", "trigger/{}")
    further = ("crawler/{}", "connection/{}")
    catalog = f"arn:${{AWS::Partition}}:glue:{_PLACE}:catalog"
    return [
        allow(glue, [*_arns(stage, "glue", *named, *further), Sub(catalog)]),
        allow(workgroup, _arns(stage, "athena", "workgroup/{}")),
    ]


def _functions(stage: Stage) -> list[dict[str, Any]]:
    functions = "Create* Delete* Get* Put* Update* PublishVersion ListVersionsByFunction AddPermission RemovePermission"
    schedules = f"Create* Delete* Get* Update* ListTagsForResource {_TAGS}"
    places = ("schedule/{}/*", "schedule-group/{}")
    machines = "CreateStateMachine DeleteStateMachine DescribeStateMachine UpdateStateMachine ListTagsForResource"
    return [
        allow(_of("lambda", f"{functions} {_TAGS}"), _arns(stage, "lambda", "function:{}")),
        allow(_of("scheduler", schedules), _arns(stage, "scheduler", *places)),
        allow(_of("states", f"{machines} {_TAGS}"), _arns(stage, "states", "stateMachine:{}")),
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
        allow(_of("firehose", stream), _arns(stage, "firehose", "deliverystream/{}")),
        allow(_of("sqs", queue), _arns(stage, "sqs", "{}")),
        allow(_of("sns", topic), _arns(stage, "sns", "{}")),
        allow(_of("events", rule), _arns(stage, "events", "rule/{}")),
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
        allow(_of("logs", logs), _arns(stage, "logs", *groups)),
        allow(["logs:Describe*", "cloudwatch:DescribeAlarms"], "*"),  # they look through all
        allow(_of("cloudwatch", alarms), _arns(stage, "cloudwatch", "alarm:{}")),
        allow(_of("cloudwatch", dashboards), _subs(dashboard)),
    ]


def _iam(stage: Stage) -> list[dict[str, Any]]:
    """Where the stage's roles have a boundary, none is made, changed or left without it."""
    roles = _subs(*_stage_roles(stage))
    passed = {"StringEquals": {"iam:PassedToService": [f"{one}.amazonaws.com" for one in _TAKE_ROLES]}}
    statements = [allow(_of("iam", "PassRole"), roles, passed)]
    apart = {"iam:PassRole"}
    if boundary := stage.access.permissions_boundary:
        bound = _of("iam", _BOUND_CHANGES)
        statements.append(allow(bound, roles, {"StringEquals": {"iam:PermissionsBoundary": boundary}}))
        apart |= {*bound, "iam:DeleteRolePermissionsBoundary"}
    rest = [one for one in _of("iam", _ROLE_CHANGES) if one not in apart]
    return [allow(rest, roles), *statements]


def _keys(stage: Stage) -> list[dict[str, Any]]:
    key = stage.lake.kms_key
    used = _of("kms", "DescribeKey CreateGrant RevokeGrant Decrypt GenerateDataKey")
    if key != OWN_KEY:
        return [allow(used, key)] if key else []
    changes = f"Get* Enable* Disable* ListResourceTags PutKeyPolicy ScheduleKeyDeletion UpdateKeyDescription {_TAGS}"
    ours = {"StringEquals": {f"aws:ResourceTag/{STAGE_TAG}": stage.name}}
    new = {"StringEquals": {f"aws:RequestTag/{STAGE_TAG}": stage.name}}
    return [
        allow(_of("kms", "CreateKey TagResource"), "*", new),
        allow([*used, *_of("kms", changes)], _subs(f"arn:${{AWS::Partition}}:kms:{_PLACE}:key/*"), ours),
    ]


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
        allow(_of("ec2", changes), _subs(f"arn:${{AWS::Partition}}:ec2:{_PLACE}:*/*")),
    ]


def _of(service: str, names: str) -> list[str]:
    """The actions of a service, by their names, which blanks part."""
    return [f"{service}:{name}" for name in names.split()]


def _stage_roles(stage: Stage) -> list[str]:
    return _roles(f"{dashed(stage)}-*", stage.access.role_prefix)


def _roles(name: str, prefix: str) -> list[str]:
    return [f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/{one}{name}" for one in sorted({"", prefix})]


def _arns(stage: Stage, service: str, *forms: str) -> list[Any]:
    """What bears the stage's name. `forms`: the resource's part of the ARN, with {} for the name."""
    names = (f"{dashed(stage)}-*", f"{dashed(stage).replace('-', '_')}_*")
    return _subs(
        *(f"arn:${{AWS::Partition}}:{service}:{_PLACE}:{form.format(name)}" for form in forms for name in names)
    )


def _subs(*texts: str) -> list[Any]:
    return [Sub(one) for one in texts]
