"""The crawlers: of the raw tables, where a stage asks for one, and of datasets, where the project has any."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from millrace.athena_sql.ports import Statement
from millrace.athena_sql.statements.saved_queries import SavedQuery
from millrace.infra.judges.references import resolved
from millrace.infra.stack.deployment import Deployment
from millrace.infra.stack.queries import prepared_text
from millrace.infra.stack.template import synthesise
from tests.contracts.stack.templates import STAGED, WITH_DATASETS, content, definitions, of_type, with_datasets

CRAWLED = WITH_DATASETS


def raw_crawler(template: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = of_type(template, "Glue::Crawler")["RawCrawler"]
    return found


def test_the_crawler_looks_at_declared_tables_and_changes_none() -> None:
    template = resolved(content(CRAWLED))
    crawler = raw_crawler(template)
    [target] = crawler["Targets"]["CatalogTargets"]

    assert set(crawler["Targets"]) == {"CatalogTargets"}
    assert target["DatabaseName"] == "millrace_staging_raw"
    assert set(target["Tables"]) == {f"{source}_lines" for source in definitions().raw}
    assert crawler["SchemaChangePolicy"] == {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}
    assert crawler["RecrawlPolicy"] == {"RecrawlBehavior": "CRAWL_EVENT_MODE"}


def test_the_crawler_reads_a_queue_of_its_own_with_dead_letters() -> None:
    template = resolved(content(CRAWLED))
    crawler = raw_crawler(template)
    [target] = crawler["Targets"]["CatalogTargets"]
    told = {one["Endpoint"]: one for one in of_type(template, "SNS::Subscription").values() if one["Protocol"] == "sqs"}

    assert len(told) == 2
    assert target["EventQueueArn"] in told
    for one in told.values():
        assert one["RedrivePolicy"]["deadLetterTargetArn"] != one["Endpoint"]
    assert told[target["EventQueueArn"]]["RedrivePolicy"]["deadLetterTargetArn"] == target["DlqEventQueueArn"]


def test_events_that_the_crawler_cannot_read_are_told() -> None:
    alarms = of_type(content(CRAWLED)["Resources"], "CloudWatch::Alarm")

    assert '"NewObjectsToCrawlDeadLetters"' in json.dumps(alarms["DeadLetters"])


@pytest.mark.parametrize("name", ["prod", "test, without orchestrator"])
def test_without_a_crawler_there_is_one_queue_of_new_objects(name: str) -> None:
    template = resolved(content(name))

    assert not of_type(template, "Glue::Crawler")
    assert [one["Protocol"] for one in of_type(template, "SNS::Subscription").values()].count("sqs") == 1


@pytest.mark.parametrize(("dataset", "title"), [("fares", "CrawlerOfFares"), ("reports_in", "CrawlerOfReportsIn")])
def test_a_dataset_has_a_crawler_that_makes_its_table_in_a_database_of_datasets(dataset: str, title: str) -> None:
    template = resolved(content(WITH_DATASETS))
    crawler = of_type(template, "Glue::Crawler")[title]
    bucket = next(iter(of_type(template, "S3::Bucket").values()))["BucketName"]

    assert crawler["Targets"] == {"S3Targets": [{"Path": f"s3://{bucket}/{dataset}/"}]}
    assert crawler["DatabaseName"] == "millrace_staging_crawled"
    assert crawler["Name"] == f"millrace_staging_crawled_{dataset}"
    assert crawler["SchemaChangePolicy"] == {"UpdateBehavior": "UPDATE_IN_DATABASE", "DeleteBehavior": "LOG"}
    assert json.loads(crawler["Configuration"])["Grouping"]["TableLevelConfiguration"] == 2
    assert "Schedule" not in crawler


def test_the_failure_of_each_crawler_is_told() -> None:
    rule = of_type(resolved(content(WITH_DATASETS)), "Events::Rule")["GlueCrawlersFailed"]

    assert rule["EventPattern"]["detail"]["crawlerName"] == [
        "millrace_staging_raw",
        "millrace_staging_crawled_fares",
        "millrace_staging_crawled_reports_in",
    ]


@pytest.mark.parametrize("orchestrator", ["glue", "stepfunctions", "none"])
def test_datasets_are_crawled_whatever_runs_the_workflows(orchestrator: str) -> None:
    stage = STAGED["prod"]
    made = Deployment(replace(stage, workflow=replace(stage.workflow, orchestrator=orchestrator)), with_datasets())
    stack = synthesise(made).content

    assert set(of_type(stack["Resources"], "Glue::Crawler")) == {"CrawlerOfFares", "CrawlerOfReportsIn"}
    assert "CrawledDatabaseName" in stack["Outputs"]


def test_without_datasets_nothing_of_them_is_in_the_template() -> None:
    assert "crawled" not in json.dumps(content("prod")).lower()


def test_a_saved_query_of_a_dataset_is_a_prepared_statement_of_its_table() -> None:
    sql = "SELECT r.fare.sums.total, crawled.reports_in.n FROM crawled.reports_in AS r JOIN crawled.reports_in ON TRUE"
    text, _ = prepared_text(SavedQuery("x", "X", Statement("x", sql), {}, 0), "dev")

    assert "r.fare.sums.total, reports_in.n FROM millrace_dev_crawled.reports_in AS r" in text
