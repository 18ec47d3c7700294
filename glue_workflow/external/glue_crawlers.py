"""Crawlers of AWS Glue, as the stack of a stage makes them.

Source: Glue API reference, "Crawlers and classifiers": `State` is READY, RUNNING or STOPPING, and `LastCrawl` is about
the crawl that ended last, whose `MessagePrefix` no other crawl has.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from millrace.aws.calls import code_of, translated
from millrace.aws.glue_layout import dataset_crawler, raw_crawler
from millrace.glue_workflow.external.crawlers import RAW_CRAWLER, Crawl, CrawlerState

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_glue.type_defs import LastCrawlInfoTypeDef

_READY, _SUCCEEDED = "READY", "SUCCEEDED"
_ENDED_WELL = (_SUCCEEDED, "COMPLETED")  # the latter is the word of crawl histories


@dataclass(frozen=True)
class GlueCrawlers:
    """`stage`: whose crawlers they are."""

    glue: GlueClient
    stage: str

    def start(self, name: str) -> bool:
        from botocore.exceptions import ClientError

        crawler = crawler_name(self.stage, name)
        with translated("glue", f"the crawler {crawler}"):
            try:
                self.glue.start_crawler(Name=crawler)
            except ClientError as error:
                if code_of(error) in ("CrawlerRunningException", "CrawlerStoppingException"):
                    return False
                raise
        return True

    def state(self, name: str) -> CrawlerState:
        crawler = crawler_name(self.stage, name)
        with translated("glue", f"the crawler {crawler}"):
            found = self.glue.get_crawler(Name=crawler)["Crawler"]
        return CrawlerState(found.get("State", _READY) != _READY, _crawl(found.get("LastCrawl")))


def crawler_name(stage: str, name: str) -> str:
    """What Glue calls a crawler. `name`: as in the port."""
    return raw_crawler(stage) if name == RAW_CRAWLER else dataset_crawler(stage, name)


def _crawl(found: LastCrawlInfoTypeDef | None) -> Crawl | None:
    if not found or "StartTime" not in found:
        return None
    began = found["StartTime"].astimezone(UTC)
    return Crawl(found.get("MessagePrefix") or began.isoformat(), began, _error(found))


def _error(found: LastCrawlInfoTypeDef) -> str:
    status = str(found.get("Status", _SUCCEEDED))
    if status in _ENDED_WELL:
        return ""
    log = f"; its log is {found['LogGroup']}, {found.get('LogStream', '')}" if found.get("LogGroup") else ""
    return f"{found.get('ErrorMessage') or status.lower()}{log}"
