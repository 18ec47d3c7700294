"""The port of compilers."""

from __future__ import annotations

from typing import Any, Protocol

from millrace.glue_workflow.workflow import Workflow


class WorkflowCompiler(Protocol):
    """Makes the definition of one orchestrator from a workflow."""

    def compile(self, workflow: Workflow) -> dict[str, Any]:
        """The definition, as JSON's types. Raises DefinitionError for what the orchestrator cannot express."""
        ...
