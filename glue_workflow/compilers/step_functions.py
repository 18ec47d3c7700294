"""A workflow as a state machine of AWS Step Functions, in the Amazon States Language: JSONPath, a Standard workflow.

Each task is one call of the run protocol by the function of jobs. What jobs hand on is in the run store, so a payload
has the run's id, what the last step answered, and how often a step was called again.

The first rule of each Choice is the usual way: `usual_states` follows the first rules.
Sources: Step Functions developer guide, "Using Amazon States Language", "Handling errors in Step Functions workflows",
"Handle transient Lambda service exceptions", "Invoke an AWS Lambda function with Step Functions".
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from millrace.errors import DefinitionError, LeaseHeld, RetryLater, ServiceBusy
from millrace.glue_workflow.job_kinds import JOB_KINDS, SCRIPT
from millrace.glue_workflow.workflow import Job, Workflow

# In the place of what only a stack knows, as CloudFormation's Fn::Sub has them.
PARTITION, JOB_FUNCTION, ALERTS_TOPIC = "Partition", "JobFunction", "AlertsTopic"

BEGIN, END, END_FAILED = "Begin the run", "End the run", "End the failed run"
TELL = "Tell of the failure"
_BEGUN, _ENDED = "Is there a run to make?", "Did the run succeed?"
_UNENDED, _TOO_OFTEN = "Take the failure as it is", "Give up after too many calls"
_DONE, _NOTHING, _UNTOLD = "Done", "Nothing to run", "Failed"
_MOST_NAME = 80  # characters of a state's name
_STEP_ENDS = timedelta(minutes=1)  # of a process, in which a job gives up; and more than it takes to answer
_SLACK_SECONDS = 60  # the function's own limit comes first

_INVOKE = f"arn:${{{PARTITION}}}:states:::lambda:invoke"
_PUBLISH = f"arn:${{{PARTITION}}}:states:::sns:publish"
_ANY = "States.ALL"
# What passes by itself: the service had no room or lost the call; the process died; AWS was busy for the job.
_LOST = (
    *("Lambda.ServiceException", "Lambda.AWSLambdaException", "Lambda.SdkClientException"),
    *("Lambda.TooManyRequestsException", "Lambda.ClientExecutionTimeoutException"),
)
_DIED = ("Lambda.Unknown", "Sandbox.Timedout", "Runtime.ExitError")
_BUSY = (RetryLater.__name__, ServiceBusy.__name__)

State = dict[str, Any]


@dataclass(frozen=True)
class StepFunctions:
    """The definition of a state machine, with `${JobFunction}`, `${AlertsTopic}` and `${Partition}` in it.

    Its input is what `begin` is told of the start: `{"key": "2026-11-30T06:30:00Z"}`, and perhaps what is wanted.
    `invocation`: how long the function of jobs may take for one call. `told_by_end`: whether the run's end tells the
    topic of a failure; then the state machine tells of those alone that could not be ended.
    """

    invocation: timedelta = timedelta(minutes=15)
    told_by_end: bool = False

    def compile(self, workflow: Workflow) -> dict[str, Any]:
        """Raises DefinitionError for a job whose name makes no state, and for one that needs DuckDB."""
        jobs = list(workflow.in_order())
        for job in jobs:
            _check(workflow, job)
        states = self._begin(workflow, jobs[0].name)
        for job, following in zip(jobs, [*(one.name for one in jobs[1:]), END], strict=True):
            states |= self._step(workflow, job, following)
        calls = len(jobs) + 2 + sum(self._again(job) for job in jobs)
        return {
            "Comment": f"Millrace: the workflow {workflow.name}.",
            "StartAt": BEGIN,
            "TimeoutSeconds": calls * self._seconds,
            "States": states | self._end(workflow) | self._failure(workflow),
        }

    @property
    def _seconds(self) -> int:
        return math.ceil(self.invocation.total_seconds()) + _SLACK_SECONDS

    def _begin(self, workflow: Workflow, first: str) -> dict[str, State]:
        """Another run that is under way takes what this one would have taken, or leaves it to the next one."""
        answer = {"run_id.$": "$.Payload.run_id", "state.$": "$.Payload.state", "calls_again": 0}
        begin = self._call(workflow, "begin", {"start.$": "$"}, answer, "$.run", _BEGUN, _UNENDED)
        begin["Catch"].insert(0, _caught(LeaseHeld.__name__, "$.failure", _NOTHING))
        running = {"Variable": "$.run.state", "StringEquals": "running", "Next": first}
        return {
            BEGIN: begin,
            _BEGUN: {"Type": "Choice", "Choices": [running], "Default": _NOTHING},
            _NOTHING: {"Type": "Succeed"},
        }

    def _step(self, workflow: Workflow, job: Job, following: str) -> dict[str, State]:
        """The state of a job, and those that look at its answer where its kind may answer more than that it is done."""
        kind = JOB_KINDS[job.kind]
        looks = f"Is {job.name} done?"
        asked = {"run_id.$": "$.run.run_id", "job": job.name}
        answer = {"state.$": "$.Payload.state", "ends_run.$": "$.Payload.ends_run"}
        after = looks if kind.asks_again or kind.ends_run else following
        states = {job.name: self._call(workflow, "step", asked, answer, "$.step", after, END_FAILED)}
        if after == looks:
            states[looks] = self._looks(job, following)
        if kind.asks_again:
            states[f"Call {job.name} again"] = _counted(job.name)
        return states

    def _looks(self, job: Job, following: str) -> State:
        """What comes after a job that may answer more than that it is done."""
        kind = JOB_KINDS[job.kind]
        done = {"Variable": "$.step.state", "StringEquals": "succeeded"}
        goes_on = {"Variable": "$.step.ends_run", "BooleanEquals": False}
        if not kind.asks_again:
            return {"Type": "Choice", "Choices": [{**goes_on, "Next": following}], "Default": END}
        usual: State = {"And": [done, goes_on]} if kind.ends_run else done
        choices = [{**usual, "Next": following}, *([{**done, "Next": END}] if kind.ends_run else [])]
        often = {"Variable": "$.run.calls_again", "NumericGreaterThanEquals": self._again(job), "Next": _TOO_OFTEN}
        return {"Type": "Choice", "Choices": [*choices, often], "Default": f"Call {job.name} again"}

    def _again(self, job: Job) -> int:
        """How often a step may be called again in one run: as often as its job's time limit needs, and once more."""
        if not JOB_KINDS[job.kind].asks_again:
            return 0
        return math.ceil(job.timeout / max(self.invocation - _STEP_ENDS, _STEP_ENDS)) + 1

    def _end(self, workflow: Workflow) -> dict[str, State]:
        asked = {"run_id.$": "$.run.run_id"}
        choices = [{"Variable": "$.ended.state", "StringEquals": "succeeded", "Next": _DONE}]
        if self.told_by_end:
            choices.append({"Variable": "$.ended.state", "StringEquals": "failed", "Next": _UNTOLD})
        return {
            END: self._call(workflow, "end", asked, _OF_END, "$.ended", _ENDED, END_FAILED),
            _ENDED: {"Type": "Choice", "Choices": choices, "Default": TELL},
            _DONE: {"Type": "Succeed"},
        }

    def _failure(self, workflow: Workflow) -> dict[str, State]:
        """The run is ended with the cause, people are told of it once, and the execution fails with it."""
        cause = "States.Format('{}: {}', $.failure.Error, $.failure.Cause)"
        told = f"Millrace: a run of {workflow.name} failed: {{}}. See millrace runs, or the execution {{}}."
        ended = {"run_id.$": "$.run.run_id", "error.$": cause}
        after = _UNTOLD if self.told_by_end else TELL
        return {
            END_FAILED: self._call(workflow, "end", ended, _OF_END, "$.ended", after, _UNENDED),
            _TOO_OFTEN: {"Type": "Pass", "Result": _MORE_THAN_ALLOWED, "ResultPath": "$.failure", "Next": END_FAILED},
            _UNENDED: {"Type": "Pass", "Parameters": {"error.$": cause}, "ResultPath": "$.ended", "Next": TELL},
            TELL: {
                "Type": "Task",
                "Resource": _PUBLISH,
                "Parameters": {
                    "TopicArn": f"${{{ALERTS_TOPIC}}}",
                    "Message.$": f"States.Format('{told}', $.ended.error, $$.Execution.Id)",
                },
                "ResultPath": None,
                "TimeoutSeconds": _SLACK_SECONDS,
                "Retry": [_retrier([_ANY], 3)],
                "Catch": [_caught(_ANY, "$.untold", _UNTOLD)],
                "Next": _UNTOLD,
            },
            _UNTOLD: {"Type": "Fail", "Error": "RunFailed", "CausePath": "$.ended.error"},
        }

    def _call(
        self,
        workflow: Workflow,
        call: str,
        asked: Mapping[str, Any],
        answer: Mapping[str, Any],
        place: str,
        following: str,
        failing: str,
    ) -> State:
        """One call of the protocol. `answer`: what is kept of it, at `place`; `failing`: the state after an error."""
        who = {"call": call, "workflow": workflow.name, "execution.$": "$$.Execution.Id"}
        return {
            "Type": "Task",
            "Resource": _INVOKE,
            "Parameters": {"FunctionName": f"${{{JOB_FUNCTION}}}", "Payload": {**who, **asked}},
            "ResultSelector": dict(answer),
            "ResultPath": place,
            "TimeoutSeconds": self._seconds,
            "Retry": [_retrier(_LOST, 6), _retrier(_BUSY, 4), _retrier(_DIED, 2)],
            "Catch": [_caught(_ANY, "$.failure", failing)],
            "Next": following,
        }


_MORE_THAN_ALLOWED = {
    "Error": "CalledTooOften",
    "Cause": "a job asked to be called again more often than its time limit allows: raise timeout_minutes",
}
_OF_END = {"state.$": "$.Payload.state", "error.$": "$.Payload.error"}


def usual_states(definition: Mapping[str, Any]) -> list[str]:
    """The states of a usual run, in their order: the first rule of each Choice is taken."""
    found, name = [], definition["StartAt"]
    while name and name not in found:
        found.append(name)
        state = definition["States"][name]
        name = state["Choices"][0]["Next"] if state["Type"] == "Choice" else state.get("Next", "")
    return found


def _counted(job: str) -> State:
    counted = {
        "run_id.$": "$.run.run_id",
        "state.$": "$.run.state",
        "calls_again.$": "States.MathAdd($.run.calls_again, 1)",
    }
    return {"Type": "Pass", "Parameters": counted, "ResultPath": "$.run", "Next": job}


def _retrier(errors: Any, attempts: int) -> State:
    waits = {"IntervalSeconds": 2, "BackoffRate": 2, "MaxDelaySeconds": 60, "JitterStrategy": "FULL"}
    return {"ErrorEquals": list(errors), "MaxAttempts": attempts, **waits}


def _caught(error: str, place: str, following: str) -> State:
    return {"ErrorEquals": [error], "ResultPath": place, "Next": following}


def _check(workflow: Workflow, job: Job) -> None:
    if job.kind == SCRIPT:
        raise DefinitionError(
            f"workflow {workflow.name}: job {job.name!r} runs a script, which needs DuckDB.",
            hint='The function of jobs has not got it: let Glue run the workflow, orchestrator = "glue".',
        )
    longest = f"Call {job.name} again"
    if len(longest) > _MOST_NAME:
        raise DefinitionError(
            f"workflow {workflow.name}: job {job.name!r} has too long a name for a state of Step Functions.",
            hint=f"Give it at most {_MOST_NAME - len(longest) + len(job.name)} characters, or let Glue run it.",
        )
