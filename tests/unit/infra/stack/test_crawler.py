"""The crawler, where a stage asks for one: what it looks at, and who tells it of new objects."""

from __future__ import annotations

import json

import pytest

from millrace.infra.judges.references import resolved
from tests.contracts.stack.templates import content, definitions, of_type

CRAWLED = "staging, by a key of the stack's own"


def test_the_crawler_looks_at_declared_tables_and_changes_none() -> None:
    template = resolved(content(CRAWLED))
    [crawler] = of_type(template, "Glue::Crawler").values()
    [target] = crawler["Targets"]["CatalogTargets"]

    assert set(crawler["Targets"]) == {"CatalogTargets"}
    assert target["DatabaseName"] == "millrace_staging_raw"
    assert set(target["Tables"]) == {f"{source}_lines" for source in definitions().raw}
    assert crawler["SchemaChangePolicy"] == {"UpdateBehavior": "LOG", "DeleteBehavior": "LOG"}
    assert crawler["RecrawlPolicy"] == {"RecrawlBehavior": "CRAWL_EVENT_MODE"}


def test_the_crawler_reads_a_queue_of_its_own_with_dead_letters() -> None:
    template = resolved(content(CRAWLED))
    [crawler] = of_type(template, "Glue::Crawler").values()
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
