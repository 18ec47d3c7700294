"""Jobs of the kind `crawler`: what they crawl, and whether the end of that crawl is all that they wait for."""

from __future__ import annotations

from millrace.glue_workflow.external.crawlers import DATASET
from millrace.glue_workflow.job_kinds import CRAWLER
from millrace.glue_workflow.workflow import Job, Workflow


def dataset_of(job: Job) -> str:
    """The name of the crawler."""
    return str(job.parameters[DATASET])


def is_over_with_its_crawl(job: Job) -> bool:
    """Whether the job is done when its crawl is. One with a condition of its own may crawl again."""
    return job.kind == CRAWLER and (job.until is None or job.until.condition is None)


def waits_for_a_crawl(job: Job) -> bool:
    """Whether the end of a crawl can start the next call of the job. One with a condition looks by itself."""
    return is_over_with_its_crawl(job) and job.waits


def awaited_crawls(workflow: Workflow) -> list[str]:
    """The datasets whose crawls the jobs of a workflow wait for."""
    return sorted({dataset_of(job) for job in workflow.jobs if waits_for_a_crawl(job)})
