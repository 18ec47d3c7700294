"""The Lambda function of jobs on Athena where events drive runs: each asynchronous invocation is one call of a job.

An error that may pass by itself fails the invocation, so that Lambda makes it again after a minute, and after two more;
when that was in vain, Lambda tells the event bus.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import msgspec

# What a runtime imports at its first call is imported here, at the cold start.
import millrace.infra.entrypoints.job
import millrace.infra.runtime.routing  # noqa: F401
from millrace.event_input import read_event
from millrace.glue_workflow.crawl_jobs import waits_for_a_crawl
from millrace.glue_workflow.ports import JobRecord
from millrace.glue_workflow.routing.ports import RoutedCall, StateChange
from millrace.glue_workflow.run.whole_step import call_until
from millrace.infra.entrypoints.bundle import packaged_settings
from millrace.infra.entrypoints.protocol_calls import ProtocolCalls
from millrace.infra.runtime.aws import AwsRuntime
from millrace.infra.runtime.routing import aws_routed_jobs
from millrace.json_logs import log_as_json_lines


def make_call(runtime: AwsRuntime, event: Mapping[str, Any], time_left: Callable[[], float]) -> dict[str, Any]:
    """What was told of the call, for the log of a synchronous invocation. Raises UsageError, and as RoutedJobs does."""
    hint = "The router sends them: start a run by the router."
    call = read_event(event, RoutedCall, what="the call of a job", hint=hint)
    told = make_routed(runtime, call, time_left)
    return msgspec.to_builtins(told) if told is not None else {"run_id": call.run_id, "job": call.job, "state": "late"}


def make_routed(runtime: AwsRuntime, call: RoutedCall, time_left: Callable[[], float] | None) -> StateChange | None:
    """What was told of the call; None: a later one was started since. Raises as RoutedJobs does."""
    calls = ProtocolCalls(runtime, time_left)

    def step(call: RoutedCall) -> JobRecord:
        execution = runtime.execution(call.workflow, call.execution, time_left)
        job = execution.workflow.job(call.job)
        until = None if waits_for_a_crawl(job) else job.until
        return call_until(
            lambda: calls.step(execution, call.run_id, call.job, call.item), until, runtime.clock.sleep, time_left
        )

    return aws_routed_jobs(runtime, runtime.clients, step).make(call)


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """What Lambda calls. `context`: its own object, which knows the time that is left."""
    return make_call(_runtime(), event, lambda: context.get_remaining_time_in_millis() / 1000)


@cache
def _runtime() -> AwsRuntime:
    log_as_json_lines()
    return AwsRuntime(packaged_settings())
