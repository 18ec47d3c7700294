"""Step Functions, of which a Standard workflow is billed by its transitions; EventBridge, by Millrace's own events.

A usual run goes by the first rule of each Choice. Its start counts as one transition more. Sources: the pricing pages
of both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from millrace.glue_workflow.compilers.step_functions import usual_states
from millrace.glue_workflow.routing.eventbridge import JOB_CHANGED
from millrace.infra.pricing.charges import Charge
from millrace.infra.pricing.template_view import RUN_OF
from millrace.infra.pricing.workload import Workload


def state_machine(title: str, properties: Mapping[str, Any], workload: Workload) -> Iterator[Charge]:
    states = len(usual_states(properties["Definition"]))
    for start in workload.view.starts(title):
        why = f"{start.times:,.0f} executions, {start.about}, {states} states and the start each"
        yield Charge("stepfunctions.transitions", start.times * (states + 1), title, why)
        yield _of_catalog(title, start.about.removeprefix(RUN_OF), start.times, workload)


def rule(title: str, properties: Mapping[str, Any], workload: Workload) -> Iterator[Charge]:
    """Of the ends of a workflow's jobs: their events, with that of the run's end, and what the jobs ask of the catalog.

    Events of AWS's own services, and their delivery within an account, cost nothing.
    """
    pattern = properties.get("EventPattern", {})
    for name in pattern["detail"]["workflow"] if pattern.get("detail-type") == [JOB_CHANGED] else ():
        runs, sent = workload.view.routed.get(name, 0), workload.events.get(name, 0)
        yield Charge("events.custom", sent, title, f"{sent:,.0f} ends of jobs and runs of {name}")
        yield _of_catalog(title, name, runs, workload)


def _of_catalog(title: str, name: str, runs: float, workload: Workload) -> Charge:
    requests = workload.shape(name).steps * workload.assumed.step_catalog_requests
    why = f"{runs:,.0f} runs of {name}, {requests:g} each"
    return Charge("glue.catalog_requests", runs * requests, title, why)
