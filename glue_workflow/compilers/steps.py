"""The states of one job of a state machine: its call, and what looks at its answer."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

from millrace.glue_workflow.compilers.glue_triggers import glue_job_name
from millrace.glue_workflow.compilers.states import ANY_ERROR, FAILURE, State, call_of_run, caught, equals, glue_job_run
from millrace.glue_workflow.job_kinds import JOB_KINDS
from millrace.glue_workflow.job_options import JobRuntime, Joins
from millrace.glue_workflow.run.items import MOST_ITEMS
from millrace.glue_workflow.workflow import Job, Workflow

END = "End the run"
TOO_OFTEN = "CalledTooOften"
WHY = "a job asked to be called again more often than its time limit allows: raise timeout_minutes"
_STEP_ENDS = timedelta(minutes=1)  # of a process, in which a job gives up; and more than it takes to answer
_STATE, _ITEM = "$.step.state", "$.item"
_EXECUTION = "$$.Execution.Id"


def too_often(following: str) -> State:
    """What stands for the error of a step that is called too often, on the way to what is done about errors."""
    result = {"Error": TOO_OFTEN, "Cause": WHY}
    return {"Type": "Pass", "Result": result, "ResultPath": FAILURE, "Next": following}


@dataclass(frozen=True)
class StepStates:
    """The states of the jobs of one workflow.

    `invocation`: how long the function of jobs may take for one call, `seconds`: and how long a state waits for it.
    """

    workflow: Workflow
    invocation: timedelta
    seconds: int

    def of(self, job: Job, following: str, failing: str, given_up: str, called: int) -> dict[str, State]:
        """The states of a job, the first of which has its name, or `first_state`.

        `failing`: the state after an error; "" within a branch, whose errors the whole meets. `given_up`: the state
        after too many calls; `called`: how often steps may have been called again before.
        """
        if job.over is not None:
            states = self._of_items(job, following)
        elif job.runtime is JobRuntime.GLUE:
            states = self._on_glue(job, following)
        else:
            states = self._in_function(job, following, given_up, called)
        if failing:
            for state in states.values():
                if state["Type"] in ("Task", "Map"):
                    state["Catch"] = [caught(ANY_ERROR, FAILURE, failing)]
        return {name: _in_order(state) for name, state in states.items()}

    @cached_property
    def _skippable(self) -> set[str]:
        """The names of the jobs whose branch may not be taken."""
        found: set[str] = set()
        for job in self.workflow.in_order():
            left_out = [before in found for before in job.after]
            if job.when or (any(left_out) if job.joins is Joins.ALL else all(left_out)):
                found.add(job.name)
        return found

    def again(self, job: Job) -> int:
        """How often a step may be called again in one run: as often as its job's time limit needs, and once more."""
        if job.over is not None or job.runtime is JobRuntime.GLUE:
            return 0
        if job.until is not None:
            return job.until.at_most + 1
        if not JOB_KINDS[job.kind].asks_again:
            return 0
        return math.ceil(job.timeout / max(self.invocation - _STEP_ENDS, _STEP_ENDS)) + 1

    def longest(self, job: Job) -> int:
        """The seconds that a job may take with all its calls."""
        waits = int(job.until.longest.total_seconds()) if job.until is not None else 0
        if job.over is not None:
            return (math.ceil(MOST_ITEMS / job.over.at_once) + 2) * max(self.seconds, self._of_glue(job))
        if job.runtime is JobRuntime.GLUE:
            return self.seconds + self._of_glue(job)
        return waits + (self.again(job) + 1) * self.seconds

    def _in_function(self, job: Job, following: str, given_up: str, called: int) -> dict[str, State]:
        kind, looks = JOB_KINDS[job.kind], f"Is {job.name} done?"
        after = looks if job.asks_again or kind.ends_run else following
        states = {job.name: self._step(job, {"ends_run.$": "$.Payload.ends_run"}, after)}
        if after == looks:
            states[looks] = self._looks(job, following, given_up, called)
        if job.until is not None:
            waits = math.ceil(job.until.every.total_seconds())
            states[f"Wait before {job.name}"] = {"Type": "Wait", "Seconds": waits, "Next": f"Call {job.name} again"}
        if job.asks_again:
            states[f"Call {job.name} again"] = _counted(job.name)
        return states

    def _looks(self, job: Job, following: str, given_up: str, called: int) -> State:
        """What comes after a job that may answer more than that it is done."""
        kind, done = JOB_KINDS[job.kind], self._done(job)
        goes_on = equals("$.step.ends_run", False)
        if not job.asks_again:
            return {"Type": "Choice", "Choices": [{**goes_on, "Next": following}], "Default": END}
        usual: State = {"And": [done, goes_on]} if kind.ends_run else done
        choices = [{**usual, "Next": following}, *([{**done, "Next": END}] if kind.ends_run else [])]
        most = called + self.again(job)
        often = {"Variable": "$.run.calls_again", "NumericGreaterThanEquals": most, "Next": given_up}
        again = f"Wait before {job.name}" if job.until is not None else f"Call {job.name} again"
        return {"Type": "Choice", "Choices": [*choices, often], "Default": again}

    def _of_items(self, job: Job, following: str) -> dict[str, State]:
        """The step says which items are left; these are made, and it says that none is."""
        assert job.over is not None
        looks, each, one = f"Is {job.name} done?", f"Each of {job.name}", f"One of {job.name}"
        made = self._glue_run(job) if job.runtime is JobRuntime.GLUE else self._step(job, {}, "")
        given = {"run.$": "$.run", "item.$": "$$.Map.Item.Value"}
        processor = {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": one, "States": {one: {**made, "End": True}}}
        return {
            job.name: self._step(job, {"items.$": "$.Payload.items"}, looks, listed=True),
            looks: {"Type": "Choice", "Choices": [{**self._done(job), "Next": following}], "Default": each},
            each: {
                "Type": "Map",
                "ItemsPath": "$.step.items",
                "ItemSelector": given,
                "MaxConcurrency": job.over.at_once,
                "ItemProcessor": processor,
                "ResultPath": None,
                "Next": job.name,
            },
        }

    def _on_glue(self, job: Job, following: str) -> dict[str, State]:
        """A job that is done, or left out, needs no Glue job, which would cost a minute at least."""
        first, looks = first_state(job), f"Is {job.name} done?"
        return {
            first: self._step(job, {}, looks, look=True),
            looks: {
                "Type": "Choice",
                "Choices": [equals(_STATE, "running", job.name)],
                "Default": following,
            },
            job.name: {**self._glue_run(job), "Next": following},
        }

    def _glue_run(self, job: Job) -> State:
        arguments = {
            "--workflow": self.workflow.name,
            "--job": job.name,
            "--execution.$": _EXECUTION,
            "--run.$": "$.run.run_id",
            **({"--item.$": _ITEM} if job.over is not None else {}),
        }
        return glue_job_run(glue_job_name(self.workflow, job), arguments, self._of_glue(job))

    def _of_glue(self, job: Job) -> int:
        return int((job.longest * (job.retries + 1)).total_seconds()) + self.seconds

    def _step(self, job: Job, answer: State, following: str, *, look: bool = False, listed: bool = False) -> State:
        """`look`: nothing is made; `listed`: of a job that is made for items, the call that says which."""
        payload: State = {"call": "step", "workflow": self.workflow.name, "execution.$": _EXECUTION}
        payload |= {"run_id.$": "$.run.run_id", "job": job.name}
        payload |= {"look": True} if look else {}
        payload |= {"item.$": _ITEM} if job.over is not None and not listed else {}
        state = call_of_run(payload, {"state.$": "$.Payload.state", **answer}, "$.step", self.seconds)
        return {**state, "Next": following} if following else state

    def _done(self, job: Job) -> State:
        succeeded = equals(_STATE, "succeeded")
        if job.name not in self._skippable:
            return succeeded
        return {"Or": [succeeded, equals(_STATE, "skipped")]}


def first_state(job: Job) -> str:
    """The name of the first state of a job."""
    return f"Look at {job.name}" if job.runtime is JobRuntime.GLUE and job.over is None else job.name


def _counted(job: str) -> State:
    counted = {
        "run_id.$": "$.run.run_id",
        "state.$": "$.run.state",
        "calls_again.$": "States.MathAdd($.run.calls_again, 1)",
    }
    return {"Type": "Pass", "Parameters": counted, "ResultPath": "$.run", "Next": job}


def _in_order(state: Any) -> State:
    """`Next` and `End` come last, as a reader looks for them."""
    last = {key: state[key] for key in ("Next", "End") if key in state}
    return {key: value for key, value in state.items() if key not in last} | last
