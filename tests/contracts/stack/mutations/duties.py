"""Wrong variants of the function of duties."""

from __future__ import annotations

from tests.contracts.stack.mutations.wrong import GONE, Wrong

_P = "Properties"
_TARGET = (_P, "Target")

DUTIES = (
    Wrong("no data is no alarm", "AuditFails", (_P, "TreatMissingData"), "notBreaching", ("promises",)),
    Wrong("an alarm that looks back too far", "AuditFails", (_P, "EvaluationPeriods"), 200, ("create_calls",)),
    Wrong("two results of one alarm", "Throttled", (_P, "Metrics", 0, "ReturnData"), True, ("create_calls",)),
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
