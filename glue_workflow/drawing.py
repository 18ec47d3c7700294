"""Drawings of a workflow's graph: for a terminal, and for whatever shows Mermaid."""

from __future__ import annotations

from millrace.glue_workflow.refinement import Refinement
from millrace.glue_workflow.workflow import Job, Workflow


def as_text(workflow: Workflow) -> str:
    """A line for each job, in their order: its name, its kind where that differs, and the jobs before it."""
    jobs = list(workflow.in_order())
    width = max(len(job.name) for job in jobs)
    lines = [f"{job.name:{width}}  {_about(job)}".rstrip() for job in jobs]
    source = f", from {workflow.source}" if isinstance(workflow, Refinement) else ""
    return "\n".join([f"{workflow.name}: {workflow.schedule}{source}", *lines])


def as_mermaid(workflow: Workflow) -> str:
    """A flowchart in Mermaid's language."""
    jobs = list(workflow.in_order())
    numbers = {job.name: f"job{number}" for number, job in enumerate(jobs)}  # a name may be a word of the language
    boxes = [f'    {numbers[job.name]}["{job.name}"]' for job in jobs]
    arrows = [f"    {numbers[before]} --> {numbers[job.name]}" for job in jobs for before in job.after]
    return "\n".join(["flowchart LR", *boxes, *arrows])


def _about(job: Job) -> str:
    kind = f"({job.kind})" if job.kind != job.name else ""
    after = f"after {', '.join(job.after)}" if job.after else ""
    return " ".join(part for part in (kind, after) if part)
