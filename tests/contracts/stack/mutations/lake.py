"""Wrong variants of the bucket, the messages about new objects and the table of state."""

from __future__ import annotations

from tests.contracts.stack.mutations.wrong import GONE, Wrong

_P = "Properties"
_LIFECYCLE = (_P, "LifecycleConfiguration", "Rules", 0)

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
    Wrong("made before the topic's policy", "LakeBucket", ("DependsOn",), [], ("promises",), "aws/aws-cdk#584"),
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
