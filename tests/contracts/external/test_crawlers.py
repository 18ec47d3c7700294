"""The contract of crawlers. A new adapter is one entry in ADAPTERS."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from millrace.athena_sql.engines.duckdb.files.inferred_forms import InferredForms
from millrace.aws.glue_layout import dataset_crawler, raw_crawler
from millrace.clock import ManualClock
from millrace.errors import LakeError, UnknownName
from millrace.glue_workflow.crawled_tables import CrawledTables
from millrace.glue_workflow.external.crawlers import RAW_CRAWLER, Crawlers
from millrace.glue_workflow.external.glue_crawlers import GlueCrawlers
from millrace.glue_workflow.external.local_crawlers import LocalCrawlers
from millrace.lake.local import LocalStorage
from tests.contracts import aws
from tests.contracts.crawled import FILES, RECEIPTS


@dataclass(frozen=True)
class CrawledLake:
    """Crawlers of the raw tables and of one dataset with files. `settle`: lets crawls come to their end."""

    crawlers: Crawlers
    settle: Callable[[], None] = lambda: None


def local(folder: Path) -> CrawledLake:
    storage = LocalStorage(folder)
    for key, data in FILES.items():
        storage.put(key, data)
    tables = CrawledTables(storage, {RECEIPTS.table: RECEIPTS}, InferredForms(folder))
    return CrawledLake(LocalCrawlers(storage, tables, ManualClock(datetime(2024, 5, 31, tzinfo=UTC))))


def glue(folder: Path) -> CrawledLake:
    client, stage = aws.clients().glue, f"s{uuid.uuid4().hex[:8]}"
    names = [raw_crawler(stage), dataset_crawler(stage, RECEIPTS.name)]
    for name in names:
        client.create_crawler(
            Name=name, Role="r", DatabaseName="d", Targets={"S3Targets": [{"Path": "s3://b/receipts/"}]}
        )

    def settle() -> None:
        for name in names:
            client.list_crawls(CrawlerName=name)  # what makes moto's crawls end

    return CrawledLake(GlueCrawlers(client, stage), settle)


ADAPTERS = {"local": local, "glue": glue}


@pytest.fixture(params=ADAPTERS)
def lake(request: pytest.FixtureRequest, tmp_path: Path) -> CrawledLake:
    return ADAPTERS[request.param](tmp_path)


@pytest.mark.parametrize("name", [RECEIPTS.name, RAW_CRAWLER])
def test_a_crawl_is_the_last_one_once_it_has_ended(lake: CrawledLake, name: str) -> None:
    assert not lake.crawlers.state(name).running

    assert lake.crawlers.start(name)
    lake.settle()

    found = lake.crawlers.state(name)
    assert not found.running
    assert found.last is not None
    assert found.last.error == ""
    assert found.last.began.tzinfo is UTC


def test_each_crawl_has_an_id_of_its_own(lake: CrawledLake) -> None:
    seen = [lake.crawlers.state(RECEIPTS.name).last_id]
    for _ in range(2):
        lake.crawlers.start(RECEIPTS.name)
        lake.settle()
        seen.append(lake.crawlers.state(RECEIPTS.name).last_id)

    assert len(set(seen)) == 3


def test_what_has_no_crawler_is_told(lake: CrawledLake) -> None:
    for ask in (lake.crawlers.start, lake.crawlers.state):
        with pytest.raises((UnknownName, LakeError), match="unknown"):
            ask("unknown")


def test_a_crawl_under_way_is_not_started_again() -> None:
    made = glue(Path())

    assert made.crawlers.start(RECEIPTS.name)
    assert made.crawlers.state(RECEIPTS.name).running
    assert not made.crawlers.start(RECEIPTS.name)
    made.settle()
    assert not made.crawlers.state(RECEIPTS.name).running
    assert made.crawlers.start(RECEIPTS.name)
