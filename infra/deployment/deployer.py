"""What whoever deploys may do: statements.

Sources: Service Authorization Reference; CloudFormation user guide, "Service role".
"""

from __future__ import annotations

from typing import Any

from millrace.infra.deployment.names import artefact_bucket, dashed, lake_bucket
from millrace.infra.deployment.permissions import PLACE, actions, arns, subs, use_of_key
from millrace.infra.stack.access import STATE_OF_RUNS, allow
from millrace.infra.stack.orchestration.run_access import FLIPS, catalog_arns, moved_databases
from millrace.infra.stages.stage import Stage
from millrace.lake.keys import MANIFEST, PROD, STAGING, STATE_OBJECTS


def deploy_statements(stage: Stage, account: str, role: Any) -> list[dict[str, Any]]:
    """What whoever deploys may do: change the stage's stack by the execution role, and look at the bootstrap stack.

    `role`: the ARN of the execution role.
    """
    stacks = f"arn:${{AWS::Partition}}:cloudformation:{PLACE}:stack"
    code = f"arn:${{AWS::Partition}}:s3:::{artefact_bucket(stage, account)}"
    lake = f"arn:${{AWS::Partition}}:s3:::{lake_bucket(stage, account)}"
    seen = "DescribeStacks GetTemplate"
    changed = (
        "CreateChangeSet DescribeChangeSet ExecuteChangeSet DeleteChangeSet DeleteStack DescribeStackEvents"
        " DescribeEvents ListStackResources DetectStackDrift DescribeStackResourceDrifts"
    )
    passed = {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}}
    return [
        allow(actions("cloudformation", f"{seen} {changed}"), subs(f"{stacks}/{dashed(stage)}/*")),
        allow(actions("cloudformation", seen), subs(f"{stacks}/{dashed(stage)}-bootstrap/*")),
        allow(actions("cloudformation", "DescribeStackDriftDetectionStatus"), "*"),  # it takes no resource
        allow(actions("iam", "PassRole"), role, passed),
        allow(actions("s3", "GetObject PutObject"), subs(f"{code}/*")),
        allow(actions("s3", "ListBucket"), subs(code, lake)),
        allow(actions("glue", "BatchGetTriggers StartTrigger StopTrigger"), arns(stage, "glue", "trigger/{}")),
        allow(actions("lambda", "ListVersionsByFunction"), arns(stage, "lambda", "function:{}")),
        allow(actions("lambda", "DeleteFunction"), arns(stage, "lambda", "function:{}:*")),  # versions, and no function
        allow(actions("sns", "ListSubscriptionsByTopic"), arns(stage, "sns", "{}")),
        *_migrations(stage, lake),
    ]


def _migrations(stage: Stage, lake: str) -> list[dict[str, Any]]:
    """For the tables that runs publish, under their leases; a flip that was cut off is completed before. No data is
    read: manifests stand beside it.
    """
    manifests = [f"{lake}/{layer}/*/{MANIFEST}" for layer in (STAGING, PROD)]
    return [
        allow([*FLIPS, "glue:GetPartitions"], catalog_arns(*moved_databases(stage.name))),
        # Whether the execution that holds a lease has ended, of either orchestrator: a stage may change its own.
        allow(actions("glue", "GetWorkflowRun"), arns(stage, "glue", "workflow/{}")),
        allow(actions("states", "DescribeExecution"), arns(stage, "states", "execution:{}:*")),
        allow(STATE_OF_RUNS, arns(stage, "dynamodb", "table/{}")),
        allow(actions("s3", "GetObject"), subs(*manifests)),
        allow(actions("s3", "GetObject PutObject DeleteObject"), subs(f"{lake}/{STATE_OBJECTS}*")),
        *use_of_key(stage, actions("kms", "Decrypt GenerateDataKey")),
    ]
