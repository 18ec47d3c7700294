"""The five jobs, by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from millrace.glue_workflow.job_context import JobContext, JobResult
from millrace.glue_workflow.jobs import crawl, create_parquet, delete, prod, quality_check

JOBS: Mapping[str, Callable[[JobContext], JobResult]] = {
    "crawl": crawl.run,
    "delete": delete.run,
    "create_parquet": create_parquet.run,
    "quality_check": quality_check.run,
    "prod": prod.run,
}
