"""The Lambda function that drives runs by events. It is invoked

- by EventBridge Scheduler or a person, to start a run: `{"workflow": "rainfall", "start": {"key": "..."}}`;
- by rules, with events that say that a job may have come to its end: its process's own, Lambda's of an invocation that
  failed for good, and Glue's of a run of a job of Glue;
- by a rule, when a crawl has ended: `{"crawl_of": "daily_report"}`;
- by S3, with new raw objects, and by the clock that looks whether some are in no run yet: `{"objects_of": "rainfall"}`.

Whatever an event says, what is done next is read from the state. Source: Lambda developer guide, "Capturing records of
Lambda asynchronous invocations".
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, partial
from typing import Any

import msgspec

# What a runtime imports at its first call is imported here, at the cold start.
import millrace.athena_sql.engines.athena.catalog_tables
import millrace.athena_sql.engines.athena.engine
import millrace.glue_workflow.external.glue_crawlers
import millrace.glue_workflow.stores.aws.catalog
import millrace.glue_workflow.stores.aws.leases
import millrace.glue_workflow.stores.aws.runs
import millrace.infra.project.workflows
import millrace.infra.runtime.executions
import millrace.infra.runtime.routing
import millrace.state.dynamo  # noqa: F401
from millrace.errors import LeaseHeld, SettingError, UnknownName, UsageError
from millrace.event_input import read_event
from millrace.glue_workflow.compilers.event_rules import INVOCATION_FAILED, OBJECT_CREATED
from millrace.glue_workflow.crawl_jobs import awaited_crawls
from millrace.glue_workflow.ports import RunState
from millrace.glue_workflow.refinement import Refinement
from millrace.glue_workflow.routing.eventbridge import GLUE_JOB_CHANGED, JOB_CHANGED
from millrace.glue_workflow.routing.glue_jobs import EndedJobRun, ended_job_run
from millrace.glue_workflow.routing.object_starts import ObjectStarts
from millrace.glue_workflow.routing.ports import RoutedCall
from millrace.glue_workflow.routing.router import Router
from millrace.infra.entrypoints.bundle import packaged_settings
from millrace.infra.entrypoints.protocol_calls import AskedStart, ProtocolCall, ProtocolCalls
from millrace.infra.runtime.aws import AwsRuntime
from millrace.infra.runtime.base import Runtime
from millrace.infra.runtime.executions import events_execution
from millrace.json_logs import log_as_json_lines
from millrace.lake.raw_layout import RAW_LAYOUT

_read = partial(read_event, what="the event", hint='To start a run, send {"workflow": NAME, "start": {"key": "..."}}.')

_LOOKS, _LOOKS_EVERY = 6, 5.0  # at a crawler, and seconds between two

_log = logging.getLogger(__name__)


class AskedRun(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A start of a run. The key of `start` names it: two with one key are the same."""

    workflow: str
    start: AskedStart


class EndedCrawl(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """That a crawl has ended for which runs of a workflow may wait."""

    crawl_of: str


class AskedLook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """That the clock has come to the begin of a window. `at`: the scheduled time, for who reads the event."""

    objects_of: str
    at: str = ""


@dataclass(frozen=True)
class RouterEvents:
    """The events of one container. `time_left`: the seconds until the process is ended. `job_run`: a run of a job of
    Glue, by the names of both.
    """

    runtime: Runtime
    router: Router
    time_left: Callable[[], float]
    job_run: Callable[[str, str], EndedJobRun | None] = lambda job, run_id: None

    def handle(self, event: Mapping[str, Any]) -> dict[str, str]:
        """The run that the event is about, for the log. Raises UsageError for an event that is none of these, and what
        a call to AWS raises: Lambda makes the invocation again.
        """
        kind = event.get("detail-type", "")
        if "objects_of" in event:
            return self._by_objects(_refinement(self.runtime, _read(event, AskedLook).objects_of))
        if "crawl_of" in event:
            return self._crawled(_read(event, EndedCrawl).crawl_of)
        if not kind:
            return self._start(_read(event, AskedRun))
        if kind == OBJECT_CREATED:
            return self._object(str(event["detail"]["object"]["key"]))
        if kind == JOB_CHANGED:
            return self._advance(str(event["detail"]["run_id"]))
        if kind == INVOCATION_FAILED:
            return self._failed(event["detail"])
        if kind == GLUE_JOB_CHANGED:
            return self._made_by_glue(event["detail"])
        raise UsageError(f"the router knows no event {kind!r}.", hint="Correct the rule that sends it.")

    def _object(self, key: str) -> dict[str, str]:
        place = RAW_LAYOUT.place(key)
        flows = self.runtime.pipelines.refinements.values()
        flow = next((one for one in flows if place is not None and one.source == place.source), None)
        if flow is None:
            raise UsageError(f"no workflow is started by the object {key}.", hint="Correct the rule that sends it.")
        self._starts_of(flow).note()
        return self._by_objects(flow)

    def _by_objects(self, flow: Refinement) -> dict[str, str]:
        def begin(key: str) -> str:
            begun = self._start(AskedRun(flow.name, AskedStart(key)))
            return begun.get("run_id", "")

        run_id = self._starts_of(flow).start(begin)
        return {"run_id": run_id, "state": "begun" if run_id else "nothing to begin"}

    def _starts_of(self, flow: Refinement) -> ObjectStarts:
        window = timedelta(minutes=flow.on_objects_every_minutes)
        if not window:
            raise UsageError(
                f"objects start no run of {flow.name}.", hint="Set on_objects_every_minutes, or take out the rule."
            )
        return ObjectStarts(self.runtime.items, self.runtime.clock, flow.name, window)

    def _start(self, asked: AskedRun) -> dict[str, str]:
        """A run that is under way takes what this one would have taken, or leaves it to the next one."""
        if not asked.start.key:
            raise UsageError("the start has no key.", hint='Send {"workflow": NAME, "start": {"key": "..."}}.')
        self.router.look(asked.workflow)
        execution = events_execution(asked.workflow, asked.start.key)
        if asked.start.resume and self.runtime.runs.run(asked.start.resume).execution == execution:
            return self._advance(asked.start.resume)
        call = ProtocolCall("begin", asked.workflow, execution, start=asked.start)
        try:
            begun = ProtocolCalls(self.runtime, self.time_left).make(call)
        except LeaseHeld as error:
            _log.info("run.held", extra={"workflow": asked.workflow, "reason": error.message})
            return {"workflow": asked.workflow, "state": "held"}
        if begun["state"] != RunState.RUNNING:
            return {"run_id": begun["run_id"], "state": begun["state"]}
        return self._advance(begun["run_id"])

    def _failed(self, detail: Mapping[str, Any]) -> dict[str, str]:
        """Lambda has given up an invocation."""
        call = _read(detail["requestPayload"], RoutedCall)
        told = detail.get("responsePayload") or {}
        condition = detail["requestContext"]["condition"]
        why = f"{told.get('errorType', condition)}: {told.get('errorMessage', 'its process was never started')}"
        self.router.calls.answer(call, RunState.FAILED, why)
        return self._advance(call.run_id)

    def _made_by_glue(self, detail: Mapping[str, Any]) -> dict[str, str]:
        """A run of a job of Glue has ended: where its process could not say how, Glue does."""
        ended = self.job_run(str(detail["jobName"]), str(detail["jobRunId"]))
        if ended is None:
            return {"state": "nobody's"}
        if ended.error:
            self.router.calls.answer(ended.call, RunState.FAILED, ended.error)
        return self._advance(ended.call.run_id)

    def _crawled(self, workflow: str) -> dict[str, str]:
        """A crawler may tell of its end before it says itself that it is ready again."""
        datasets = awaited_crawls(self.runtime.pipelines.workflow(workflow))
        for _ in range(_LOOKS):
            if not any(self.runtime.crawlers.state(one).running for one in datasets):
                break
            self.runtime.clock.sleep(_LOOKS_EVERY)
        newest = next(iter(self.runtime.runs.runs(workflow, limit=1)), None)
        return self._advance(newest.run_id) if newest is not None else {"state": "nobody's"}

    def _advance(self, run_id: str) -> dict[str, str]:
        run = self.router.advance(run_id)
        flow = self.runtime.pipelines.refinements.get(run.workflow)
        if flow is not None and flow.on_objects_every_minutes and run.state is not RunState.RUNNING:
            self._starts_of(flow).ended(run)
        return {"run_id": run.run_id, "state": str(run.state)}


def handler(event: Mapping[str, Any], context: Any) -> dict[str, str]:
    """What Lambda calls. `context`: its own object, which knows the time that is left."""
    runtime = _runtime()
    if runtime.router is None:
        raise SettingError("no function makes jobs.", hint="Set MILLRACE_AWS_JOB_FUNCTION to the ARN of a version.")
    job_run = partial(ended_job_run, runtime.clients.glue)
    left = partial(_seconds_left, context)
    return RouterEvents(runtime, runtime.router, left, job_run).handle(event)


def _seconds_left(context: Any) -> float:
    return float(context.get_remaining_time_in_millis()) / 1000


def _refinement(runtime: Runtime, name: str) -> Refinement:
    """Raises UnknownName, for a workflow that has no source, too."""
    found = runtime.pipelines.refinements
    if name not in found:
        raise UnknownName("workflow of a source", name, found)
    return found[name]


@cache
def _runtime() -> Runtime:
    log_as_json_lines()
    return AwsRuntime(packaged_settings())
