"""The port of crawlers: each infers the form of one dataset's files, or looks at the raw tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

DATASET = "dataset"  # the parameter of a job of the kind `crawler`: the name of the crawler
RAW_CRAWLER = "raw"  # the crawler of the raw tables; no dataset has this name


@dataclass(frozen=True, slots=True)
class Crawl:
    """A crawl that has ended. `crawl_id`: no other crawl has it. `error`: why it failed; "" for one that succeeded."""

    crawl_id: str
    began: datetime
    error: str = ""


@dataclass(frozen=True, slots=True)
class CrawlerState:
    """`running`: whether a crawl is under way. `last`: the one that ended last; None before the first has ended."""

    running: bool
    last: Crawl | None = None

    @property
    def last_id(self) -> str:
        return self.last.crawl_id if self.last else ""


class Crawlers(Protocol):
    """The crawlers of a lake; `name`: of the dataset, or RAW_CRAWLER."""

    def start(self, name: str) -> bool:
        """Start a crawl; returns False where one is under way, which then goes on. Raises UnknownName or LakeError."""
        ...

    def state(self, name: str) -> CrawlerState:
        """Raises as `start` does."""
        ...
