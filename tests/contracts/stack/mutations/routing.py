"""Wrong variants of a stage whose runs events drive: its rules, and how its functions are invoked."""

from __future__ import annotations

from dataclasses import replace

from tests.contracts.stack.mutations.wrong import GONE, Wrong

_STAGE = "uat, by events"
_P = "Properties"
_DETAIL = (_P, "EventPattern", "detail")

ROUTING = tuple(
    replace(one, stage=_STAGE)
    for one in (
        Wrong("the ends of every stage's jobs", "JobEndedOfRainfall", (*_DETAIL, "stage"), GONE, ("event_ruler",)),
        Wrong("the ends of every workflow's jobs", "JobEndedOfPolls", (*_DETAIL, "workflow"), GONE, ("event_ruler",)),
        Wrong(
            "only of jobs that succeeded",
            "JobEndedOfRainfall",
            (*_DETAIL, "state"),
            ["succeeded"],
            ("event_ruler",),
        ),
        Wrong(
            "calls that anybody's function failed at",
            "CallFailedOfRainfall",
            (*_DETAIL, "requestContext"),
            GONE,
            ("event_ruler",),
        ),
        Wrong("runs that succeeded are told of", "RunsFailed", (*_DETAIL, "state"), GONE, ("event_ruler",)),
        Wrong(
            "what may pass by itself ends a run",
            "JobsInvocation",
            (_P, "MaximumRetryAttempts"),
            0,
            ("promises",),
        ),
        Wrong(
            "nobody is told of what was given up",
            "JobsInvocation",
            (_P, "DestinationConfig"),
            GONE,
            ("cdk_nag",),
        ),
    )
)
