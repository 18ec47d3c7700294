"""A workflow as a state machine of AWS Step Functions, in the Amazon States Language: JSONPath, a Standard workflow.

Each task is one call of the run protocol by the function of jobs. What jobs hand on is in the run store, so a payload
has the run's id, what the last step answered, and how often a step was called again. Whether a job is left out is said
by its step. Jobs between which there is no edge are branches of a Parallel state; one that is made for each item of a
list is a Map; one whose runtime is Glue is looked at first, and then made by a Glue job, which is waited for.

The first rule of each Choice is the usual way: `usual_states` follows the first rules.
Source: Step Functions developer guide, "Using Amazon States Language"; `states` has those of its parts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from millrace.errors import DefinitionError, LeaseHeld
from millrace.glue_workflow.compilers.arrangement import JobRow, SideBySide, arranged, jobs_in
from millrace.glue_workflow.compilers.refusals import refuse_scripts
from millrace.glue_workflow.compilers.states import (
    ANY_ERROR,
    FAILURE,
    State,
    call_of_run,
    caught,
    equals,
    notification,
)
from millrace.glue_workflow.compilers.steps import END, TOO_OFTEN, WHY, StepStates, first_state, too_often
from millrace.glue_workflow.job_kinds import JOB_KINDS
from millrace.glue_workflow.workflow import Job, Workflow

BEGIN, END_FAILED = "Begin the run", "End the failed run"
TELL = "Tell of the failure"
_BEGUN, _ENDED = "Is there a run to make?", "Did the run succeed?"
_UNENDED, _TOO_OFTEN = "Take the failure as it is", "Give up after too many calls"
_DONE, _NOTHING, _UNTOLD = "Done", "Nothing to run", "Failed"
_MOST_NAME = 80  # characters of a state's name
_SLACK_SECONDS = 60  # the function's own limit comes first


@dataclass(frozen=True)
class StepFunctions:
    """The definition of a state machine, with `${JobFunction}`, `${AlertsTopic}` and `${Partition}` in it, and for each
    job of Glue that it starts `${GlueJobOf<kind>}`.

    Its input is what `begin` is told of the start: `{"key": "2026-11-30T06:30:00Z"}`, and perhaps what is wanted.
    `invocation`: how long the function of jobs may take for one call. `told_by_end`: whether the run's end tells the
    topic of a failure; then the state machine tells of those alone that could not be ended.
    """

    invocation: timedelta = timedelta(minutes=15)
    told_by_end: bool = False

    def compile(self, workflow: Workflow) -> dict[str, Any]:
        """Raises DefinitionError for a job whose name makes no state, and for one that needs DuckDB."""
        refuse_scripts(workflow)
        for job in workflow.in_order():
            _check(workflow, job)
        row = arranged(workflow)
        _check_ends(workflow, row)
        steps = StepStates(workflow, self.invocation, self._seconds)
        return {
            "Comment": f"Millrace: the workflow {workflow.name}.",
            "StartAt": BEGIN,
            "TimeoutSeconds": 2 * self._seconds + sum(steps.longest(job) for job in workflow.jobs),
            "States": self._begin(workflow, _name(row[0]))
            | _states_of(steps, row, END, END_FAILED, 0)
            | self._end(workflow)
            | self._failure(workflow, asks_again=any(steps.again(one) for one in row if isinstance(one, Job))),
        }

    @property
    def _seconds(self) -> int:
        return math.ceil(self.invocation.total_seconds()) + _SLACK_SECONDS

    def _begin(self, workflow: Workflow, first: str) -> dict[str, State]:
        """Another run that is under way takes what this one would have taken, or leaves it to the next one."""
        answer = {"run_id.$": "$.Payload.run_id", "state.$": "$.Payload.state", "calls_again": 0}
        begin = self._call(workflow, "begin", {"start.$": "$"}, answer, "$.run", _BEGUN, _UNENDED)
        begin["Catch"].insert(0, caught(LeaseHeld.__name__, FAILURE, _NOTHING))
        running = equals("$.run.state", "running", first)
        return {
            BEGIN: begin,
            _BEGUN: {"Type": "Choice", "Choices": [running], "Default": _NOTHING},
            _NOTHING: {"Type": "Succeed"},
        }

    def _end(self, workflow: Workflow) -> dict[str, State]:
        asked = {"run_id.$": "$.run.run_id"}
        choices = [equals("$.ended.state", "succeeded", _DONE)]
        if self.told_by_end:
            choices.append(equals("$.ended.state", "failed", _UNTOLD))
        return {
            END: self._call(workflow, "end", asked, _OF_END, "$.ended", _ENDED, END_FAILED),
            _ENDED: {"Type": "Choice", "Choices": choices, "Default": TELL},
            _DONE: {"Type": "Succeed"},
        }

    def _failure(self, workflow: Workflow, *, asks_again: bool) -> dict[str, State]:
        """The run is ended with the cause, people are told of it once, and the execution fails with it.

        `asks_again`: whether a step outside of branches may be called too often.
        """
        cause = f"States.Format('{{}}: {{}}', {FAILURE}.Error, {FAILURE}.Cause)"
        told = f"Millrace: a run of {workflow.name} failed: {{}}. See millrace runs, or the execution {{}}."
        message = f"States.Format('{told}', $.ended.error, $$.Execution.Id)"
        ended = {"run_id.$": "$.run.run_id", "error.$": cause}
        after = _UNTOLD if self.told_by_end else TELL
        return {
            END_FAILED: self._call(workflow, "end", ended, _OF_END, "$.ended", after, _UNENDED),
            **({_TOO_OFTEN: too_often(END_FAILED)} if asks_again else {}),
            _UNENDED: {"Type": "Pass", "Parameters": {"error.$": cause}, "ResultPath": "$.ended", "Next": TELL},
            TELL: {
                **notification(message, _SLACK_SECONDS),
                "Catch": [caught(ANY_ERROR, "$.untold", _UNTOLD)],
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
        """A call of the protocol that is no step. As `call_of_run`; `failing`: the state after an error."""
        who = {"call": call, "workflow": workflow.name, "execution.$": "$$.Execution.Id"}
        state = call_of_run({**who, **asked}, answer, place, self._seconds)
        return {**state, "Catch": [caught(ANY_ERROR, FAILURE, failing)], "Next": following}


_OF_END = {"state.$": "$.Payload.state", "error.$": "$.Payload.error"}


def _states_of(steps: StepStates, row: JobRow, following: str, failing: str, called: int) -> dict[str, State]:
    """The states of a row. `failing`, `called`: as in `StepStates.of`."""
    states: dict[str, State] = {}
    for place, one in enumerate(row):
        after = _name(row[place + 1]) if place + 1 < len(row) else following
        if isinstance(one, SideBySide):
            states[_name(one)] = _side_by_side(steps, one, after, failing, called)
            continue
        given_up = _TOO_OFTEN if failing else f"Give up {one.name}"
        states |= steps.of(one, after, failing, given_up, called)
        if not failing and steps.again(one):
            states[given_up] = {"Type": "Fail", "Error": TOO_OFTEN, "Cause": WHY}
        called += steps.again(one)
    return states


def _side_by_side(steps: StepStates, one: SideBySide, following: str, failing: str, called: int) -> State:
    """An error in a branch ends the others, and is the whole's."""
    branches = []
    for branch in one.branches:
        last = f"Done with {jobs_in(branch)[-1].name}"
        states = _states_of(steps, branch, last, "", called)
        branches.append({"StartAt": _name(branch[0]), "States": {**states, last: {"Type": "Succeed"}}})
    state: State = {"Type": "Parallel", "Branches": branches, "ResultPath": None}
    if failing:
        state["Catch"] = [caught(ANY_ERROR, FAILURE, failing)]
    return {**state, "Next": following}


def _name(one: Job | SideBySide) -> str:
    """That of the first state."""
    if isinstance(one, Job):
        return first_state(one)
    name = "Make " + " and ".join(jobs_in(branch)[0].name for branch in one.branches)
    return name if len(name) <= _MOST_NAME else f"{name[: _MOST_NAME - 4]} ..."


def usual_states(definition: Mapping[str, Any]) -> list[tuple[str, State]]:
    """The states of a usual run, in their order: the first rule of each Choice is taken, all branches are, and one item
    is made where there may be any.
    """
    found: dict[str, State] = {}
    name = definition["StartAt"]
    while name and name not in found:
        state = found[name] = definition["States"][name]
        following = state.get("Next", "")
        for branch in state.get("Branches", ()):
            found |= usual_states(branch)
        if state["Type"] == "Choice":
            following, otherwise = state["Choices"][0]["Next"], definition["States"].get(state.get("Default"), {})
            if otherwise.get("Type") == "Map":
                found |= {state["Default"]: otherwise, **dict(usual_states(otherwise["ItemProcessor"]))}
        name = following
    return list(found.items())


def _check(workflow: Workflow, job: Job) -> None:
    longest = f"Call {job.name} again"
    if len(longest) > _MOST_NAME:
        raise DefinitionError(
            f"workflow {workflow.name}: job {job.name!r} has too long a name for a state of Step Functions.",
            hint=f"Give it at most {_MOST_NAME - len(longest) + len(job.name)} characters, or let Glue run it.",
        )


def _check_ends(workflow: Workflow, row: JobRow) -> None:
    """A branch cannot end the run: the others would go on."""
    beside = [job for one in row if isinstance(one, SideBySide) for branch in one.branches for job in jobs_in(branch)]
    for job in beside:
        if JOB_KINDS[job.kind].ends_run:
            raise DefinitionError(
                f"workflow {workflow.name}: job {job.name!r} may end the run, and others are made beside it.",
                hint="Let it come before them: name it in their `after`.",
            )
