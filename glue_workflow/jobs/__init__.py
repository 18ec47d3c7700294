"""The five jobs, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from millrace.glue_workflow.jobs import create_parquet, delete, prod, quality_check
from millrace.glue_workflow.jobs.crawl import job as crawl
from millrace.glue_workflow.run.job_context import JobContext, JobResult

JOBS: Mapping[str, Callable[[JobContext], JobResult]] = {
    "crawl": crawl.run,
    "delete": delete.run,
    "create_parquet": create_parquet.run,
    "quality_check": quality_check.run,
    "prod": prod.run,
}
