"""The jobs of a workflow, one function for each kind: `JOBS` gives them by kind.

Each job is one function from a JobContext to a JobResult. A run can be killed in any of them and resumed.

    call                 a function that is called by its name
    copy_files           files that anyone may read, copied
    copy_selection       which files a job copies, and how much at most
    crawl                which partitions to rebuild, from which raw objects
    crawler              a crawler that is started and waited for
    create_parquet       raw objects into a candidate version of the staging table
    delete               removal of unpublished output and of versions past their retention
    holding              partitions that the gate refuses
    prod                 the prod tables' new versions, then the flip of all pointers
    python_file          a Python file of the project
    quality_check        the quality gate on each partition of the candidate
    report               a saved query's rows of a day, published as CSV and Parquet
    script               a prod table's new versions, whose rows a Python file makes
    set_aside_report     what people are told of records that cannot be read
    unreadable_records   the search for records that the staging statement cannot read
    whole_tables         tables that are stored whole, built again when what they read has changed
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from millrace.glue_workflow.job_kinds import (
    CALL,
    COPY,
    CRAWL,
    CRAWLER,
    CREATE_PARQUET,
    DELETE,
    PROD,
    PYTHON,
    QUALITY_CHECK,
    REPORT,
    SCRIPT,
)
from millrace.glue_workflow.jobs import (
    call,
    copy_files,
    crawler,
    create_parquet,
    delete,
    prod,
    python_file,
    quality_check,
    report,
    script,
)
from millrace.glue_workflow.jobs.crawl import job as crawl
from millrace.glue_workflow.run.job_context import JobContext, JobResult

JOBS: Mapping[str, Callable[[JobContext], JobResult]] = {
    CRAWL: crawl.run,
    DELETE: delete.run,
    CREATE_PARQUET: create_parquet.run,
    QUALITY_CHECK: quality_check.run,
    SCRIPT: script.run,
    PYTHON: python_file.run,
    CRAWLER: crawler.run,
    REPORT: report.run,
    COPY: copy_files.run,
    CALL: call.run,
    PROD: prod.run,
}
