"""Workflows that are no chain, for the tests of compilers."""

from __future__ import annotations

from datetime import timedelta

from millrace.glue_workflow.job_kinds import PYTHON
from millrace.glue_workflow.job_options import JobRuntime, Joins, MapOver, OutputCondition, Until
from millrace.glue_workflow.workflow import Job, Workflow


def python(name: str, *after: str, **options: object) -> Job:
    return Job(name, PYTHON, after=after, **options)  # type: ignore[arg-type]  # each test gives what Job takes


def graph(*jobs: Job, schedule: str = "", zone: str = "UTC") -> Workflow:
    return Workflow(name="graph", schedule=schedule, zone=zone, jobs=jobs)


BRANCHES = graph(
    python("count"),
    python("many", "count", when=OutputCondition.of("count.rows > 10")),
    python("few", "count", when=OutputCondition.of("count.rows <= 10")),
    python("either", "many", "few", joins=Joins.ANY),
)
ITEMS = graph(python("list"), python("each", "list", over=MapOver("list", "days", at_once=3)), python("gather", "each"))
ROUNDS = graph(
    python("wait", until=Until(timedelta(seconds=4), 60, OutputCondition.of("state = 'ready'"))), python("go", "wait")
)
ON_GLUE = graph(python("small"), python("large", "small", runtime=JobRuntime.GLUE), python("last", "large"))
