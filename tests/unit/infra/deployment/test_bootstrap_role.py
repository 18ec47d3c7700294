"""The execution role, beside the permissions that CloudFormation's own schemas name for each type of a stack.

A schema lists what the handlers of a type may ever call; what they call for properties that no stack has is in `UNUSED`
with the reason. The schemas are those of cfn-lint.
"""

from __future__ import annotations

import json
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import pytest

from millrace.infra.deployment.bootstrap import bootstrap_template, template_text
from millrace.infra.judges.judging import judgements
from millrace.infra.judges.references import ACCOUNT, REGION, resolved
from millrace.infra.stack.limits import MOST_POLICY_BYTES, policy_bytes
from millrace.infra.stages.stage import DeployerOptions
from tests.contracts.stack.templates import STAGED, content
from tests.unit.infra.deployment.type_schemas import schema

MOST_MANAGED_BYTES = 6_144  # of a managed policy

# By service, what the handlers may call and no deployment of Millrace does, each line with the reason.
UNUSED = {
    "iam:CreateServiceLinkedRole": "for scaling, replicas and sessions",
    "iam:AttachRolePolicy iam:DetachRolePolicy": "no role has a managed policy",
    "kms:CreateGrant kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey kms:ListAliases kms:RevokeGrant": (
        "only a stage with a key has those that it needs"
    ),
    "s3:AbortMultipartUpload s3:ListBucketMultipartUploads s3:ListMultipartUploadParts s3:PutObject": (
        "results of queries, tables of Iceberg: data is not CloudFormation's"
    ),
    "s3:DeleteObject s3:PutObjectAcl s3:GetObjectMetadata": "data is not CloudFormation's",
    "dynamodb:BatchWriteItem dynamodb:DeleteItem dynamodb:GetItem dynamodb:PutItem dynamodb:Query dynamodb:Scan "
    "dynamodb:UpdateItem": "data is not CloudFormation's: they fill a replica",
    "dynamodb:AssociateTableReplica dynamodb:CreateTableReplica dynamodb:ImportTable": "no table is global or imported",
    "dynamodb:DeleteResourcePolicy dynamodb:PutResourcePolicy": "no table has one",
    "dynamodb:UpdateContributorInsights": "no table has them",
    "dynamodb:DisableKinesisStreamingDestination dynamodb:EnableKinesisStreamingDestination "
    "dynamodb:UpdateKinesisStreamingDestination kinesis:DescribeStream kinesis:PutRecords": "no table streams",
    "logs:PutLogEvents": "the log of an import of a table",
    "lakeformation:CreateTable lakeformation:DescribeLakeFormationIdentityCenterConfiguration "
    "lakeformation:DescribeResource lakeformation:GetDataAccess lakeformation:ListResources": (
        "where Lake Formation decides, a grant is needed besides: docs/stack.md"
    ),
    "ec2:DescribeNetworkInterfaces ec2:DescribeSecurityGroups ec2:DescribeSubnets ec2:DescribeVpcs": (
        "only a stage with a network has them"
    ),
    "elasticfilesystem:DescribeMountTargets s3files:ListMountTargets": "no function mounts one",
    "lambda:AssociateRuntimeAlias lambda:PassCapacityProvider": "no function is pinned or has capacity of its own",
    "logs:CreateLogDelivery logs:DeleteDataProtectionPolicy logs:DeleteIndexPolicy logs:DeleteResourcePolicy "
    "logs:PutBearerTokenAuthentication logs:PutDataProtectionPolicy logs:PutIndexPolicy "
    "logs:PutLogGroupDeletionProtection logs:PutResourcePolicy s3:REST.PUT.OBJECT": "no group has these",
    "s3:CreateBucketMetadataTableConfiguration s3:DeleteBucketAnalyticsConfiguration s3:DeleteBucketCors "
    "s3:DeleteBucketEncryption s3:DeleteBucketLifecycle s3:DeleteBucketMetadataTableConfiguration "
    "s3:DeleteBucketMetricsConfiguration s3:DeleteBucketReplication s3:DeleteBucketWebsite "
    "s3:PutAccelerateConfiguration s3:PutAnalyticsConfiguration s3:PutIntelligentTieringConfiguration "
    "s3:PutInventoryConfiguration s3:PutMetricsConfiguration s3:PutObjectLockConfiguration "
    "s3:PutReplicationConfiguration s3:UpdateBucketMetadataAnnotationTableConfiguration "
    "s3:UpdateBucketMetadataInventoryTableConfiguration s3:UpdateBucketMetadataJournalTableConfiguration "
    "s3tables:CreateNamespace s3tables:CreateTable s3tables:CreateTableBucket s3tables:GetTable "
    "s3tables:GetTableMetadataLocation s3tables:PutTableBucketPolicy s3tables:PutTableEncryption "
    "s3tables:PutTablePolicy s3tables:UpdateTableMetadataLocation": "no bucket has these",
    "sns:PutDataProtectionPolicy": "no topic has one",
    "vpc-lattice:CreateServiceNetworkVpcEndpointAssociation "
    "vpc-lattice:DescribeServiceNetworkVpcEndpointAssociation vpce:AllowMultiRegion": "no endpoint is of it",
}
_UNUSED = {action for line in UNUSED for action in line.split()}

# What a resource is made by, and its ARN with the place of the name.
_HERE = f"{REGION}:{ACCOUNT}"
MADE = {
    "AWS::Athena::WorkGroup": ("athena:CreateWorkGroup", "Name", f"arn:aws:athena:{_HERE}:workgroup/{{}}"),
    "AWS::CloudWatch::Alarm": ("cloudwatch:PutMetricAlarm", "AlarmName", f"arn:aws:cloudwatch:{_HERE}:alarm:{{}}"),
    "AWS::CloudWatch::Dashboard": (
        "cloudwatch:PutDashboard",
        "DashboardName",
        f"arn:aws:cloudwatch::{ACCOUNT}:dashboard/{{}}",
    ),
    "AWS::DynamoDB::Table": ("dynamodb:CreateTable", "TableName", f"arn:aws:dynamodb:{_HERE}:table/{{}}"),
    "AWS::Glue::Crawler": ("glue:CreateCrawler", "Name", f"arn:aws:glue:{_HERE}:crawler/{{}}"),
    "AWS::Glue::Job": ("glue:CreateJob", "Name", f"arn:aws:glue:{_HERE}:job/{{}}"),
    "AWS::Glue::Trigger": ("glue:CreateTrigger", "Name", f"arn:aws:glue:{_HERE}:trigger/{{}}"),
    "AWS::Glue::Workflow": ("glue:CreateWorkflow", "Name", f"arn:aws:glue:{_HERE}:workflow/{{}}"),
    "AWS::IAM::Role": ("iam:CreateRole", "RoleName", f"arn:aws:iam::{ACCOUNT}:role/{{}}"),
    "AWS::KinesisFirehose::DeliveryStream": (
        "firehose:CreateDeliveryStream",
        "DeliveryStreamName",
        f"arn:aws:firehose:{_HERE}:deliverystream/{{}}",
    ),
    "AWS::Events::Rule": ("events:PutRule", "Name", f"arn:aws:events:{_HERE}:rule/{{}}"),
    "AWS::Lambda::Function": ("lambda:CreateFunction", "FunctionName", f"arn:aws:lambda:{_HERE}:function:{{}}"),
    "AWS::Logs::LogGroup": ("logs:CreateLogGroup", "LogGroupName", f"arn:aws:logs:{_HERE}:log-group:{{}}"),
    "AWS::S3::Bucket": ("s3:CreateBucket", "BucketName", "arn:aws:s3:::{}"),
    "AWS::SNS::Topic": ("sns:CreateTopic", "TopicName", f"arn:aws:sns:{_HERE}:{{}}"),
    "AWS::SQS::Queue": ("sqs:CreateQueue", "QueueName", f"arn:aws:sqs:{_HERE}:{{}}"),
    "AWS::StepFunctions::StateMachine": (
        "states:CreateStateMachine",
        "StateMachineName",
        f"arn:aws:states:{_HERE}:stateMachine:{{}}",
    ),
    "AWS::Scheduler::ScheduleGroup": (
        "scheduler:CreateScheduleGroup",
        "Name",
        f"arn:aws:scheduler:{_HERE}:schedule-group/{{}}",
    ),
}


@cache
def actions(kind: str) -> frozenset[str]:
    """What the handlers of a type may call, but for its lists."""
    handlers = [one for name, one in schema(kind)["handlers"].items() if name != "list"]
    return frozenset(action for one in handlers for action in one.get("permissions", ()))


@cache
def bootstrapped(stage: str) -> dict[str, Any]:
    made = bootstrap_template(STAGED[stage], ACCOUNT)
    template: dict[str, Any] = json.loads(template_text(made))
    return template


def statements(stage: str) -> list[dict[str, Any]]:
    """Those of the role, with every name as it would be."""
    [policy] = resolved(bootstrapped(stage))["ExecutionRole"]["Properties"]["Policies"]
    found: list[dict[str, Any]] = policy["PolicyDocument"]["Statement"]
    return found


def allows(statement: dict[str, Any], action: str) -> bool:
    return any(fnmatchcase(action.lower(), one.lower()) for one in statement["Action"])


def covers(statement: dict[str, Any], arn: str) -> bool:
    named = statement["Resource"]
    return any(fnmatchcase(arn, one) for one in ([named] if isinstance(named, str) else named))


@pytest.mark.parametrize("stage", STAGED)
def test_the_role_may_do_what_the_handlers_of_the_stack_need(stage: str) -> None:
    granted = statements(stage)
    kinds = {one["Type"] for one in content(stage)["Resources"].values()}

    wanted = {action for kind in kinds for action in actions(kind)} - _UNUSED
    if STAGED[stage].access.permissions_boundary:
        wanted -= {"iam:DeleteRolePermissionsBoundary"}  # none of its roles is ever without

    missing = sorted(action for action in wanted if not any(allows(one, action) for one in granted))
    assert missing == []


def test_nothing_is_said_to_be_unused_that_no_handler_calls() -> None:
    kinds = {one["Type"] for stage in STAGED for one in content(stage)["Resources"].values()}

    assert _UNUSED - {action for kind in kinds for action in actions(kind)} == set()


@pytest.mark.parametrize("stage", STAGED)
def test_the_role_reaches_each_resource_of_the_stack(stage: str) -> None:
    granted = statements(stage)

    for title, one in resolved(content(stage)).items():
        if one["Type"] in MADE:
            action, named, form = MADE[one["Type"]]
            arn = form.format(one["Properties"].get(named, f"millrace-{STAGED[stage].name}-{title}-1A2B3C"))
            assert any(allows(each, action) and covers(each, arn) for each in granted), arn


def test_another_stage_s_resources_are_out_of_reach() -> None:
    arn = f"arn:aws:dynamodb:{_HERE}:table/millrace_prod_state"

    assert not any(covers(one, arn) for one in statements("dev") if allows(one, "dynamodb:DeleteTable"))
    assert any(covers(one, arn) for one in statements("prod") if allows(one, "dynamodb:DeleteTable"))


@pytest.mark.parametrize("stage", STAGED)
def test_no_action_reads_or_writes_data(stage: str) -> None:
    lake = f"arn:aws:s3:::millrace-{STAGED[stage].name}-lake-{ACCOUNT}-{REGION}/raw/x"

    for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"):
        assert not any(allows(one, action) and covers(one, lake) for one in statements(stage))
    for action in ("dynamodb:GetItem", "dynamodb:Scan", "sqs:ReceiveMessage", "lambda:InvokeFunction", "kms:Encrypt"):
        assert not any(allows(one, action) for one in statements(stage))


@pytest.mark.parametrize("stage", STAGED)
def test_neither_role_nor_boundary_can_be_changed_by_who_is_bound(stage: str) -> None:
    boundary = resolved(bootstrapped(stage))["ExecutionBoundary"]["Properties"]["PolicyDocument"]["Statement"]

    [denied] = [one for one in boundary if one["Effect"] == "Deny"]
    name = f"millrace-{STAGED[stage].name}"
    assert denied["Action"] == "iam:*"
    assert covers(denied, f"arn:aws:iam::{ACCOUNT}:role/{name}-bootstrap-ExecutionRole-1A2B")
    assert covers(denied, f"arn:aws:iam::{ACCOUNT}:policy/{name}-boundary")
    assert len(json.dumps(boundary, separators=(",", ":"))) < MOST_MANAGED_BYTES


@pytest.mark.parametrize("stage", STAGED)
def test_the_boundary_has_room_for_every_role_of_the_stack(stage: str) -> None:
    boundary = resolved(bootstrapped(stage))["ExecutionBoundary"]["Properties"]["PolicyDocument"]["Statement"]
    allowed = [one for one in boundary if one["Effect"] == "Allow"]
    roles = [one["Properties"] for one in content(stage)["Resources"].values() if one["Type"] == "AWS::IAM::Role"]

    for role in roles:
        for policy in role.get("Policies", []):
            for one in policy["PolicyDocument"]["Statement"]:
                for action in one["Action"]:
                    assert any(allows(each, action) for each in allowed), action


def test_where_the_stage_s_roles_have_a_boundary_none_is_made_without() -> None:
    [bound] = [one for one in statements("dev, everything by a key of one's own") if allows(one, "iam:CreateRole")]

    assert bound["Condition"] == {
        "StringEquals": {"iam:PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/boundary"}
    }


def test_it_hands_roles_to_the_services_of_the_stack_alone() -> None:
    [passing] = [one for one in statements("prod") if allows(one, "iam:PassRole")]

    assert passing["Condition"]["StringEquals"]["iam:PassedToService"] == [
        "firehose.amazonaws.com",
        "glue.amazonaws.com",
        "lambda.amazonaws.com",
        "scheduler.amazonaws.com",
        "states.amazonaws.com",
    ]


def test_a_job_of_the_named_subjects_alone_may_deploy() -> None:
    provider = f"arn:aws:iam::{ACCOUNT}:oidc-provider/ci.example.org/path"
    stage = replace(STAGED["prod"], deployer=DeployerOptions(provider, ("repo:team/feeds:ref:refs/heads/main",)))
    template = json.loads(template_text(bootstrap_template(stage, ACCOUNT)))

    [trust] = resolved(template)["DeployRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]

    assert trust["Principal"] == {"Federated": provider}
    assert trust["Condition"] == {
        "StringEquals": {"ci.example.org/path:aud": "sts.amazonaws.com"},
        "StringLike": {"ci.example.org/path:sub": ["repo:team/feeds:ref:refs/heads/main"]},
    }
    assert [line for one in judgements(template, REGION) for line in one.lines if not line.endswith("no fault")] == []
    assert "DeployRole" not in bootstrapped("prod")["Resources"]


@pytest.mark.parametrize("orchestrator", ["glue", "stepfunctions"])
@pytest.mark.parametrize(
    ("action", "arn"),
    [
        ("glue:GetWorkflowRun", f"arn:aws:glue:{_HERE}:workflow/millrace_prod_polls"),
        ("states:DescribeExecution", f"arn:aws:states:{_HERE}:execution:millrace_prod_polls:one"),
    ],
)
def test_who_deploys_may_ask_whether_an_execution_has_ended_whatever_the_stage_s_orchestrator_is(
    orchestrator: str, action: str, arn: str
) -> None:
    workflow = replace(STAGED["prod"].workflow, orchestrator=orchestrator)
    deployer = DeployerOptions(f"arn:aws:iam::{ACCOUNT}:oidc-provider/ci.example.org", ("repo:team/feeds",))
    stage = replace(STAGED["prod"], workflow=workflow, deployer=deployer)
    made = resolved(json.loads(template_text(bootstrap_template(stage, ACCOUNT))))

    [policy] = made["DeployRole"]["Properties"]["Policies"]

    granted = policy["PolicyDocument"]["Statement"]
    assert any(allows(one, action) and covers(one, arn) for one in granted)


@pytest.mark.parametrize("stage", STAGED)
def test_no_judge_objects(stage: str) -> None:
    template = bootstrapped(stage)

    assert [line for one in judgements(template, REGION) for line in one.lines if not line.endswith("no fault")] == []
    assert policy_bytes(resolved(template)["ExecutionRole"]) <= MOST_POLICY_BYTES
