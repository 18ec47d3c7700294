"""What the jobs of composed workflows may do beyond the lake: by their kinds, on the resources that they name.

Sources: Service Authorization Reference, "AWS Glue", "AWS Lambda", "Amazon S3".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from troposphere import Sub

from millrace.aws.glue_layout import crawled_database, dataset_crawler, raw_crawler
from millrace.glue_workflow.external.crawlers import RAW_CRAWLER
from millrace.glue_workflow.job_kinds import CALL, COPY, CRAWLER, REPORT
from millrace.glue_workflow.workflow import Job
from millrace.infra.stack.access import allow
from millrace.infra.stack.deployment import Deployment, arn, lake_objects
from millrace.infra.stack.orchestration.run_access import catalog_arns

_READS_TABLES = (
    *("glue:GetDatabase", "glue:GetTable", "glue:GetTables"),
    *("glue:GetPartition", "glue:GetPartitions", "glue:BatchGetPartition"),
)


def access_of_kinds(deployment: Deployment, jobs: Iterable[Job]) -> Iterator[dict[str, Any]]:
    """The statements of whoever makes these jobs; none for kinds that need nothing more."""
    made = list(jobs)
    stage, datasets = deployment.stage.name, deployment.definitions.crawled
    if crawlers := _named(made, CRAWLER, "dataset"):
        names = [raw_crawler(stage) if one == RAW_CRAWLER else dataset_crawler(stage, one) for one in crawlers]
        yield allow(["glue:StartCrawler", "glue:GetCrawler"], [arn("glue", f"crawler/{name}") for name in names])
    if datasets and any(one.kind == REPORT for one in made):
        yield allow(_READS_TABLES, catalog_arns(crawled_database(stage)))
    if functions := _named(made, CALL, "function"):
        yield allow(["lambda:InvokeFunction"], [arn("lambda", f"function:{name}") for name in functions])
    yield from _copies(_named(made, COPY, "target"))


def _copies(targets: list[str]) -> Iterator[dict[str, Any]]:
    """A large file is written in parts, which are given up where one fails. The target's files are listed."""
    elsewhere = [one.removeprefix("s3://") for one in targets if one.startswith("s3://")]
    if inside := [one for one in targets if not one.startswith("s3://")]:
        yield allow(["s3:AbortMultipartUpload"], lake_objects(*inside))
    if elsewhere:
        objects = [Sub(f"arn:${{AWS::Partition}}:s3:::{one}*") for one in elsewhere]
        buckets = sorted({one.partition("/")[0] for one in elsewhere})
        yield allow(["s3:PutObject", "s3:AbortMultipartUpload"], objects)
        yield allow(["s3:ListBucket"], [Sub(f"arn:${{AWS::Partition}}:s3:::{one}") for one in buckets])


def _named(jobs: Iterable[Job], kind: str, parameter: str) -> list[str]:
    return sorted({str(one.parameters[parameter]) for one in jobs if one.kind == kind})
