"""The crawlers of datasets: each infers the form of one dataset's files, and makes its table in a database of theirs.

Nothing but a workflow's job starts one. A table has the name of its folder, which lies at the second level: the bucket
is the first. What was inferred is brought up to date; a table whose files are gone stays, so that no query loses it.
Sources: Glue developer guide, "Setting crawler configuration options", "Specifying the table location and partitioning
level", "How does a crawler determine when to create partitions?".
"""

from __future__ import annotations

import json
from typing import Any

from troposphere import Ref, Sub, glue

from millrace.aws.glue_layout import crawled_database, dataset_crawler
from millrace.glue_workflow.external.crawlers import RAW_CRAWLER
from millrace.infra.stack.access import allow, role
from millrace.infra.stack.catalog import CRAWLED_DATABASE
from millrace.infra.stack.deployment import BUCKET, Deployment, arn, arn_of, lake_objects
from millrace.infra.stack.encryption import keys
from millrace.infra.stack.orchestration.run_access import catalog_arns
from millrace.infra.stack.resources import logical_id, resource
from millrace.lake.datasets import CrawledDataset

_ROLE, RAW_CRAWLER_ID = "DatasetCrawlerRole", "RawCrawler"
_FORM = {
    "Version": 1.0,
    "CrawlerOutput": {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}},
    "Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas", "TableLevelConfiguration": 2},
}
READS_AND_UPDATES = (
    *("glue:GetDatabase", "glue:GetTable", "glue:GetTables", "glue:UpdateTable"),
    *("glue:GetPartition", "glue:GetPartitions", "glue:BatchGetPartition"),
    *("glue:BatchCreatePartition", "glue:UpdatePartition", "glue:BatchUpdatePartition"),
)
_LOG = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")


def dataset_crawlers(deployment: Deployment) -> list[Any]:
    folders = [one.folder for one in deployment.definitions.crawled]
    if not folders:
        return []
    return [_role(deployment, folders), *(_crawler(deployment, one) for one in deployment.definitions.crawled)]


def crawler_id(dataset: str) -> str:
    """The logical id of the crawler of a dataset, or of the raw tables."""
    return RAW_CRAWLER_ID if dataset == RAW_CRAWLER else logical_id("CrawlerOf", dataset)


def _crawler(deployment: Deployment, dataset: CrawledDataset) -> Any:
    return resource(
        glue.Crawler,
        crawler_id(dataset.name),
        Name=dataset_crawler(deployment.stage.name, dataset.name),
        Description="Infers the form of a dataset, and makes its table.",
        Role=arn_of(_ROLE),
        DatabaseName=Ref(CRAWLED_DATABASE),
        Targets={"S3Targets": [{"Path": Sub(f"s3://${{{BUCKET}}}/{dataset.folder}")}]},
        SchemaChangePolicy={"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "LOG"},
        RecrawlPolicy={"RecrawlBehavior": "CRAWL_EVERYTHING"},
        Configuration=json.dumps(_FORM, sort_keys=True),
    )


def log_of_crawlers() -> dict[str, Any]:
    return allow(_LOG, arn("logs", "log-group:/aws-glue/crawlers:*"))


def _role(deployment: Deployment, folders: list[str]) -> Any:
    return role(
        deployment,
        _ROLE,
        "glue.amazonaws.com",
        [
            allow(["s3:GetObject"], lake_objects(*folders)),
            allow(["s3:ListBucket"], arn_of(BUCKET)),
            allow((*READS_AND_UPDATES, "glue:CreateTable"), catalog_arns(crawled_database(deployment.stage.name))),
            log_of_crawlers(),
            *keys(deployment, "s3"),
        ],
    )
