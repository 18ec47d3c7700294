"""Step Functions: a Standard workflow is billed by its transitions. Source: its pricing page.

A usual run goes by the first rule of each Choice. Its start counts as one transition more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from millrace.glue_workflow.compilers.step_functions import usual_states
from millrace.infra.pricing.charges import Charge
from millrace.infra.pricing.template_view import RUN_OF
from millrace.infra.pricing.workload import Workload


def state_machine(title: str, properties: Mapping[str, Any], workload: Workload) -> Iterator[Charge]:
    states = len(usual_states(properties["Definition"]))
    for start in workload.view.starts(title):
        why = f"{start.times:,.0f} executions, {start.about}, {states} states and the start each"
        yield Charge("stepfunctions.transitions", start.times * (states + 1), title, why)
        requests = workload.shape(start.about.removeprefix(RUN_OF)).steps * workload.assumed.step_catalog_requests
        of_catalog = f"{start.times:,.0f} executions, {start.about}, {requests:g} each"
        yield Charge("glue.catalog_requests", start.times * requests, title, of_catalog)
