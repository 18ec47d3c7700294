"""Wrong variants of the template of the stage uat: one fault each, and the judges that refuse it.

`report`: where others met the fault (a repository and its issue, or a section of the service's documents).
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

GONE: Final = object()  # in place of a value: the key is taken out


@dataclass(frozen=True)
class Wrong:
    """`place`: the keys from the resource to what is set to `value`; `by`: the judges that refuse it."""

    fault: str
    resource: str
    place: tuple[str | int, ...]
    value: Any
    by: tuple[str, ...]
    report: str = ""

    def applied(self, template: Mapping[str, Any]) -> dict[str, Any]:
        wrong: dict[str, Any] = copy.deepcopy(dict(template))
        node = wrong["Resources"][self.resource]
        for key in self.place[:-1]:
            node = node[key]
        if self.value is GONE:
            del node[self.place[-1]]
        else:
            node[self.place[-1]] = self.value
        return wrong


_P = "Properties"
_LIFECYCLE = (_P, "LifecycleConfiguration", "Rules", 0)
_S3 = (_P, "ExtendedS3DestinationConfiguration")
_PROCESSOR = (*_S3, "ProcessingConfiguration", "Processors", 0)
_QUERY = (*_PROCESSOR, "Parameters", 0, "ParameterValue")
_TARGET = (_P, "Target")
_RETRY = (*_TARGET, "RetryPolicy")
_CONDITION = (_P, "Predicate", "Conditions", 0)
_GROUP = (_P, "WorkGroupConfiguration")
_INPUT = (_P, "TableInput")
_STATEMENTS = (_P, "Policies", 0, "PolicyDocument", "Statement")
_JOBS = ("JobOfCrawl", "JobOfProd")
_STREAMS = [f"arn:aws:firehose:ap-southeast-1:123456789012:deliverystream/{number:0100}" for number in range(70)]
_TWO = [{"LogicalOperator": "EQUALS", "JobName": {"Ref": name}, "State": "SUCCEEDED"} for name in _JOBS]
_RAW_ONLY = "raw/!{partitionKeyFromQuery:source}/dt=!{partitionKeyFromQuery:dt}/hour=!{partitionKeyFromQuery:hr}/"

BUCKET = (
    Wrong("raw objects end", "LakeBucket", (*_LIFECYCLE, "ExpirationInDays"), 30, ("promises",)),
    Wrong(
        "current objects are archived",
        "LakeBucket",
        (*_LIFECYCLE, "Transitions"),
        [{"StorageClass": "GLACIER", "TransitionInDays": 30}],
        ("create_calls", "promises"),
    ),
    Wrong("a rule is On", "LakeBucket", (*_LIFECYCLE, "Status"), "On", ("create_calls", "cfn_lint", "cdk_nag")),
    Wrong("no versions", "LakeBucket", (_P, "VersioningConfiguration", "Status"), "Suspended", ("checkov",)),
    Wrong(
        "an unknown cipher",
        "LakeBucket",
        (_P, "BucketEncryption", "ServerSideEncryptionConfiguration", 0, "ServerSideEncryptionByDefault"),
        {"SSEAlgorithm": "AES-256"},
        ("create_calls", "cfn_lint", "cdk_nag", "checkov"),
    ),
    Wrong("a name in capitals", "LakeBucket", (_P, "BucketName"), "Millrace_Lake", ("cfn_lint", "cdk_nag")),
    Wrong(
        "an unknown event",
        "LakeBucket",
        (_P, "NotificationConfiguration", "TopicConfigurations", 0, "Event"),
        "s3:ObjectCreate:*",
        ("create_calls",),
    ),
    Wrong(
        "an unknown filter",
        "LakeBucket",
        (_P, "NotificationConfiguration", "TopicConfigurations", 0, "Filter", "S3Key", "Rules", 0, "Name"),
        "folder",
        ("create_calls",),
    ),
    Wrong(
        "made before the topic's policy", "LakeBucket", ("DependsOn",), [], ("promises",), "serverless/serverless#4797"
    ),
    Wrong(
        "what was removed is billed for ever",
        "LakeBucket",
        (*_LIFECYCLE, "NoncurrentVersionExpiration"),
        GONE,
        ("promises",),
        "mitodl/ol-infrastructure#5681",
    ),
    Wrong("gone with its stack", "LakeBucket", ("DeletionPolicy",), "Delete", ("promises",)),
    Wrong(
        "public", "LakeBucket", (_P, "PublicAccessBlockConfiguration", "BlockPublicAcls"), False, ("cdk_nag", "checkov")
    ),
    Wrong("lists that open it", "LakeBucket", (_P, "AccessControl"), "PublicRead", ("cfn_lint", "cdk_nag", "checkov")),
    Wrong(
        "lists of objects are heeded",
        "LakeBucket",
        (_P, "PublicAccessBlockConfiguration", "IgnorePublicAcls"),
        False,
        ("cdk_nag", "checkov"),
    ),
    Wrong(
        "closed to everybody",
        "LakeBucketPolicy",
        (_P, "PolicyDocument", "Statement", 0, "Condition"),
        GONE,
        ("cdk_nag",),
    ),
    Wrong("made after what it names anyway", "LakeBucketPolicy", ("DependsOn",), "LakeBucket", ("cfn_lint",)),
)
MESSAGES = (
    Wrong("kept for a month", "NewObjects", (_P, "MessageRetentionPeriod"), 2_592_000, ("cfn_lint", "cdk_nag")),
    Wrong("hidden for a day", "NewObjects", (_P, "VisibilityTimeout"), 86_400, ("cfn_lint", "cdk_nag")),
    Wrong(
        "dead letters to nothing",
        "NewObjects",
        (_P, "RedrivePolicy", "deadLetterTargetArn"),
        {"Fn::GetAtt": ["DeadLetters", "Arn"]},
        ("create_calls", "cdk_nag"),
    ),
    Wrong("without encryption", "NewObjects", (_P, "SqsManagedSseEnabled"), False, ("cdk_nag",)),
    Wrong("senders without TLS", "NewObjectsPolicy", (_P, "PolicyDocument", "Statement", 1), GONE, ("cdk_nag",)),
)
STATE = (
    Wrong(
        "an unknown kind of key",
        "StateTable",
        (_P, "KeySchema", 0, "KeyType"),
        "PARTITION",
        ("create_calls", "cfn_lint"),
    ),
    Wrong(
        "a table that bills by the hour",
        "StateTable",
        (_P, "BillingMode"),
        "PROVISIONED",
        ("cfn_lint", "cdk_nag", "promises"),
    ),
    Wrong(
        "no recovery",
        "StateTable",
        (_P, "PointInTimeRecoverySpecification", "PointInTimeRecoveryEnabled"),
        False,
        ("cdk_nag", "checkov"),
    ),
    Wrong(
        "a key without its attribute",
        "StateTable",
        (_P, "KeySchema", 1, "AttributeName"),
        "sort",
        ("cfn_lint", "cdk_nag"),
        "aws-cloudformation/cfn-lint#1037",
    ),
    Wrong("lost with its replacement", "StateTable", ("UpdateReplacePolicy",), GONE, ("cfn_lint", "cdk_nag")),
    Wrong(
        "an unknown kind of attribute",
        "StateTable",
        (_P, "AttributeDefinitions", 0, "AttributeType"),
        "string",
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
)
FUNCTION = (
    Wrong(
        "a Python of the future",
        "PollOfRainfall",
        (_P, "Runtime"),
        "python4.0",
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong(
        "an unknown processor",
        "PollOfRainfall",
        (_P, "Architectures"),
        ["arm"],
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong("longer than a quarter", "PollOfRainfall", (_P, "Timeout"), 901, ("cfn_lint", "cdk_nag")),
    Wrong("too little memory", "PollOfRainfall", (_P, "MemorySize"), 64, ("create_calls", "cfn_lint", "cdk_nag")),
    Wrong(
        "a handler with a blank",
        "PollOfRainfall",
        (_P, "Handler"),
        "millrace poll",
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong(
        "a variable of Lambda's own",
        "PollOfRainfall",
        (_P, "Environment", "Variables", "AWS_REGION"),
        "x",
        ("cfn_lint",),
        "localstack/localstack#2951",
    ),
    Wrong(
        "an unknown form of log",
        "PollOfRainfall",
        (_P, "LoggingConfig", "LogFormat"),
        "text",
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong("tried again", "InvocationOfRainfall", (_P, "MaximumRetryAttempts"), 2, ("promises",)),
    Wrong(
        "an event too young",
        "InvocationOfRainfall",
        (_P, "MaximumEventAgeInSeconds"),
        30,
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong("of no version", "InvocationOfRainfall", (_P, "Qualifier"), GONE, ("cfn_lint", "cdk_nag")),
    Wrong("failures to nobody", "InvocationOfRainfall", (_P, "DestinationConfig"), GONE, ("cdk_nag",)),
    Wrong("a log for ever", "PollLogOfRainfall", (_P, "RetentionInDays"), GONE, ("create_calls", "cdk_nag", "checkov")),
    Wrong(
        "a log for two years",
        "PollLogOfRainfall",
        (_P, "RetentionInDays"),
        730,
        ("cfn_lint", "cdk_nag"),
        "aws/aws-cdk#1343",
    ),
    Wrong("a role by its name", "PollOfRainfall", (_P, "Role"), {"Ref": "PollRoleOfRainfall"}, ("create_calls",)),
    Wrong(
        "a key's id of AWS's",
        "PollOfRainfall",
        (_P, "Environment", "Variables", "AWS_KEY"),
        "AKIAIOSFODNN7EXAMPLE",
        ("checkov",),
    ),
    Wrong(
        "a secret",
        "PollOfRainfall",
        (_P, "Environment", "Variables", "SECRET_KEY"),
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        ("checkov",),
    ),
    Wrong("a Python of the past", "PollOfRainfall", (_P, "Runtime"), "python3.8", ("cfn_lint", "cdk_nag")),
    Wrong(
        "failures to a queue's address",
        "InvocationOfRainfall",
        (_P, "DestinationConfig", "OnFailure", "Destination"),
        {"Ref": "PollFailures"},
        ("create_calls",),
    ),
)
SCHEDULE = (
    Wrong("a flexible time", "ScheduleOfRainfall", (_P, "FlexibleTimeWindow", "Mode"), "FLEXIBLE", ("promises",)),
    Wrong(
        "one minutes",
        "ScheduleOfRainfall",
        (_P, "ScheduleExpression"),
        "rate(1 minutes)",
        ("schedules",),
        "buildkite/buildkite-agent-scaler#100",
    ),
    Wrong(
        "five fields",
        "ScheduleOfRainfall",
        (_P, "ScheduleExpression"),
        "cron(0/5 * * * *)",
        ("schedules",),
        "aws/aws-cdk#7514",
    ),
    Wrong("no such zone", "ScheduleOfRainfall", (_P, "ScheduleExpressionTimezone"), "Asia/Singapura", ("schedules",)),
    Wrong("tried for a day", "ScheduleOfRainfall", _RETRY, GONE, ("promises",)),
    Wrong("a state of On", "ScheduleOfRainfall", (_P, "State"), "ON", ("create_calls", "cfn_lint", "cdk_nag")),
    Wrong("without its time", "ScheduleOfRainfall", (*_TARGET, "Input"), '{"source": "rainfall"}', ("promises",)),
    Wrong(
        "of no group",
        "ScheduleOfRainfall",
        (_P, "GroupName"),
        {"Ref": "Nothing"},
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong(
        "a name with a blank", "ScheduleOfRainfall", (_P, "Name"), "rain fall", ("create_calls", "cfn_lint", "cdk_nag")
    ),
    Wrong(
        "a target by name",
        "ScheduleOfRainfall",
        (*_TARGET, "RoleArn"),
        "PollRole",
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong(
        "dead letters to a queue's address",
        "ScheduleOfRainfall",
        (*_TARGET, "DeadLetterConfig", "Arn"),
        {"Ref": "PollFailures"},
        ("create_calls",),
    ),
    Wrong("a group's name with blanks", "Polls", (_P, "Name"), "polls of uat", ("create_calls", "cfn_lint", "cdk_nag")),
)
STREAM = (
    Wrong(
        "a buffer of 5 MB",
        "DeliveryStream",
        (*_S3, "BufferingHints", "SizeInMBs"),
        5,
        ("firehose",),
        "awslabs/aws-solutions-constructs#648",
    ),
    Wrong(
        "no prefix for errors",
        "DeliveryStream",
        (*_S3, "ErrorOutputPrefix"),
        GONE,
        ("firehose",),
        "serverless/serverless#6015",
    ),
    Wrong("a buffer of 30 s", "DeliveryStream", (*_S3, "BufferingHints", "IntervalInSeconds"), 30, ("firehose",)),
    Wrong("a key that the query lacks", "DeliveryStream", (*_S3, "Prefix"), _RAW_ONLY, ("firehose",)),
    Wrong("no jq", "DeliveryStream", _QUERY, "{source:.source,", ("firehose",)),
    Wrong("a field in capitals", "DeliveryStream", _QUERY, "{source:.Source,dt:.dt,hour:.hour}", ("firehose",)),
    Wrong(
        "errors of all kinds together",
        "DeliveryStream",
        (*_S3, "ErrorOutputPrefix"),
        "errors/!{timestamp:yyyy}/",
        ("firehose",),
    ),
    Wrong(
        "gzip in small letters",
        "DeliveryStream",
        (*_S3, "CompressionFormat"),
        "gzip",
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong(
        "an unknown processor of records",
        "DeliveryStream",
        (*_PROCESSOR, "Type"),
        "Banana",
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong(
        "a second line feed",
        "DeliveryStream",
        (*_S3, "ProcessingConfiguration", "Processors", 0),
        {"Type": "AppendDelimiterToRecord", "Parameters": [{"ParameterName": "Delimiter", "ParameterValue": "\\n"}]},
        ("firehose",),
    ),
    Wrong(
        "an offset for a zone",
        "DeliveryStream",
        (*_S3, "CustomTimeZone"),
        "UTC+8",
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong(
        "no dot before the extension",
        "DeliveryStream",
        (*_S3, "FileExtension"),
        "gz",
        ("create_calls", "cfn_lint", "firehose", "cdk_nag"),
    ),
    Wrong(
        "no partitioning",
        "DeliveryStream",
        (*_S3, "DynamicPartitioningConfiguration", "Enabled"),
        False,
        ("firehose",),
        "aws/aws-cdk#35903",
    ),
    Wrong(
        "retries for a day",
        "DeliveryStream",
        (*_S3, "DynamicPartitioningConfiguration", "RetryOptions", "DurationInSeconds"),
        86_400,
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong("a name with a blank", "DeliveryStream", (_P, "DeliveryStreamName"), "raw stream", ("create_calls",)),
    Wrong(
        "a log with a colon",
        "DeliveryStream",
        (*_S3, "CloudWatchLoggingOptions", "LogStreamName"),
        "a:b",
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong(
        "made before its log, and after it",
        "DeliveryStreamLog",
        ("DependsOn",),
        ["DeliveryStream"],
        ("cfn_lint", "cdk_nag"),
    ),
)
GLUE = (
    Wrong("an unknown version", "JobOfCrawl", (_P, "GlueVersion"), "9.9", ("glue",)),
    Wrong(
        "an unknown worker",
        "JobOfCrawl",
        (_P, "WorkerType"),
        "G1.X",
        ("create_calls", "cfn_lint", "cdk_nag"),
        "toryas/serverless-glue#21",
    ),
    Wrong("one worker", "JobOfCrawl", (_P, "NumberOfWorkers"), 1, ("glue",), "hashicorp/terraform-provider-aws#23372"),
    Wrong(
        "workers and capacity",
        "JobOfCrawl",
        (_P, "MaxCapacity"),
        2,
        ("glue",),
        "hashicorp/terraform-provider-aws#24741",
    ),
    Wrong(
        "a minor version of Python",
        "JobOfCrawl",
        (_P, "Command", "PythonVersion"),
        "3.13",
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong("tried again by Glue", "JobOfCrawl", (_P, "MaxRetries"), 3, ("glue",)),
    Wrong("no schedule", "TriggerOfCrawlOfRainfall", (_P, "Schedule"), GONE, ("glue",)),
    Wrong("a rate", "TriggerOfCrawlOfRainfall", (_P, "Schedule"), "rate(15 minutes)", ("schedules",)),
    Wrong(
        "every sixtieth minute",
        "TriggerOfCrawlOfRainfall",
        (_P, "Schedule"),
        "cron(*/60 * * * ? *)",
        ("schedules",),
        "aws/aws-sdk-js#4212",
    ),
    Wrong(
        "no operator",
        "TriggerOfDeleteOfRainfall",
        (*_CONDITION, "LogicalOperator"),
        GONE,
        ("glue",),
        "aws/aws-cdk#34652",
    ),
    Wrong(
        "a state of EventBridge's",
        "TriggerOfDeleteOfRainfall",
        (*_CONDITION, "State"),
        "SUCCESS",
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong(
        "no state",
        "TriggerOfDeleteOfRainfall",
        (*_CONDITION, "State"),
        GONE,
        ("glue",),
        "hashicorp/terraform-provider-aws#43013",
    ),
    Wrong("two conditions alone", "TriggerOfDeleteOfRainfall", (_P, "Predicate"), {"Conditions": _TWO}, ("glue",)),
    Wrong(
        "or", "TriggerOfDeleteOfRainfall", (_P, "Predicate", "Logical"), "OR", ("create_calls", "cfn_lint", "cdk_nag")
    ),
    Wrong(
        "never started",
        "TriggerOfDeleteOfRainfall",
        (_P, "StartOnCreation"),
        False,
        ("glue",),
        "aws-cloudformation/cloudformation-coverage-roadmap#1474",
    ),
    Wrong(
        "it starts what it watches",
        "TriggerOfDeleteOfRainfall",
        (_P, "Actions", 0, "JobName"),
        {"Ref": "JobOfCrawl"},
        ("glue",),
        "hashicorp/terraform-provider-aws#39571",
    ),
    Wrong(
        "made at the same time",
        "TriggerOfDeleteOfRainfall",
        ("DependsOn",),
        GONE,
        ("glue",),
        "aws-cloudformation/cloudformation-coverage-roadmap#2103",
    ),
    Wrong("no time at all", "JobOfCrawl", (_P, "Timeout"), 0, ("create_calls", "cfn_lint", "cdk_nag")),
    Wrong(
        "a place that is not filled in",
        "JobOfCrawl",
        (_P, "Command", "ScriptLocation"),
        "s3://${ArtefactsBucket}/${GlueScript}",
        ("cfn_lint", "cdk_nag"),
    ),
    Wrong("a workflow without a name", "WorkflowOfRainfall", (_P, "Name"), "", ("create_calls", "cfn_lint", "cdk_nag")),
)
CATALOG = (
    Wrong(
        "UTC's days",
        "RawLinesOfRainfall",
        (*_INPUT, "Parameters", "projection.dt.range"),
        "2024-01-01,NOW",
        ("promises",),
    ),
    Wrong(
        "partitions elsewhere",
        "RawLinesOfRainfall",
        (*_INPUT, "Parameters", "storage.location.template"),
        {"Fn::Sub": "s3://${LakeBucket}/raw/rainfall/${!dt}/${!hour}/"},
        ("promises",),
    ),
    Wrong(
        "a payload that is parsed",
        "RawLinesOfRainfall",
        (*_INPUT, "StorageDescriptor", "Columns", 0, "Name"),
        "payload",
        ("promises",),
    ),
    Wrong(
        "a table without a name", "RawLinesOfRainfall", (*_INPUT, "Name"), "", ("create_calls", "cfn_lint", "cdk_nag")
    ),
    Wrong(
        "a database of a long name",
        "RawDatabase",
        (_P, "DatabaseInput", "Name"),
        "x" * 256,
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong(
        "a type of two lines",
        "RawLinesOfRainfall",
        (*_INPUT, "StorageDescriptor", "Columns", 0, "Type"),
        "string\n",
        ("create_calls",),
    ),
    Wrong(
        "a SerDe that parses",
        "RawLinesOfRainfall",
        (*_INPUT, "StorageDescriptor", "SerdeInfo", "SerializationLibrary"),
        "org.openx.data.jsonserde.JsonSerDe",
        ("promises",),
    ),
)
QUERIES = (
    Wrong(
        "a cutoff under the least",
        "JobsWorkgroup",
        (*_GROUP, "BytesScannedCutoffPerQuery"),
        1,
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong(
        "an engine by another name",
        "JobsWorkgroup",
        (*_GROUP, "EngineVersion", "SelectedEngineVersion"),
        "Athena engine v3",
        ("promises",),
    ),
    Wrong(
        "an unknown encryption",
        "JobsWorkgroup",
        (*_GROUP, "ResultConfiguration", "EncryptionConfiguration", "EncryptionOption"),
        "SSE-S3",
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong("a workgroup that is On", "JobsWorkgroup", (_P, "State"), "ON", ("create_calls", "cfn_lint", "cdk_nag")),
    Wrong(
        "results anywhere",
        "ReadersWorkgroup",
        (*_GROUP, "EnforceWorkGroupConfiguration"),
        False,
        ("checkov", "promises"),
    ),
    Wrong(
        "a statement with a hyphen",
        "QueryOfDays",
        (_P, "StatementName"),
        "all-days",
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong("a workgroup's name with blanks", "JobsWorkgroup", (_P, "Name"), "jobs of uat", ("create_calls",)),
)
ALERTS = (
    Wrong(
        "a sign for a comparison",
        "DeliveryLate",
        (_P, "ComparisonOperator"),
        ">",
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong("an unknown statistic", "DeliveryLate", (_P, "Statistic"), "Max", ("create_calls", "cfn_lint", "cdk_nag")),
    Wrong("a period of 90 s", "DeliveryLate", (_P, "Period"), 90, ("cfn_lint",)),
    Wrong("a period of 45 s", "DeliveryLate", (_P, "Period"), 45, ("cfn_lint",)),
    Wrong(
        "a pattern without lists",
        "GlueJobsFailed",
        (_P, "EventPattern", "source"),
        "aws.glue",
        ("event_ruler", "cdk_nag"),
    ),
    Wrong(
        "an unknown test in a pattern",
        "GlueJobsFailed",
        (_P, "EventPattern", "detail", "jobName"),
        [{"begins": "millrace"}],
        ("event_ruler", "cdk_nag"),
    ),
    Wrong(
        "a kind of event in small letters",
        "GlueJobsFailed",
        (_P, "EventPattern", "detail-type"),
        ["Glue job state change"],
        ("event_ruler",),
        "localstack/localstack#3586",
    ),
    Wrong(
        "states as Glue's API has them",
        "GlueJobsFailed",
        (_P, "EventPattern", "detail", "state"),
        ["ERROR", "FAILED", "STOPPED"],
        ("event_ruler",),
    ),
    Wrong("everybody's jobs", "GlueJobsFailed", (_P, "EventPattern", "detail", "jobName"), GONE, ("event_ruler",)),
    Wrong(
        "a name's field as the API has it",
        "GlueJobsFailed",
        (_P, "EventPattern", "detail"),
        {"JobName": [{"prefix": "millrace"}], "state": ["FAILED", "STOPPED", "TIMEOUT"]},
        ("event_ruler",),
        "aws/serverless-application-model#2406",
    ),
    Wrong(
        "a target without an id",
        "GlueJobsFailed",
        (_P, "Targets", 0, "Id"),
        GONE,
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong(
        "a target's id with a blank",
        "GlueJobsFailed",
        (_P, "Targets", 0, "Id"),
        "to alerts",
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong("a name too long", "DeliveryLate", (_P, "AlarmName"), "x" * 256, ("create_calls", "cfn_lint", "cdk_nag")),
    Wrong("publishers without TLS", "AlertsPolicy", (_P, "PolicyDocument", "Statement", 2), GONE, ("cdk_nag",)),
)
ACCESS = (
    Wrong("everything", "PollRoleOfRainfall", (*_STATEMENTS, 1, "Action"), ["firehose:*"], ("parliament", "cdk_nag")),
    Wrong(
        "on everything",
        "PollRoleOfRainfall",
        (*_STATEMENTS, 4, "Resource"),
        "*",
        ("parliament", "cdk_nag", "promises"),
    ),
    Wrong(
        "allow in small letters",
        "PollRoleOfRainfall",
        (*_STATEMENTS, 1, "Effect"),
        "allow",
        ("cfn_lint", "parliament", "cdk_nag"),
    ),
    Wrong(
        "a name of no action",
        "PollRoleOfRainfall",
        (*_STATEMENTS, 1, "Action"),
        ["firehose:PutRecords"],
        ("cfn_lint", "parliament"),
    ),
    Wrong(
        "objects for a bucket",
        "DeliveryStreamRole",
        (*_STATEMENTS, 0, "Resource"),
        "arn:aws:s3:::lake/raw/*",
        ("parliament", "cdk_nag"),
    ),
    Wrong(
        "a table for a stream",
        "PollRoleOfTaxiAvailability",
        (*_STATEMENTS, 1, "Resource"),
        {"Fn::GetAtt": ["StateTable", "Arn"]},
        ("parliament",),
    ),
    Wrong(
        "an unknown condition",
        "JobRoleOfProd",
        (*_STATEMENTS, 5, "Condition"),
        {"StringEquals": {"glue:Databases": "x"}},
        ("parliament",),
    ),
    Wrong(
        "a queue for every queue",
        "NewObjectsPolicy",
        (_P, "PolicyDocument", "Statement", 0, "Resource"),
        "*",
        ("parliament",),
    ),
    Wrong(
        "a misspelt principal",
        "NewObjectsPolicy",
        (_P, "PolicyDocument", "Statement", 0, "Principal"),
        {"Service": "sns.amazon.com"},
        ("promises",),
    ),
    Wrong(
        "a role for nobody",
        "ScheduleRoleOfRainfall",
        (_P, "AssumeRolePolicyDocument", "Statement", 0, "Principal"),
        {"Service": "schedule.amazonaws.com"},
        ("promises",),
    ),
    Wrong(
        "a policy too long",
        "PollRoleOfRainfall",
        (*_STATEMENTS, 1),
        {"Effect": "Allow", "Action": ["firehose:PutRecordBatch"], "Resource": _STREAMS},
        ("promises",),
    ),
    Wrong(
        "a role for everybody",
        "PollRoleOfRainfall",
        (_P, "AssumeRolePolicyDocument", "Statement", 0, "Principal"),
        {"AWS": "*"},
        ("checkov",),
    ),
)

DUTIES = (
    Wrong("no data is no alarm", "AuditFails", (_P, "TreatMissingData"), "notBreaching", ("promises",)),
    Wrong("an alarm that looks back too far", "AuditFails", (_P, "EvaluationPeriods"), 200, ("promises",)),
    Wrong("two results of one alarm", "Throttled", (_P, "Metrics", 0, "ReturnData"), True, ("promises",)),
    Wrong(
        "another attribute",
        "StateTable",
        (_P, "TimeToLiveSpecification", "AttributeName"),
        "expiresAt",
        ("promises",),
    ),
    Wrong(
        "no expiry",
        "StateTable",
        (_P, "TimeToLiveSpecification", "Enabled"),
        "on",
        ("create_calls", "cfn_lint", "cdk_nag", "promises"),
    ),
    Wrong("a duty without a queue", "DutyOfVacuum", (*_TARGET, "DeadLetterConfig"), GONE, ("promises",)),
    Wrong("twenty minutes", "Tend", (_P, "Timeout"), 1200, ("cfn_lint", "cdk_nag")),
    Wrong(
        "jobs that never take long",
        "JobOfProd",
        (_P, "NotificationProperty", "NotifyDelayAfter"),
        0,
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
)
WRONG = (
    *BUCKET,
    *MESSAGES,
    *STATE,
    *FUNCTION,
    *SCHEDULE,
    *STREAM,
    *GLUE,
    *CATALOG,
    *QUERIES,
    *ALERTS,
    *ACCESS,
    *DUTIES,
)
