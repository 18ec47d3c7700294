"""Wrong variants of state machines, their schedules and the rule about them."""

from __future__ import annotations

from dataclasses import replace

from tests.contracts.stack.mutations.wrong import GONE, Wrong

_STAGE = "uat, by state machines"
_POLLS, _RAIN, _TAXIS = "MachineOfPolls", "MachineOfRainfall", "MachineOfTaxiAvailability"
_P = "Properties"
_STATES = (_P, "Definition", "States")
_CRAWL = (*_STATES, "crawl")
_OF_EVENT = (_P, "EventPattern", "detail")
_ASL = ("asl_validator", "cfn_lint")

MACHINES = tuple(
    replace(one, stage=_STAGE)
    for one in (
        Wrong("no first state", _POLLS, (_P, "Definition", "StartAt"), GONE, _ASL),
        Wrong("a state that is not there comes next", _POLLS, (*_CRAWL, "Next"), "deleted", ("asl_validator",)),
        Wrong("a time limit of none", _POLLS, (*_CRAWL, "TimeoutSeconds"), 0, _ASL),
        Wrong(
            "an unknown kind of machine",
            _POLLS,
            (_P, "StateMachineType"),
            "SLOW",
            ("create_calls", "cfn_lint", "cdk_nag"),
        ),
        Wrong("a task of nothing", _RAIN, (*_CRAWL, "Resource"), GONE, _ASL),
        Wrong("two time limits", _RAIN, (*_CRAWL, "TimeoutSecondsPath"), "$.run.seconds", ("asl_validator",)),
        Wrong("a choice without rules", _RAIN, (*_STATES, "Is crawl done?", "Choices"), [], ("asl_validator",)),
        Wrong(
            "an unknown level of the log",
            _RAIN,
            (_P, "LoggingConfiguration", "Level"),
            "WARN",
            ("create_calls", "cfn_lint", "cdk_nag"),
        ),
        Wrong("a place that is no path", _TAXIS, (*_CRAWL, "ResultPath"), "step", _ASL),
        Wrong("no way on and no end", _TAXIS, (*_CRAWL, "Next"), GONE, _ASL),
        Wrong(
            "a value that is no path",
            _TAXIS,
            (*_CRAWL, "Parameters", "Payload", "run_id.$"),
            "run_id",
            ("asl_validator",),
        ),
        Wrong("a catch that leads nowhere", _TAXIS, (*_CRAWL, "Catch", 0, "Next"), GONE, _ASL),
        Wrong(
            "a call of code that changes under it",
            _RAIN,
            (*_CRAWL, "Parameters", "FunctionName"),
            {"Fn::GetAtt": ["Jobs", "Arn"]},
            ("promises",),
        ),
        Wrong("a start without its key", "StartOfRainfall", (_P, "Target", "Input"), "{}", ("promises",)),
        Wrong(
            "states of executions in small letters",
            "RunsCutShort",
            (*_OF_EVENT, "status"),
            ["aborted", "timed_out"],
            ("event_ruler",),
        ),
        Wrong("everybody's machines", "RunsCutShort", (*_OF_EVENT, "stateMachineArn"), GONE, ("event_ruler",)),
    )
)
