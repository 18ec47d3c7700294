"""What services do with the roles of the stack: a table for each integration, by the resources that name a role.

Each is written from the service's documents, not from `infra/stack/`; what our own processes call is recorded.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from millrace.glue_workflow.compilers.states import all_states
from millrace.infra.judges.references import ACCOUNT, REGION
from tests.end_to_end.aws.permissions.recorded_calls import NeededAction

_PLACE = f"{REGION}:{ACCOUNT}"


@dataclass(frozen=True)
class StackView:
    """A resolved template. `stage`: the name in its resources."""

    resources: Mapping[str, Any]
    stage: str

    def of_type(self, kind: str) -> Iterator[Mapping[str, Any]]:
        return (one["Properties"] for one in self.resources.values() if one["Type"] == f"AWS::{kind}")

    @property
    def bucket(self) -> str:
        return f"arn:aws:s3:::{next(self.of_type('S3::Bucket'))['BucketName']}"

    @property
    def key(self) -> str:
        """The ARN of the lake's key; "" without one."""
        [rule] = next(self.of_type("S3::Bucket"))["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        return str(rule["ServerSideEncryptionByDefault"].get("KMSMasterKeyID", ""))

    def dataset_folders(self) -> Iterator[str]:
        """Such as `reports_in`: those that a crawler infers the form of."""
        for crawler in self.of_type("Glue::Crawler"):
            for target in crawler["Targets"].get("S3Targets", ()):
                yield target["Path"].removeprefix("s3://").split("/")[1]

    def through(self, service: str, *actions: str) -> Iterator[NeededAction]:
        """What the caller needs where a service calls KMS for it."""
        if self.key:
            yield from ((f"kms:{one} through {service}", self.key) for one in actions)


DATA_KEYS = ("Decrypt", "GenerateDataKey")
_OF_TABLES = (*DATA_KEYS, "Encrypt", "ReEncryptFrom", "ReEncryptTo", "DescribeKey")


def lambda_function(stack: StackView, role: str) -> Iterator[NeededAction]:
    """Lambda writes the log, and sends what failed to the destination; the process reads its secrets.

    Lambda developer guide, "Sending function logs to CloudWatch Logs", "Adding a destination".
    """
    for function in stack.of_type("Lambda::Function"):
        if function["Role"] != role:
            continue
        group = f"arn:aws:logs:{_PLACE}:log-group:{function['LoggingConfig']['LogGroup']}"
        yield "logs:CreateLogStream", f"{group}:log-stream:x"
        yield "logs:PutLogEvents", f"{group}:log-stream:x"
        yield from _secrets(function["Environment"]["Variables"])
        for invocation in stack.of_type("Lambda::EventInvokeConfig"):
            if invocation["FunctionName"] == function["FunctionName"]:
                place = invocation["DestinationConfig"]["OnFailure"]["Destination"]
                yield "events:PutEvents" if ":event-bus/" in place else "sqs:SendMessage", place
                yield from stack.through("sqs", *DATA_KEYS)
        yield from stack.through("s3", *DATA_KEYS)
        yield from stack.through("dynamodb", *_OF_TABLES)
        if "VpcConfig" in function:
            yield from _inside(function["VpcConfig"])


def _inside(at: Mapping[str, Any]) -> Iterator[NeededAction]:
    """Lambda makes interfaces in the subnets: the policy AWSLambdaVPCAccessExecutionRole, and "Execution role
    permissions", by which it asks for the right to delete any.
    """
    for what in ("Subnets", "NetworkInterfaces"):
        yield f"ec2:Describe{what}", "*"
    for subnet in at["SubnetIds"]:
        yield "ec2:CreateNetworkInterface", f"arn:aws:ec2:{_PLACE}:subnet/{subnet}"
    for group in at["SecurityGroupIds"]:
        yield "ec2:CreateNetworkInterface", f"arn:aws:ec2:{_PLACE}:security-group/{group}"
    for action in ("CreateNetworkInterface", "AssignPrivateIpAddresses", "UnassignPrivateIpAddresses"):
        yield f"ec2:{action}", f"arn:aws:ec2:{_PLACE}:network-interface/eni-1a2b3c"
    yield "ec2:DeleteNetworkInterface", f"arn:aws:ec2:{_PLACE}:*/*"


def _secrets(settings: Mapping[str, str]) -> Iterator[NeededAction]:
    for name, place in settings.items():
        service, _, secret = place.partition(":")
        if name.endswith("_FROM") and service == "ssm":
            yield "ssm:GetParameter", f"arn:aws:ssm:{_PLACE}:parameter/{secret.lstrip('/')}"
        elif name.endswith("_FROM"):
            yield "secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{_PLACE}:secret:{secret}-a1b2c3"


def schedule(stack: StackView, role: str) -> Iterator[NeededAction]:
    """Scheduler invokes the target, and keeps what it cannot send.

    EventBridge Scheduler user guide, "Setting up the execution role", "Configuring a dead-letter queue".
    """
    for one in stack.of_type("Scheduler::Schedule"):
        if one["Target"]["RoleArn"] == role:
            yield _started(one["Target"])
            yield "sqs:SendMessage", one["Target"]["DeadLetterConfig"]["Arn"]
            yield from stack.through("sqs", *DATA_KEYS)


def _started(target: Mapping[str, Any]) -> NeededAction:
    """A function, a state machine, or by a universal target the workflow of Glue that the input names."""
    if target["Arn"].endswith(":glue:startWorkflowRun"):
        return "glue:StartWorkflowRun", f"arn:aws:glue:{_PLACE}:workflow/{json.loads(target['Input'])['Name']}"
    return "states:StartExecution" if ":stateMachine:" in target["Arn"] else "lambda:InvokeFunction", target["Arn"]


def state_machine(stack: StackView, role: str) -> Iterator[NeededAction]:
    """Step Functions calls the version of the function that its tasks name, publishes, and has its log delivered.

    Step Functions developer guide, "IAM policies for calling AWS Lambda", "IAM policies for AWS Glue", "IAM policies
    for Amazon SNS", "IAM Policies for logging to CloudWatch Logs"; SNS developer guide, "Key management".
    """
    for machine in stack.of_type("StepFunctions::StateMachine"):
        if machine["RoleArn"] != role:
            continue
        for _, state in all_states(machine["Definition"]):
            given = state.get("Parameters", {})
            if "JobName" in given:
                job = f"arn:aws:glue:{_PLACE}:job/{given['JobName']}"
                yield from ((f"glue:{action}", job) for action in _OF_JOBS_WAITED_FOR)
            if "FunctionName" in given:
                yield "lambda:InvokeFunction", given["FunctionName"]
            if "TopicArn" in given:
                yield "sns:Publish", given["TopicArn"]
                yield from stack.through("sns", *DATA_KEYS)
        if machine["LoggingConfiguration"]["Level"] != "OFF":
            yield from ((f"logs:{action}", "*") for action in _OF_DELIVERIES)


_OF_JOBS_WAITED_FOR = ("StartJobRun", "GetJobRun", "GetJobRuns", "BatchStopJobRun")
_OF_DELIVERIES = (
    *("CreateLogDelivery", "GetLogDelivery", "UpdateLogDelivery", "DeleteLogDelivery", "ListLogDeliveries"),
    *("PutResourcePolicy", "DescribeResourcePolicies", "DescribeLogGroups"),
)


def delivery_stream(stack: StackView, role: str) -> Iterator[NeededAction]:
    """Firehose developer guide, "Grant Firehose access to an Amazon S3 destination"."""
    for one in stack.of_type("KinesisFirehose::DeliveryStream"):
        given = one["ExtendedS3DestinationConfiguration"]
        if given["RoleARN"] != role:
            continue
        for action in ("GetBucketLocation", "ListBucket", "ListBucketMultipartUploads"):
            yield f"s3:{action}", given["BucketARN"]
        for prefix in (given["Prefix"], given["ErrorOutputPrefix"]):
            for action in ("AbortMultipartUpload", "GetObject", "PutObject"):
                yield f"s3:{action}", f"{given['BucketARN']}/{prefix.partition('!')[0]}x.gz"
        logged = given["CloudWatchLoggingOptions"]
        group = f"arn:aws:logs:{_PLACE}:log-group:{logged['LogGroupName']}"
        yield "logs:PutLogEvents", f"{group}:log-stream:{logged['LogStreamName']}"
        yield from stack.through("s3", *DATA_KEYS)


def glue_job(stack: StackView, role: str) -> Iterator[NeededAction]:
    """Glue reads script and wheels, writes logs (its own groups too) and metrics; the job reads its secrets.

    Glue developer guide, "Step 2: Create an IAM role for AWS Glue", "Continuous logging for AWS Glue jobs".
    """
    for job in stack.of_type("Glue::Job"):
        if job["Role"] != role:
            continue
        given = job["DefaultArguments"]
        for address in (job["Command"]["ScriptLocation"], given["--additional-python-modules"]):
            yield "s3:GetObject", f"arn:aws:s3:::{address.removeprefix('s3://')}"
        yield "logs:CreateLogGroup", f"arn:aws:logs:{_PLACE}:log-group:/aws-glue/jobs/error"
        for group in (given["--continuous-log-logGroup"], "/aws-glue/jobs/error"):
            yield "logs:CreateLogStream", f"arn:aws:logs:{_PLACE}:log-group:{group}:log-stream:x"
            yield "logs:PutLogEvents", f"arn:aws:logs:{_PLACE}:log-group:{group}:log-stream:x"
        if "--enable-metrics" in given:
            yield "cloudwatch:PutMetricData", "*"
        yield from _secrets({name.removeprefix("--"): value for name, value in given.items()})
        yield from stack.through("s3", *DATA_KEYS)
        yield from stack.through("dynamodb", *_OF_TABLES)
        if job["Name"].endswith(("_crawl", "_run")):
            yield from stack.through("sqs", *DATA_KEYS)
        for name in job.get("Connections", {}).get("Connections", []):
            yield from _connection(stack, name)


def _connection(stack: StackView, name: str) -> Iterator[NeededAction]:
    """Glue puts the job's machines into the subnet: the policy AWSGlueServiceRole."""
    [given] = [
        one["ConnectionInput"] for one in stack.of_type("Glue::Connection") if one["ConnectionInput"]["Name"] == name
    ]
    at = given["PhysicalConnectionRequirements"]
    [vpc] = {one["VpcId"] for one in stack.of_type("EC2::SecurityGroup")}
    interface = f"arn:aws:ec2:{_PLACE}:network-interface/eni-1a2b3c"
    yield "glue:GetConnection", f"arn:aws:glue:{_PLACE}:catalog"
    yield "glue:GetConnection", f"arn:aws:glue:{_PLACE}:connection/{name}"
    for what in ("VpcEndpoints", "RouteTables", "Subnets", "SecurityGroups", "NetworkInterfaces"):
        yield f"ec2:Describe{what}", "*"
    yield "ec2:DescribeVpcAttribute", f"arn:aws:ec2:{_PLACE}:vpc/{vpc}"
    yield "ec2:CreateNetworkInterface", f"arn:aws:ec2:{_PLACE}:subnet/{at['SubnetId']}"
    for group in at["SecurityGroupIdList"]:
        yield "ec2:CreateNetworkInterface", f"arn:aws:ec2:{_PLACE}:security-group/{group}"
    for action in ("CreateNetworkInterface", "DeleteNetworkInterface", "CreateTags", "DeleteTags"):
        yield f"ec2:{action}", interface


def crawler(stack: StackView, role: str) -> Iterator[NeededAction]:
    """Glue developer guide, "Crawler prerequisites", "Accelerating crawls using Amazon S3 event notifications"."""
    for one in stack.of_type("Glue::Crawler"):
        if one["Role"] != role:
            continue
        for target in one["Targets"].get("CatalogTargets", ()):
            yield from _crawls_tables(stack, target)
        for target in one["Targets"].get("S3Targets", ()):
            yield "s3:GetObject", f"arn:aws:s3:::{target['Path'].removeprefix('s3://')}x.json"
            yield from _in_catalog(one["DatabaseName"], "any", *_CATALOG_CRAWLED, "CreateTable")
        yield "s3:ListBucket", stack.bucket
        for action in ("CreateLogGroup", "CreateLogStream", "PutLogEvents"):
            yield f"logs:{action}", f"arn:aws:logs:{_PLACE}:log-group:/aws-glue/crawlers:log-stream:x"
        yield from stack.through("s3", *DATA_KEYS)


def _crawls_tables(stack: StackView, target: Mapping[str, Any]) -> Iterator[NeededAction]:
    for table in target["Tables"]:
        yield "s3:GetObject", f"{stack.bucket}/raw/{table.removesuffix('_lines')}/dt=2024-05-30/hour=00/x.json.gz"
        yield from _in_catalog(target["DatabaseName"], table, *_CATALOG_CRAWLED)
    for queue in (target["EventQueueArn"], target["DlqEventQueueArn"]):
        yield from ((f"sqs:{action}", queue) for action in _OF_CRAWLED_QUEUES)
    yield from stack.through("sqs", *DATA_KEYS)


_CATALOG_CRAWLED = (
    *("GetDatabase", "GetTable", "GetTables", "GetPartition", "GetPartitions", "BatchGetPartition"),
    *("BatchCreatePartition", "BatchUpdatePartition", "UpdatePartition", "UpdateTable"),
)
_OF_CRAWLED_QUEUES = (
    *("ReceiveMessage", "DeleteMessage", "PurgeQueue", "SetQueueAttributes"),
    *("GetQueueAttributes", "GetQueueUrl", "ListDeadLetterSourceQueues", "ListQueueTags"),
)


def grafana(stack: StackView, role: str) -> Iterator[NeededAction]:
    """Grafana's data source calls Athena, and Athena calls S3, Glue and KMS as Grafana.

    Athena user guide, "Access to workgroups and tags", "Control access to Amazon S3 from Athena", "Configure access to
    databases and tables in the AWS Glue Data Catalog", "Use prepared statements"; the policy AmazonGrafanaAthenaAccess.
    """
    [title] = [title for title in stack.resources if title == "GrafanaRole" and _arn(stack, title) == role] or [""]
    if not title:
        return
    workgroup = f"arn:aws:athena:{_PLACE}:workgroup/millrace_{stack.stage}_readers"
    for action in ("StartQueryExecution", "GetQueryExecution", "GetQueryResults", "StopQueryExecution", "GetWorkGroup"):
        yield f"athena:{action}", workgroup
    if any(True for _ in stack.of_type("Athena::PreparedStatement")):
        yield "athena:GetPreparedStatement", workgroup  # EXECUTE
    for action in ("ListDatabases", "ListTableMetadata", "GetTableMetadata", "GetDataCatalog"):
        yield f"athena:{action}", f"arn:aws:athena:{_PLACE}:datacatalog/AwsDataCatalog"
    layers, datasets = ("raw", "staging", "prod"), tuple(stack.dataset_folders())
    catalogued = (*layers, "crawled") if datasets else layers
    yield from athena_as_the_caller(stack, "readers", reads=(*layers, *datasets), catalogued=catalogued)


def run_function(stack: StackView, role: str) -> Iterator[NeededAction]:
    """The functions of duties and jobs have statements on Athena, with work tables that live as long as one, and take
    what is pending from the queue of new objects.
    """
    for function in stack.of_type("Lambda::Function"):
        handlers = (".tend.handler", ".job.handler", ".routed_job.handler")
        if function["Role"] != role or not function["Handler"].endswith(handlers):
            continue
        workgroup = f"arn:aws:athena:{_PLACE}:workgroup/millrace_{stack.stage}_jobs"
        for action in ("StartQueryExecution", "GetQueryExecution", "GetQueryResults", "StopQueryExecution"):
            yield f"athena:{action}", workgroup
        yield "athena:GetWorkGroup", workgroup
        yield from athena_as_the_caller(
            stack, "jobs", reads=("raw", "staging", "prod"), catalogued=("staging", "prod", "work")
        )
        made = ("CreateTable", "BatchDeleteTable", "BatchCreatePartition")
        yield from _in_catalog(f"millrace_{stack.stage}_work", "any", *made)
        yield from stack.through("sqs", *DATA_KEYS)


def router(stack: StackView, role: str) -> Iterator[NeededAction]:
    """The router ends queries of runs that died, and waits for their end."""
    for function in stack.of_type("Lambda::Function"):
        if function["Role"] == role and function["Handler"].endswith(".router.handler"):
            for action in ("StopQueryExecution", "GetQueryExecution"):
                yield f"athena:{action}", f"arn:aws:athena:{_PLACE}:workgroup/millrace_{stack.stage}_jobs"


def athena_as_the_caller(
    stack: StackView, workgroup: str, *, reads: tuple[str, ...], catalogued: tuple[str, ...]
) -> Iterator[NeededAction]:
    """A query's own needs: the tables in Glue's catalog, their objects, and the place of the workgroup's results."""
    for layer in catalogued:
        yield from _in_catalog(f"millrace_{stack.stage}_{layer}", "any", *_CATALOG_READ)
    for prefix in reads:
        yield "s3:GetObject", f"{stack.bucket}/{prefix}/x.parquet"
    results = f"{stack.bucket}/exports/athena/{workgroup}/x.csv"
    for action in ("GetObject", "PutObject", "AbortMultipartUpload", "ListMultipartUploadParts"):
        yield f"s3:{action}", results
    for action in ("GetBucketLocation", "ListBucket", "ListBucketMultipartUploads"):
        yield f"s3:{action}", stack.bucket
    yield from stack.through("s3", *DATA_KEYS)


def _in_catalog(database: str, table: str, *actions: str) -> Iterator[NeededAction]:
    """Glue asks for what is above a table, too: its developer guide, "Specifying AWS Glue resource ARNs"."""
    for action in actions:
        below = () if action.startswith("GetDatabase") else (f"table/{database}/{table}",)
        for arn in ("catalog", f"database/{database}", *below):
            yield f"glue:{action}", f"arn:aws:glue:{_PLACE}:{arn}"


_CATALOG_READ = (
    *("GetDatabase", "GetDatabases", "GetTable", "GetTables"),
    *("GetPartition", "GetPartitions", "BatchGetPartition"),
)


def _arn(stack: StackView, title: str) -> str:
    name = stack.resources[title]["Properties"].get("RoleName", f"millrace-{title.lower()}-1a2b3c")
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


INTEGRATIONS: tuple[Callable[[StackView, str], Iterator[NeededAction]], ...] = (
    lambda_function,
    schedule,
    delivery_stream,
    glue_job,
    crawler,
    state_machine,
    run_function,
    router,
    grafana,
)


def integrated(stack: StackView, title: str) -> set[NeededAction]:
    """What services need of a role."""
    role = _arn(stack, title)
    return {pair for integration in INTEGRATIONS for pair in integration(stack, role)}
