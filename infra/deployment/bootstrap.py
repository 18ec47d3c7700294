"""The template that every deployment of a stage rests on: the bucket of artefacts, and the role by which CloudFormation
makes the stage's stack, with a boundary.

The role makes, changes and removes what bears the stage's name, and reads none of the data in it. Its boundary is what
it, and roles that it makes, may do at most; neither can change role or boundary. Sources: CloudFormation user guide,
"Service role"; IAM user guide, "Permissions boundaries", "Delegating responsibility to others".
"""

from __future__ import annotations

import json
from typing import Any

from troposphere import GetAtt, Output, Ref, Sub, Template, iam, s3

from millrace.infra.stack.access import allow, only_by_tls
from millrace.infra.stack.deployment import OWN_KEY
from millrace.infra.stack.resources import resource, tag
from millrace.infra.stages.stage import Stage

BUCKET, ROLE, BOUNDARY = "ArtefactBucket", "ExecutionRole", "ExecutionBoundary"
DEPLOY_ROLE = "DeployRole"
_PLACE = "${AWS::Region}:${AWS::AccountId}"
_DAYS_OF_REPLACED = 30

# What the services take roles for; the stack hands its own roles to no other.
_TAKE_ROLES = ("firehose", "glue", "lambda", "scheduler")
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


def bootstrap_template(stage: Stage, account: str) -> Template:
    """The template of a stage's bootstrap stack in an account."""
    template = Template(Description=f"Millrace: what deployments of the stage {stage.name} rest on.")
    for made in (*_bucket(stage, account), _boundary(stage), _role(stage, account), *_deploy_role(stage, account)):
        tag(made, {**stage.tags, "millrace:stage": stage.name})
        template.add_resource(made)
    template.add_output(Output(BUCKET, Description="The packaged code, by its hash.", Value=Ref(BUCKET)))
    template.add_output(Output(ROLE, Description="What CloudFormation makes the stack by.", Value=GetAtt(ROLE, "Arn")))
    about = "A permissions_boundary for the stage's own roles."
    template.add_output(Output(BOUNDARY, Description=about, Value=Ref(BOUNDARY)))
    if stage.deployer.provider:
        about = "What jobs of a CI system deploy by."
        template.add_output(Output(DEPLOY_ROLE, Description=about, Value=GetAtt(DEPLOY_ROLE, "Arn")))
    return template


def template_text(template: Template) -> str:
    return json.dumps(template.to_dict(), indent=1, sort_keys=True) + "\n"


def _bucket(stage: Stage, account: str) -> list[Any]:
    bucket = resource(
        s3.Bucket,
        BUCKET,
        BucketName=_bucket_name(stage, account),
        BucketEncryption={
            "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
        VersioningConfiguration={"Status": "Enabled"},
        OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
        LifecycleConfiguration={
            "Rules": [
                {
                    "Id": "what-was-replaced-or-cut-off",
                    "Status": "Enabled",
                    "NoncurrentVersionExpiration": {"NoncurrentDays": _DAYS_OF_REPLACED},
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                }
            ]
        },
    )
    bucket.DeletionPolicy = bucket.UpdateReplacePolicy = "Retain"  # what runs is in it
    tls = only_by_tls("s3:*", [GetAtt(BUCKET, "Arn"), Sub(f"${{{BUCKET}.Arn}}/*")])
    return [bucket, resource(s3.BucketPolicy, f"{BUCKET}Policy", Bucket=Ref(BUCKET), PolicyDocument=_document(tls))]


def _boundary(stage: Stage) -> Any:
    """The most that the role, and roles that it makes, may do. Nobody who is bound by it can change it or the role."""
    own = f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:policy/{_boundary_name(stage)}"
    roles = _roles(f"{_dashed(stage)}-bootstrap-*", "")
    return resource(
        iam.ManagedPolicy,
        BOUNDARY,
        ManagedPolicyName=_boundary_name(stage),
        Description=f"The most that deployments of Millrace's stage {stage.name} may do.",
        PolicyDocument=_document(
            allow([f"{one}:*" for one in _SERVICES], "*"),
            allow(_of("iam", _ROLE_CHANGES), _subs(*_stage_roles(stage))),
            {"Effect": "Deny", "Action": "iam:*", "Resource": _subs(own, *roles)},
        ),
    )


def _role(stage: Stage, account: str) -> Any:
    trust = {"Effect": "Allow", "Principal": {"Service": "cloudformation.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return resource(
        iam.Role,
        ROLE,
        PermissionsBoundary=Ref(BOUNDARY),
        AssumeRolePolicyDocument=_document(trust),
        Policies=[{"PolicyName": "own", "PolicyDocument": _document(*_statements(stage, account))}],
    )


def _deploy_role(stage: Stage, account: str) -> list[Any]:
    """The role by which a job of a CI system gives `diff`, `deploy` and `destroy`; without a provider there is none."""
    deployer = stage.deployer
    if not deployer.provider:
        return []
    host = deployer.provider.partition("oidc-provider/")[2]
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": deployer.provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {f"{host}:aud": deployer.audience},
            "StringLike": {f"{host}:sub": list(deployer.subjects)},
        },
    }
    policy = _document(*deploy_statements(stage, account))
    role = resource(
        iam.Role,
        DEPLOY_ROLE,
        AssumeRolePolicyDocument=_document(trust),
        Policies=[{"PolicyName": "own", "PolicyDocument": policy}],
    )
    return [role]


def deploy_statements(stage: Stage, account: str) -> list[dict[str, Any]]:
    """What whoever deploys may do: change the stage's stack by the execution role, and look at the bootstrap stack."""
    stacks = f"arn:${{AWS::Partition}}:cloudformation:{_PLACE}:stack"
    code = f"arn:${{AWS::Partition}}:s3:::{_bucket_name(stage, account)}"
    lake = f"arn:${{AWS::Partition}}:s3:::{stage.lake.bucket or f'{_dashed(stage)}-lake-{account}-{stage.region}'}"
    seen = "DescribeStacks GetTemplate"
    changed = (
        "CreateChangeSet DescribeChangeSet ExecuteChangeSet DeleteChangeSet DeleteStack DescribeStackEvents"
        " DescribeEvents ListStackResources"
    )
    passed = {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}}
    return [
        allow(_of("cloudformation", f"{seen} {changed}"), _subs(f"{stacks}/{_dashed(stage)}/*")),
        allow(_of("cloudformation", seen), _subs(f"{stacks}/{_dashed(stage)}-bootstrap/*")),
        allow(_of("iam", "PassRole"), GetAtt(ROLE, "Arn"), passed),
        allow(_of("s3", "GetObject PutObject"), _subs(f"{code}/*")),
        allow(_of("s3", "ListBucket"), _subs(code, lake)),
        allow(_of("glue", "BatchGetTriggers StartTrigger StopTrigger"), _arns(stage, "glue", "trigger/{}")),
    ]


def _statements(stage: Stage, account: str) -> list[dict[str, Any]]:
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
    lake = stage.lake.bucket or f"{_dashed(stage)}-lake-*"
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
    code = f"arn:${{AWS::Partition}}:s3:::{_bucket_name(stage, account)}/*"
    return [
        allow(bucket, _subs(f"arn:${{AWS::Partition}}:s3:::{lake}")),
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
    functions = "Create* Delete* Get* Put* Update* PublishVersion AddPermission RemovePermission"
    schedules = f"Create* Delete* Get* Update* ListTagsForResource {_TAGS}"
    places = ("schedule/{}/*", "schedule-group/{}")
    return [
        allow(_of("lambda", f"{functions} {_TAGS}"), _arns(stage, "lambda", "function:{}")),
        allow(_of("scheduler", schedules), _arns(stage, "scheduler", *places)),
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
    groups = [f"log-group:{place}/{{}}" for place in ("/aws/lambda", "/aws/kinesisfirehose", "/aws-glue")]
    alarms = f"PutMetricAlarm DeleteAlarms ListTagsForResource {_TAGS}"
    dashboards = f"PutDashboard GetDashboard DeleteDashboards ListTagsForResource {_TAGS}"
    dashboard = f"arn:${{AWS::Partition}}:cloudwatch::${{AWS::AccountId}}:dashboard/{_dashed(stage)}-*"
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
    ours = {"StringEquals": {"aws:ResourceTag/millrace:stage": stage.name}}
    new = {"StringEquals": {"aws:RequestTag/millrace:stage": stage.name}}
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


def _dashed(stage: Stage) -> str:
    return f"millrace-{stage.name}"


def _bucket_name(stage: Stage, account: str) -> str:
    """Without functions, so that CloudFormation takes over a bucket that is there."""
    return f"{_dashed(stage)}-artefacts-{account}-{stage.region}"


def _boundary_name(stage: Stage) -> str:
    return f"{_dashed(stage)}-boundary"


def _stage_roles(stage: Stage) -> list[str]:
    return _roles(f"{_dashed(stage)}-*", stage.access.role_prefix)


def _roles(name: str, prefix: str) -> list[str]:
    return [f"arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/{one}{name}" for one in sorted({"", prefix})]


def _arns(stage: Stage, service: str, *forms: str) -> list[Any]:
    """What bears the stage's name. `forms`: the resource's part of the ARN, with {} for the name."""
    names = (f"{_dashed(stage)}-*", f"{_dashed(stage).replace('-', '_')}_*")
    return _subs(
        *(f"arn:${{AWS::Partition}}:{service}:{_PLACE}:{form.format(name)}" for form in forms for name in names)
    )


def _subs(*texts: str) -> list[Any]:
    return [Sub(one) for one in texts]


def _document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}
