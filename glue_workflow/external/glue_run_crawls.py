"""The crawls of one run of a Glue workflow, which its triggers began.

Source: Glue API reference, "Workflows": GetWorkflowRun with IncludeGraph, Node, CrawlerNodeDetails and Crawl.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from millrace.aws.calls import translated
from millrace.glue_workflow.external.crawlers import Crawl, CrawlerState
from millrace.glue_workflow.external.glue_crawlers import crawler_name

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_glue.type_defs import CrawlTypeDef, NodeTypeDef

_UNDER_WAY = ("RUNNING", "CANCELLING")
_SUCCEEDED = "SUCCEEDED"


@dataclass(frozen=True)
class GlueRunCrawls:
    """Says how a crawl is, by the name of its crawler. `workflow`, `run_id`: as Glue names them."""

    glue: GlueClient
    stage: str
    workflow: str
    run_id: str

    def __call__(self, name: str) -> CrawlerState:
        """Raises ServiceBusy and ServiceRefused."""
        crawler = crawler_name(self.stage, name)
        with translated("glue", f"the workflow {self.workflow}"):
            run = self.glue.get_workflow_run(Name=self.workflow, RunId=self.run_id, IncludeGraph=True)["Run"]
        nodes = run.get("Graph", {}).get("Nodes", ())
        found = [one for node in nodes if node.get("Name") == crawler for one in _crawls(node)]
        if not found:
            return CrawlerState(False)
        return CrawlerState(found[-1].get("State") in _UNDER_WAY, _ended(found[-1]))


def _crawls(node: NodeTypeDef) -> list[CrawlTypeDef]:
    return list(node.get("CrawlerDetails", {}).get("Crawls", ()))


def _ended(crawl: CrawlTypeDef) -> Crawl | None:
    if crawl.get("State") in _UNDER_WAY or "StartedOn" not in crawl:
        return None
    began = crawl["StartedOn"].astimezone(UTC)
    return Crawl(crawl.get("LogStream") or began.isoformat(), began, _error(crawl))


def _error(crawl: CrawlTypeDef) -> str:
    state = str(crawl.get("State", ""))
    if state == _SUCCEEDED:
        return ""
    log = f"; its log is {crawl['LogGroup']}, {crawl.get('LogStream', '')}" if crawl.get("LogGroup") else ""
    return f"{crawl.get('ErrorMessage') or state.lower()}{log}"
