"""Drawings of a workflow's graph: for a terminal, and for whatever shows Mermaid; plain, or with the jobs' states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from millrace.glue_workflow.ports import JobRecord, RunRecord, RunState
from millrace.glue_workflow.refinement import Refinement
from millrace.glue_workflow.workflow import Job, Workflow

NOT_YET = "not yet"
_STYLES: Mapping[str, str] = {  # of Mermaid's classes: readable on a light page and on a dark one
    RunState.SUCCEEDED: "stroke:#0b8a6a,stroke-width:2px",
    RunState.FAILED: "stroke:#c2362b,stroke-width:4px",
    RunState.INTERRUPTED: "stroke:#b36b00,stroke-width:3px",
    RunState.RUNNING: "stroke:#2f6fd0,stroke-width:3px",
    RunState.SKIPPED: "stroke:#808080,stroke-dasharray:2 4",
}


def newest_records(run: RunRecord, records: Iterable[JobRecord]) -> dict[str, JobRecord]:
    """The last record of each job, and of each item of a job, by name: of this attempt, or of one before by this code.

    `records`: in the order in which they started.
    """
    return {one.job: one for one in records if run.counts(one)}


def ranks(workflow: Workflow) -> list[list[Job]]:
    """The jobs as a drawing has them: side by side are those whose jobs before them are all further up."""
    placed: dict[str, int] = {}
    for job in workflow.in_order():
        placed[job.name] = max((placed[name] + 1 for name in job.after), default=0)
    jobs = list(workflow.in_order())
    return [[job for job in jobs if placed[job.name] == rank] for rank in range(max(placed.values()) + 1)]


def as_text(workflow: Workflow, records: Mapping[str, JobRecord] | None = None) -> str:
    """A line for each job, in their order: its name, its kind where that differs, and the jobs before it.

    `records`: of a run, as `newest_records` gives them; then its state, too.
    """
    jobs = list(workflow.in_order())
    width = max(len(job.name) for job in jobs)
    shown = {job.name: "" if records is None else f"{state_of(job.name, records):<12}" for job in jobs}
    lines = [f"{job.name:{width}}  {shown[job.name]}{_about(job)}".rstrip() for job in jobs]
    source = f", from {workflow.source}" if isinstance(workflow, Refinement) else ""
    return "\n".join([f"{workflow.name}: {workflow.schedule}{source}", *lines])


def as_mermaid(workflow: Workflow, records: Mapping[str, JobRecord] | None = None) -> str:
    """A flowchart in Mermaid's language. `records`: of a run; then each job has its state, and a class for it."""
    jobs = list(workflow.in_order())
    numbers = {job.name: f"job{number}" for number, job in enumerate(jobs)}  # a name may be a word of the language
    states = {job.name: state_of(job.name, records) for job in jobs} if records is not None else {}
    boxes = [f'    {numbers[name]}["{name}{f"<br/>{states[name]}" if states else ""}"]' for name in numbers]
    arrows = [f"    {numbers[before]} --> {numbers[job.name]}" for job in jobs for before in job.after]
    classes = [
        line
        for state in dict.fromkeys(one for one in states.values() if one in _STYLES)
        for line in (
            f"    classDef {state} {_STYLES[state]}",
            f"    class {','.join(numbers[name] for name in numbers if states[name] == state)} {state}",
        )
    ]
    return "\n".join(["flowchart LR", *boxes, *arrows, *classes])


def state_of(job: str, records: Mapping[str, JobRecord]) -> str:
    """The state of a job of a run, in a word; NOT_YET for one that was not called."""
    return str(records[job].state) if job in records else NOT_YET


def _about(job: Job) -> str:
    kind = f"({job.kind})" if job.kind != job.name else ""
    after = f"after {', '.join(job.after)}" if job.after else ""
    return " ".join(part for part in (kind, after) if part)
