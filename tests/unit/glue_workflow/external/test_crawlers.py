"""What moto's crawlers and whole files do not show: crawls that fail."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from millrace.athena_sql.engines.duckdb.files.inferred_forms import InferredForms
from millrace.clock import ManualClock
from millrace.glue_workflow.crawled_tables import CrawledTables
from millrace.glue_workflow.external.begun_crawls import BegunCrawls
from millrace.glue_workflow.external.crawlers import Crawl, CrawlerState
from millrace.glue_workflow.external.glue_crawlers import GlueCrawlers
from millrace.glue_workflow.external.glue_run_crawls import GlueRunCrawls
from millrace.glue_workflow.external.local_crawlers import LocalCrawlers
from millrace.lake.local import LocalStorage
from tests.contracts.crawled import RECEIPTS

BEGAN = datetime(2024, 5, 31, 1, tzinfo=UTC)


class OneAnswer:
    """A client of Glue whose crawler is this."""

    def __init__(self, **crawler: Any) -> None:
        self._crawler = crawler

    def get_crawler(self, **_: str) -> dict[str, Any]:
        return {"Crawler": self._crawler}


def state(**crawler: Any) -> CrawlerState:
    return GlueCrawlers(OneAnswer(**crawler), "dev").state("receipts")  # type: ignore[arg-type]  # one call of it


def last(status: str, **more: Any) -> dict[str, Any]:
    return {"Status": status, "StartTime": BEGAN, "MessagePrefix": "c1", "LogGroup": "/aws-glue/crawlers", **more}


@pytest.mark.parametrize(
    ("status", "more", "error"),
    [
        ("FAILED", {"ErrorMessage": "Access denied"}, "Access denied; its log is /aws-glue/crawlers, "),
        ("CANCELLED", {"LogStream": "x"}, "cancelled; its log is /aws-glue/crawlers, x"),
        ("SUCCEEDED", {}, ""),
    ],
)
def test_glue_says_why_a_crawl_failed(status: str, more: dict[str, str], error: str) -> None:
    found = state(State="READY", LastCrawl=last(status, **more)).last

    assert found is not None
    assert (found.crawl_id, found.began, found.error) == ("c1", BEGAN, error)


@pytest.mark.parametrize("word", ["RUNNING", "STOPPING"])
def test_a_crawler_that_stops_is_not_ready_yet(word: str) -> None:
    assert state(State=word, LastCrawl=last("SUCCEEDED")).running


def test_a_dataset_without_files_has_no_form(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    tables = CrawledTables(storage, {RECEIPTS.table: RECEIPTS}, InferredForms(tmp_path))
    crawlers = LocalCrawlers(storage, tables, ManualClock(BEGAN))

    crawlers.start(RECEIPTS.name)

    found = crawlers.state(RECEIPTS.name).last
    assert found is not None
    assert "there is no file below receipts/" in found.error


class OneRun:
    """A client of Glue whose workflow run has these nodes."""

    def __init__(self, *nodes: dict[str, Any]) -> None:
        self._nodes = nodes

    def get_workflow_run(self, *, Name: str, RunId: str, IncludeGraph: bool) -> dict[str, Any]:  # noqa: N803 - Glue's
        assert (Name, RunId, IncludeGraph) == ("millrace_dev_nightly", "wr_1", True)
        return {"Run": {"Status": "RUNNING", "Graph": {"Nodes": list(self._nodes)}}}


def crawls_of_run(*crawls: dict[str, Any]) -> BegunCrawls:
    node = {"Type": "CRAWLER", "Name": "millrace_dev_crawled_receipts", "CrawlerDetails": {"Crawls": list(crawls)}}
    job = {"Type": "JOB", "Name": "millrace_dev_report", "JobDetails": {"JobRuns": []}}
    glue = OneRun(job, node)
    return BegunCrawls(GlueRunCrawls(glue, "dev", "millrace_dev_nightly", "wr_1"))  # type: ignore[arg-type]  # one call


def test_a_crawl_that_a_trigger_began_is_seen_once_it_is_started() -> None:
    crawl = {"State": "SUCCEEDED", "StartedOn": BEGAN, "LogGroup": "/aws-glue/crawlers", "LogStream": "s1"}
    crawlers = crawls_of_run(crawl)

    assert crawlers.has_ended("receipts")
    assert crawlers.state("receipts") == CrawlerState(False)
    assert crawlers.start("receipts")
    assert crawlers.state("receipts") == CrawlerState(False, Crawl("s1", BEGAN))


@pytest.mark.parametrize("state", ["RUNNING", "CANCELLING"])
def test_a_crawl_of_a_trigger_that_goes_on_has_not_ended(state: str) -> None:
    crawlers = crawls_of_run({"State": state, "StartedOn": BEGAN})
    crawlers.start("receipts")

    assert crawlers.state("receipts") == CrawlerState(True)
    assert not crawlers.has_ended("receipts")
    assert not crawls_of_run().has_ended("receipts"), "it has not begun"


@pytest.mark.parametrize(
    ("crawl", "error"),
    [
        ({"State": "FAILED", "ErrorMessage": "Access denied"}, "Access denied"),
        ({"State": "CANCELLED", "LogGroup": "/g", "LogStream": "s1"}, "cancelled; its log is /g, s1"),
        ({"State": "ERROR"}, "error"),
    ],
)
def test_a_crawl_of_a_trigger_says_why_it_failed(crawl: dict[str, Any], error: str) -> None:
    crawlers = crawls_of_run({"StartedOn": BEGAN, **crawl})
    crawlers.start("receipts")

    found = crawlers.state("receipts").last
    assert found is not None
    assert found.error == error
