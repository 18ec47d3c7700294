"""A template as cost sees it: its resources by type, what starts a function or a job, and how often that is a month.

A schedule or trigger that is off starts nothing. Some texts decide what is what: the event of a schedule (`source`,
`duty` or `workflow`), a trigger's argument `--workflow`, the `workflow` of a state machine's first call, and a router's
setting that names the function of jobs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, cached_property
from typing import Any
from zoneinfo import ZoneInfo

from millrace.glue_workflow.compilers.step_functions import usual_states
from millrace.infra.pricing.rounding import HOURS
from millrace.infra.stack.orchestration.events import GLUE_ENDED_OF
from millrace.infra.stack.resources import logical_id
from millrace.schedules.expressions import UTC_ZONE, Rate, read_schedule

_MONTH = timedelta(hours=HOURS)
_START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
_YEAR, _WEEK, _DAY = timedelta(days=365), timedelta(days=7), timedelta(days=1)
_MOST_TIMES = 3_000  # of a schedule, before it is looked at by whole weeks or days


@dataclass(frozen=True, slots=True)
class CountedStart:
    """`about`: the source or duty of a function, the run that calls it or that a state machine makes, or the workflow
    of a job; `times`: a month.
    """

    about: str
    times: float


@dataclass(frozen=True, slots=True)
class Frequencies:
    """What a reader says instead of the schedules: times an hour, of each source and of each workflow; None: theirs."""

    polls_per_hour: float | None = None
    runs_per_hour: float | None = None


class TemplateView:
    """`content`: the template, as data."""

    def __init__(self, content: Mapping[str, Any], frequencies: Frequencies | None = None) -> None:
        self.resources: Mapping[str, Mapping[str, Any]] = content.get("Resources", {})
        self._said = frequencies or Frequencies()

    def of_type(self, kind: str) -> dict[str, Mapping[str, Any]]:
        """The properties of each resource of a type, by logical id."""
        return {
            title: one.get("Properties", {}) for title, one in self.resources.items() if one["Type"] == f"AWS::{kind}"
        }

    def starts(self, function: str) -> list[CountedStart]:
        """What starts a function or a state machine by the clock, and the calls that usual executions make of it."""
        scheduled = [start for target, start in self._schedules.values() if target == function]
        return [*scheduled, *(call for machine in self._machines for call in self._calls(machine, function))]

    def _calls(self, machine: str, function: str) -> Iterator[CountedStart]:
        definition = self._machines[machine]["Definition"]
        called = [state.get("Parameters", {}) for _, state in usual_states(definition)]
        number = sum(self._function(referred(one.get("FunctionName"))) == function for one in called)
        if number:
            yield from (CountedStart(one.about, one.times * number) for one in self.starts(machine))

    @cached_property
    def _machines(self) -> dict[str, Mapping[str, Any]]:
        return self.of_type("StepFunctions::StateMachine")

    @cached_property
    def executions(self) -> dict[str, float]:
        """Runs a month that functions make, by workflow: executions of state machines, and starts of a router."""
        machines = (one for title in self._machines for one in self.starts(title))
        return {one.about.removeprefix(RUN_OF): one.times for one in machines} | self.routed

    @cached_property
    def routed(self) -> dict[str, float]:
        """Runs a month that a router drives, by workflow."""
        starts = [start for target, start in self._schedules.values() if target == self.router]
        return {one.about.removeprefix(RUN_OF): one.times for one in starts if one.about.startswith(RUN_OF)}

    @cached_property
    def looks(self) -> list[CountedStart]:
        """How often a month the clock of objects has a router look, by workflow."""
        return [start for _, start in self._schedules.values() if start.about.startswith(EVENTS_OF)]

    @cached_property
    def router(self) -> str:
        """The function that starts jobs of runs; "": there is none."""
        started = [target for target, one in self._schedules.values() if one.about.startswith((RUN_OF, EVENTS_OF))]
        return next((title for title in started if title in self.of_type("Lambda::Function")), "")

    @cached_property
    def routed_jobs(self) -> str:
        """The function that the router starts."""
        variables = self.of_type("Lambda::Function").get(self.router, {}).get("Environment", {}).get("Variables", {})
        return self._function(referred(variables.get("MILLRACE_AWS_JOB_FUNCTION")))

    def start_of(self, schedule: str) -> CountedStart:
        return self._schedules[schedule][1]

    @cached_property
    def polls(self) -> dict[str, float]:
        """Polls a month, by source."""
        return {start.about: start.times for _, start in self._schedules.values() if _is_poll(start)}

    @cached_property
    def duties(self) -> dict[str, float]:
        """How often each duty is done a month."""
        starts = (start for _, start in self._schedules.values())
        return {start.about: start.times for start in starts if start.about.startswith(_DUTY)}

    @cached_property
    def _schedules(self) -> dict[str, tuple[str, CountedStart]]:
        """The function that each schedule starts, and how often."""
        return {
            title: (self._function(referred(one.get("Target", {}).get("Arn"))), self._counted(title, one))
            for title, one in self.of_type("Scheduler::Schedule").items()
        }

    def _function(self, target: str) -> str:
        """The function that a version or an alias is of; a function itself."""
        one = self.resources.get(target, {"Type": ""})
        if one["Type"] not in ("AWS::Lambda::Version", "AWS::Lambda::Alias"):
            return target
        return referred(one["Properties"].get("FunctionName"))

    def _counted(self, title: str, schedule: Mapping[str, Any]) -> CountedStart:
        target = schedule.get("Target", {})
        event, machine = _event(target.get("Input")), self._machines.get(referred(target.get("Arn")))
        zone = ZoneInfo(schedule.get("ScheduleExpressionTimezone", "UTC"))
        on = schedule.get("State", "ENABLED") == "ENABLED"
        times = times_a_month(schedule["ScheduleExpression"], zone) if on else 0.0
        said = self._said.runs_per_hour
        if "Name" in event:  # a workflow of Glue, started by a universal target
            return CountedStart(f"{RUN_OF}{event['Name']}", times if said is None else said * HOURS)
        if machine is not None or "workflow" in event:
            flow = _workflow(machine) if machine is not None else event["workflow"]
            return CountedStart(f"{RUN_OF}{flow}", times if said is None else said * HOURS)
        if "objects_of" in event:
            return CountedStart(f"{EVENTS_OF}{event['objects_of']}", times)
        if "source" not in event:
            return CountedStart(f"{_DUTY}{event.get('duty', title)}", times)
        said = self._said.polls_per_hour
        return CountedStart(str(event["source"]), times if said is None else said * HOURS)

    def job_starts(self, job: str) -> list[CountedStart]:
        """The workflows that start a Glue job, and how often each does."""
        by_machines = [
            start
            for machine, one in self._machines.items()
            for _, state in usual_states(one["Definition"])
            if referred(state.get("Parameters", {}).get("JobName")) == job
            for start in self.starts(machine)
        ]
        by_router = [
            CountedStart(name, times)
            for name, times in self.executions.items()
            for rule in [self.of_type("Events::Rule").get(logical_id(GLUE_ENDED_OF, name), {})]
            for watched in rule.get("EventPattern", {}).get("detail", {}).get("jobName", ())
            if referred(watched) == job
        ]
        return [*by_machines, *by_router] + [
            CountedStart(about, times)
            for title in self.of_type("Glue::Trigger")
            for action, about, times in self._actions(title)
            if referred(action.get("JobName")) == job
        ]

    def crawls(self, crawler: str) -> float:
        """How often a crawler runs a month, by its own schedule or by triggers."""
        own = self.of_type("Glue::Crawler")[crawler].get("Schedule", {}).get("ScheduleExpression")
        return (times_a_month(own, UTC_ZONE) if own else 0) + sum(
            times
            for title in self.of_type("Glue::Trigger")
            for action, _, times in self._actions(title)
            if referred(action.get("CrawlerName")) == crawler
        )

    @cached_property
    def runs(self) -> dict[str, float]:
        """Runs a month, by workflow."""
        return self.executions | {
            about: times
            for title, one in self.of_type("Glue::Trigger").items()
            if one.get("Type") in ("SCHEDULED", "ON_DEMAND")
            for _, about, times in self._actions(title)
        }

    def _actions(self, trigger: str) -> Iterator[tuple[Mapping[str, Any], str, float]]:
        one = self.of_type("Glue::Trigger")[trigger]
        flow = self.of_type("Glue::Workflow").get(referred(one.get("WorkflowName")), {})
        about = flow.get("DefaultRunProperties", {}).get("workflow", trigger)
        for action in one.get("Actions", ()):
            yield action, about, self._firings(trigger, one)

    def _firings(self, title: str, trigger: Mapping[str, Any]) -> float:
        """How often a trigger fires a month: as often as the one of its workflow that the clock starts."""
        triggers, flow = self.of_type("Glue::Trigger"), referred(trigger.get("WorkflowName"))
        family = [one for one in triggers.values() if flow and referred(one.get("WorkflowName")) == flow]
        timed = [one for one in (family or [triggers[title]]) if one.get("Type") == "SCHEDULED"]
        if self._said.runs_per_hour is not None and flow:
            return self._said.runs_per_hour * HOURS
        by_clock = sum(times_a_month(one["Schedule"], UTC_ZONE) for one in timed if one.get("StartOnCreation"))
        name = f"{RUN_OF}{self.of_type('Glue::Workflow').get(flow, {}).get('Name')}"
        return by_clock + sum(start.times for _, start in self._schedules.values() if start.about == name)

    def writers(self, log_group: str) -> Iterator[tuple[str, str]]:
        """The functions and jobs whose log a group is: `function` or `job`, and the logical id."""
        for title, one in self.of_type("Lambda::Function").items():
            if referred(one.get("LoggingConfig", {}).get("LogGroup")) == log_group:
                yield "function", title
        for title, one in self.of_type("Glue::Job").items():
            if referred(one.get("DefaultArguments", {}).get("--continuous-log-logGroup")) == log_group:
                yield "job", title


_DUTY, RUN_OF, EVENTS_OF = "duty ", "run of ", "events of "


def _is_poll(start: CountedStart) -> bool:
    return not start.about.startswith((_DUTY, RUN_OF, EVENTS_OF))


def _workflow(machine: Mapping[str, Any]) -> str:
    """The workflow that a state machine runs, as it says in its first call."""
    definition = machine["Definition"]
    return str(definition["States"][definition["StartAt"]]["Parameters"]["Payload"]["workflow"])


def referred(value: Any) -> str:
    """The logical id that a value refers to by Ref or Fn::GetAtt; "" for another value."""
    if not isinstance(value, Mapping):
        return ""
    attribute = value.get("Fn::GetAtt", "")
    return str(value.get("Ref") or (attribute if isinstance(attribute, str) else attribute[0])).partition(".")[0]


def _event(text: Any) -> Mapping[str, Any]:
    try:
        found = json.loads(text) if isinstance(text, str) else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


@cache
def times_a_month(expression: str, zone: ZoneInfo) -> float:
    """How often a schedule comes in a month of 730 hours, on the average. Raises DefinitionError."""
    schedule = read_schedule(expression, zone)
    if isinstance(schedule, Rate):
        return _MONTH / schedule.interval
    times: list[datetime] = []
    at, end = _START - timedelta(minutes=1), _START + _YEAR
    while len(times) < _MOST_TIMES and (following := schedule.next_after(at)) is not None and following < end:
        times.append(at := following)
    span = _YEAR
    if len(times) == _MOST_TIMES:
        seen = times[-1] - _START
        span = seen // (step := _WEEK if seen >= _WEEK else _DAY) * step
    return sum(time < _START + span for time in times) * (_MONTH / span)
