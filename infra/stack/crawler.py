"""The crawlers: one of the raw tables, for those who expect it, and one of each dataset, which makes its table.

That of the raw tables looks at those that are declared, and changes no type of theirs. It reads a queue of its own
about new objects, so a crawl lists their folders alone, and costs nothing where there are none. No job depends on it. A
crawler with a target in the catalog takes no other, so those of datasets (`dataset_crawler`) are others.

Sources: Glue developer guide, "Accelerating crawls using Amazon S3 event notifications", "Setting crawler configuration
options" (for a target in the catalog, DeleteBehavior has to be LOG); EventBridge reference, "AWS Glue events".
"""

from __future__ import annotations

import json
from typing import Any

from troposphere import Ref, glue

from millrace.aws.glue_layout import raw_crawler, raw_database
from millrace.infra.stack.access import allow, role
from millrace.infra.stack.catalog import RAW_DATABASE, raw_table_id
from millrace.infra.stack.dataset_crawler import RAW_CRAWLER_ID, READS_AND_UPDATES, dataset_crawlers, log_of_crawlers
from millrace.infra.stack.deployment import (
    BUCKET,
    CRAWL_DEAD_LETTERS,
    OBJECTS_TO_CRAWL,
    Deployment,
    arn_of,
    lake_objects,
)
from millrace.infra.stack.encryption import keys
from millrace.infra.stack.lake import subscribed_queue
from millrace.infra.stack.observability.service_events import glue_rule
from millrace.infra.stack.orchestration.run_access import catalog_arns
from millrace.infra.stack.resources import resource
from millrace.lake.keys import RAW

_ROLE = "CrawlerRole"
_SHARED_FORM = {
    "Version": 1.0,
    "CrawlerOutput": {"Partitions": {"AddOrUpdateBehavior": "InheritFromTable"}},
    "Grouping": {"TableGroupingPolicy": "CombineCompatibleSchemas"},
}


def crawlers(deployment: Deployment) -> list[Any]:
    made = [*_raw_crawler(deployment), *dataset_crawlers(deployment)]
    names = [one.Name for one in made if isinstance(one, glue.Crawler)]
    return [*made, _rule(deployment, names)] if names else []


def _raw_crawler(deployment: Deployment) -> list[Any]:
    if not deployment.has_crawler:
        return []
    made = resource(
        glue.Crawler,
        RAW_CRAWLER_ID,
        Name=raw_crawler(deployment.stage.name),
        Description="Looks at the raw tables that are declared; changes are written to the log alone.",
        Role=arn_of(_ROLE),
        Targets={
            "CatalogTargets": [
                {
                    "DatabaseName": Ref(RAW_DATABASE),
                    "Tables": [Ref(raw_table_id(source)) for source in deployment.definitions.raw],
                    "EventQueueArn": arn_of(OBJECTS_TO_CRAWL),
                    "DlqEventQueueArn": arn_of(CRAWL_DEAD_LETTERS),
                }
            ]
        },
        SchemaChangePolicy={"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"},
        RecrawlPolicy={"RecrawlBehavior": "CRAWL_EVENT_MODE"},
        Configuration=json.dumps(_SHARED_FORM, sort_keys=True),
    )
    return [
        *subscribed_queue(deployment, OBJECTS_TO_CRAWL, CRAWL_DEAD_LETTERS),
        _role(deployment),
        made,
    ]


def _role(deployment: Deployment) -> Any:
    return role(
        deployment,
        _ROLE,
        "glue.amazonaws.com",
        [
            allow(["s3:GetObject"], lake_objects(f"{RAW}/")),
            allow(["s3:ListBucket"], arn_of(BUCKET)),
            allow(READS_AND_UPDATES, catalog_arns(raw_database(deployment.stage.name))),
            allow(_MESSAGES, [arn_of(OBJECTS_TO_CRAWL), arn_of(CRAWL_DEAD_LETTERS)]),
            log_of_crawlers(),
            *keys(deployment, "s3", "sqs"),
        ],
    )


_MESSAGES = (
    *("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:PurgeQueue", "sqs:SetQueueAttributes"),
    *("sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ListDeadLetterSourceQueues", "sqs:ListQueueTags"),
)


def _rule(deployment: Deployment, names: list[str]) -> Any:
    text = f"Millrace {deployment.stage.name}: the crawler <crawler> failed: <why>"
    shown = {"crawler": "$.detail.crawlerName", "why": "$.detail.errorMessage"}
    return glue_rule(
        "GlueCrawlersFailed",
        "The crawler, where it failed.",
        {
            "detail-type": ["Glue Crawler State Change"],
            "detail": {"crawlerName": names, "state": ["Failed"]},
        },
        shown,
        text,
    )
