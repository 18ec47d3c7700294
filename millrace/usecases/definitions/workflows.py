"""Workflows: what a project has, drawn, and as an orchestrator's own definition."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from millrace.errors import UnknownName
from millrace.glue_workflow.compilers import COMPILERS
from millrace.glue_workflow.compilers.drawings import DRAWN
from millrace.glue_workflow.drawing import as_mermaid, as_text
from millrace.glue_workflow.refinement import Refinement
from millrace.infra.project.project import Project

DRAWINGS = {"text": as_text, "mermaid": as_mermaid}
WORKFLOW_COLUMNS = ("workflow", "source", "schedule", "jobs", "tables", "minutes")


def workflow_rows(project: Project) -> list[dict[str, Any]]:
    """One for each workflow. `minutes`: what its jobs may take together."""
    return [
        {
            "workflow": name,
            "source": workflow.source if isinstance(workflow, Refinement) else "",
            "schedule": workflow.schedule,
            "jobs": ", ".join(job.name for job in workflow.in_order()),
            "tables": ", ".join(workflow.refined) if isinstance(workflow, Refinement) else "",
            "minutes": sum((job.timeout for job in workflow.jobs), timedelta()) // timedelta(minutes=1),
        }
        for name, workflow in sorted(project.pipelines.workflows.items())
    ]


def drawn(project: Project, name: str, form: str) -> str:
    """A workflow's graph in one of DRAWINGS. Raises UnknownName."""
    return DRAWINGS[form](project.pipelines.workflow(name))


def compiled(project: Project, name: str, orchestrator: str) -> dict[str, Any]:
    """A workflow as the definition of an orchestrator; a refinement begins with the crawler of the raw tables, which is
    there on stages that ask for it.

    Raises UnknownName, also for an orchestrator without a compiler; DefinitionError for what it cannot express.
    """
    workflow = project.pipelines.workflow(name)
    if orchestrator not in COMPILERS:
        raise UnknownName("orchestrator", orchestrator, COMPILERS)
    whole = workflow.with_raw_crawl() if isinstance(workflow, Refinement) else workflow
    return COMPILERS[orchestrator].compile(whole)


def compiled_drawing(project: Project, name: str, orchestrator: str) -> str:
    """A flowchart, in Mermaid's language, of how an orchestrator goes through a workflow. Raises as `compiled`."""
    definition = compiled(project, name, orchestrator)
    return DRAWN[orchestrator](definition)
