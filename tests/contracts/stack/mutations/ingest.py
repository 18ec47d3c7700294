"""Wrong variants of the functions that poll, their schedules and the delivery stream."""

from __future__ import annotations

from tests.contracts.stack.mutations.wrong import GONE, Wrong
from tests.contracts.stack.templates import content

_P = "Properties"
_S3 = (_P, "ExtendedS3DestinationConfiguration")
_PROCESSOR = (*_S3, "ProcessingConfiguration", "Processors", 0)
_QUERY = (*_PROCESSOR, "Parameters", 0, "ParameterValue")
_TARGET = (_P, "Target")
_RETRY = (*_TARGET, "RetryPolicy")
_VERSION = next(title for title in content("uat")["Resources"] if title.startswith("VersionOfPollOfRainfall"))
_RAW_ONLY = "raw/!{partitionKeyFromQuery:source}/dt=!{partitionKeyFromQuery:dt}/hour=!{partitionKeyFromQuery:hr}/"

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
    Wrong("a version gone with the next one", _VERSION, ("DeletionPolicy",), "Delete", ("promises",)),
    Wrong("a version of nothing", _VERSION, (_P, "FunctionName"), GONE, ("create_calls", "cfn_lint", "cdk_nag")),
)

SCHEDULE = (
    Wrong(
        "code that changes under it",
        "ScheduleOfRainfall",
        (*_TARGET, "Arn"),
        {"Fn::GetAtt": ["PollOfRainfall", "Arn"]},
        ("promises",),
    ),
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
