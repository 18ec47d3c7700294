"""prod: the prod tables' new versions from the checked candidate, then the flip of all pointers, staging and prod."""

from __future__ import annotations

import hashlib

from athena_sql.ports import TableData
from athena_sql.statements import load
from glue_workflow.job_context import JobContext, JobResult
from glue_workflow.jobs.crawl import CrawlOutput
from glue_workflow.jobs.create_parquet import StagingOutput
from glue_workflow.ports import PartitionVersion
from glue_workflow.versions import NewVersion, as_table, make
from millrace.commit_points import CommitPoint


def run(context: JobContext) -> JobResult:
    services, workflow = context.services, context.workflow
    staging = StagingOutput.of(context).versions
    tables: dict[str, TableData] = {workflow.staging: as_table(services.storage, staging)}
    dimensions = _changed_dimensions(context, tables)
    partitions = tuple(version.partition for version in staging)
    built = [
        version
        for table in workflow.prod
        for version in make(context, NewVersion(table, context.version, partitions, tables, inputs={}))
    ]
    services.reached(CommitPoint.PROD_WRITTEN)
    services.catalog.flip([*staging, *dimensions, *built])
    services.pending.clear(CrawlOutput.of(context).touched)
    services.reached(CommitPoint.PENDING_CLEARED)
    context.log(f"readers see version {context.version} of {', '.join(partitions)}")
    return JobResult(rows=sum(version.rows for version in built))


def _changed_dimensions(context: JobContext, tables: dict[str, TableData]) -> list[PartitionVersion]:
    """New versions of the dimensions whose statements are not those that readers see; they join `tables`.

    A dimension's version is named by the digest of its statement and those before it, so that it is built once.
    """
    digest = hashlib.sha256()
    changed: list[PartitionVersion] = []
    for name in context.workflow.dimensions:
        digest.update(load(name).sql.encode())
        version = f"{digest.hexdigest()[:12]}-1"
        if [current.version for current in context.services.catalog.current(name)] != [version]:
            made = make(context, NewVersion(name, version, (), tables, inputs={}))
            tables[name] = as_table(context.services.storage, made)
            changed += made
    return changed
