"""Jobs in a row and side by side: a graph as an orchestrator that has no edges makes it.

What comes after several jobs waits for all of them: an edge of the graph is never broken, though a job may wait for
more than it needs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from millrace.glue_workflow.workflow import Job, Workflow


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Branches that are made at the same time, each a row."""

    branches: tuple[JobRow, ...]


JobRow = tuple[Job | SideBySide, ...]


def arranged(workflow: Workflow) -> JobRow:
    """All jobs of a workflow."""
    return _row(tuple(workflow.in_order()))


def jobs_in(row: JobRow) -> list[Job]:
    """The jobs of a row, those of its branches included."""
    found: list[Job] = []
    for one in row:
        found += [one] if isinstance(one, Job) else [job for branch in one.branches for job in jobs_in(branch)]
    return found


def _row(jobs: Sequence[Job]) -> JobRow:
    """`jobs`: some of a workflow's, in topological order."""
    if len(jobs) < 2:
        return tuple(jobs)
    branches = _unconnected(jobs)
    if len(branches) > 1:
        return (SideBySide(tuple(_row(branch) for branch in branches)),)
    names = {job.name for job in jobs}
    first = [job for job in jobs if not names & {*job.after}]
    needed = {before for job in jobs for before in job.after}
    last = [job for job in jobs if job.name not in needed]
    if len(first) > 1 and len(last) == 1:
        return (*_row([job for job in jobs if job not in last]), *_row(last))
    return (*_row(first), *_row([job for job in jobs if job not in first]))


def _unconnected(jobs: Sequence[Job]) -> list[list[Job]]:
    """The parts of these jobs between which there is no edge, each in the given order."""
    part: dict[str, int] = {job.name: number for number, job in enumerate(jobs)}
    for job in jobs:
        for before in job.after:
            if before in part and part[before] != part[job.name]:
                _join(part, part[before], part[job.name])
    return [[job for job in jobs if part[job.name] == number] for number in dict.fromkeys(part.values())]


def _join(part: dict[str, int], one: int, other: int) -> None:
    for name in _of(part, other):
        part[name] = one


def _of(part: Mapping[str, int], number: int) -> list[str]:
    return [name for name, of in part.items() if of == number]
