"""The crawls of a workflow on Glue: those that are nodes of Glue's own, and what is watched in place of the others.

A crawl that a trigger starts costs the crawler's own time alone; one that a job makes, also the job of Glue that waits.
A trigger cannot try a crawl again, knows nothing of its output, and tells crawls apart by their crawlers: a crawl that
needs one of these is made by a job. One that nobody waits for is started by the process of the job before it; by a
trigger, where there is no such job. Source: Glue developer guide, "AWS Glue triggers".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from millrace.glue_workflow.crawl_jobs import dataset_of, is_over_with_its_crawl
from millrace.glue_workflow.job_kinds import CRAWLER
from millrace.glue_workflow.job_options import Joins
from millrace.glue_workflow.workflow import Job, Workflow


def is_crawl_of_glue(workflow: Workflow, job: Job) -> bool:
    """Whether a trigger starts the crawl."""
    if not is_over_with_its_crawl(job) or job.retries:
        return False
    crawls = Counter(dataset_of(one) for one in workflow.jobs if one.kind == CRAWLER)
    first = all(is_crawl_of_glue(workflow, workflow.job(name)) for name in job.after)
    return crawls[dataset_of(job)] == 1 and (job.waits or first)


def is_started_along(workflow: Workflow, job: Job) -> bool:
    """Whether a crawl is started by the process of the job before it."""
    return job.kind == CRAWLER and not job.waits and not is_crawl_of_glue(workflow, job)


def watched(workflow: Workflow, job: Job) -> tuple[str, ...]:
    """The jobs whose success starts a job: in place of a crawl that nobody waits for, those before the crawl.

    () for a job that the start of the workflow starts.
    """
    found = [tuple(_ends(workflow, name)) for name in job.after]
    if job.joins is Joins.ANY and not all(found):
        return ()
    return tuple(dict.fromkeys(name for names in found for name in names))


def _ends(workflow: Workflow, name: str) -> Iterator[str]:
    job = workflow.job(name)
    if job.kind == CRAWLER and not job.waits:
        for before in job.after:
            yield from _ends(workflow, before)
    else:
        yield name
