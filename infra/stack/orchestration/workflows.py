"""The workflows, on the orchestrator that the stage names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from millrace.infra.stack.deployment import Deployment
from millrace.infra.stack.orchestration.events import event_driven
from millrace.infra.stack.orchestration.glue import glue_workflows
from millrace.infra.stack.orchestration.state_machines import state_machines

_BY_ORCHESTRATOR: Mapping[str, Callable[[Deployment], list[Any]]] = {
    "glue": glue_workflows,
    "stepfunctions": state_machines,
    "events": event_driven,
    "none": lambda deployment: [],
}


def workflows(deployment: Deployment) -> list[Any]:
    return _BY_ORCHESTRATOR[deployment.stage.workflow.orchestrator](deployment)
