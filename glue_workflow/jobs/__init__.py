"""The five jobs of a workflow: `JOBS` gives them by name.

Each job is one function from a JobContext to a JobResult. A run can be killed in any of them and resumed.

    crawl                which partitions to rebuild, from which raw objects
    create_parquet       raw objects into a candidate version of the staging table
    delete               removal of unpublished output and of versions past their retention
    holding              partitions that the gate refuses
    prod                 the prod tables' new versions, then the flip of all pointers
    quality_check        the quality gate on each partition of the candidate
    set_aside_report     what people are told of records that cannot be read
    unreadable_records   the search for records that the staging statement cannot read
    whole_tables         tables that are stored whole, built again when what they read has changed
"""

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
