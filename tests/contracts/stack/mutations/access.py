"""Wrong variants of roles."""

from __future__ import annotations

from tests.contracts.stack.mutations.wrong import Wrong

_P = "Properties"
_STATEMENTS = (_P, "Policies", 0, "PolicyDocument", "Statement")
_STREAMS = [f"arn:aws:firehose:ap-southeast-1:123456789012:deliverystream/{number:0100}" for number in range(70)]

ACCESS = (
    Wrong("everything", "PollRoleOfRainfall", (*_STATEMENTS, 1, "Action"), ["firehose:*"], ("parliament", "cdk_nag")),
    Wrong(
        "on everything",
        "ScheduleRoleOfRainfall",
        (*_STATEMENTS, 1, "Resource"),
        "*",
        ("parliament", "cdk_nag", "promises", "checkov"),
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
