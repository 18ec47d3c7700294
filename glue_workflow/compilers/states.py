"""The states of which a state machine is made, in the Amazon States Language with JSONPath.

Sources: Step Functions developer guide, "Handling errors in Step Functions workflows", "Handle transient Lambda service
exceptions", "Invoke an AWS Lambda function with Step Functions", "Start an AWS Glue job with Step Functions".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from millrace.errors import RetryLater, ServiceBusy

# In the place of what only a stack knows, as CloudFormation's Fn::Sub has them.
PARTITION, JOB_FUNCTION, ALERTS_TOPIC = "Partition", "JobFunction", "AlertsTopic"
GLUE_JOB = "GlueJobOf"  # and the name of a job of Glue

_INVOKE = f"arn:${{{PARTITION}}}:states:::lambda:invoke"
_PUBLISH = f"arn:${{{PARTITION}}}:states:::sns:publish"
_START_JOB = f"arn:${{{PARTITION}}}:states:::glue:startJobRun.sync"
ANY_ERROR = "States.ALL"
# What passes by itself: the service had no room or lost the call; the process died; AWS was busy for the job.
_LOST = (
    *("Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException"),
    *("Lambda.TooManyRequestsException", "Lambda.ClientExecutionTimeoutException"),
)
_DIED = ("Lambda.Unknown", "Sandbox.Timedout", "Runtime.ExitError")
_BUSY = (RetryLater.__name__, ServiceBusy.__name__)
_NO_ROOM = (
    *("Glue.ConcurrentRunsExceededException", "Glue.ResourceNumberLimitExceededException"),
    "Glue.ThrottlingException",
)
FAILURE = "$.failure"  # where an error is

State = dict[str, Any]


def all_states(machine: Mapping[str, Any]) -> Iterator[tuple[str, State]]:
    """The states of a machine with their names, those of branches and items included."""
    for name, state in machine["States"].items():
        yield name, state
        for inner in [*state.get("Branches", ()), *([state["ItemProcessor"]] if "ItemProcessor" in state else [])]:
            yield from all_states(inner)


def call_of_run(payload: Mapping[str, Any], answer: Mapping[str, Any], place: str, seconds: int) -> State:
    """A call of the run protocol by the function of jobs. `answer`: what is kept of it, at `place`."""
    return {
        "Type": "Task",
        "Resource": _INVOKE,
        "Parameters": {"FunctionName": f"${{{JOB_FUNCTION}}}", "Payload": dict(payload)},
        "ResultSelector": dict(answer),
        "ResultPath": place,
        "TimeoutSeconds": seconds,
        "Retry": [retrier(_LOST, 6), retrier(_BUSY, 4), retrier(_DIED, 2)],
    }


def glue_job_run(name: str, arguments: Mapping[str, Any], seconds: int) -> State:
    """A run of a Glue job, which is waited for. `name`: as the compiler of Glue has it."""
    return {
        "Type": "Task",
        "Resource": _START_JOB,
        "Parameters": {"JobName": f"${{{GLUE_JOB}{name}}}", "Arguments": dict(arguments)},
        "ResultPath": None,
        "TimeoutSeconds": seconds,
        "Retry": [retrier(_NO_ROOM, 6)],
    }


def notification(message: str, seconds: int) -> State:
    """A message to the topic of alerts. `message`: an intrinsic function."""
    return {
        "Type": "Task",
        "Resource": _PUBLISH,
        "Parameters": {"TopicArn": f"${{{ALERTS_TOPIC}}}", "Message.$": message},
        "ResultPath": None,
        "TimeoutSeconds": seconds,
        "Retry": [retrier([ANY_ERROR], 3)],
    }


def retrier(errors: Iterable[str], attempts: int) -> State:
    waits = {"IntervalSeconds": 2, "BackoffRate": 2, "MaxDelaySeconds": 60, "JitterStrategy": "FULL"}
    return {"ErrorEquals": list(errors), "MaxAttempts": attempts, **waits}


def caught(error: str, place: str, following: str) -> State:
    return {"ErrorEquals": [error], "ResultPath": place, "Next": following}


def equals(variable: str, value: str | bool, following: str | None = None) -> State:
    """A rule of a Choice, or a part of one, which has no state to follow."""
    kind = "BooleanEquals" if isinstance(value, bool) else "StringEquals"
    rule = {"Variable": variable, kind: value}
    return rule if following is None else {**rule, "Next": following}
