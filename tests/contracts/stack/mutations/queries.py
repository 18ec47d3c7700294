"""Wrong variants of Athena's workgroups and statements."""

from __future__ import annotations

from tests.contracts.stack.mutations.wrong import Wrong

_P = "Properties"
_GROUP = (_P, "WorkGroupConfiguration")

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
