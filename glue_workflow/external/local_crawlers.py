"""Crawls of this process: a dataset's form is inferred at once, and what came of it is kept in the lake.

Readers infer the form themselves, so a crawl changes no table. It tells whether the files have a form.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import msgspec

from millrace.clock import Clock
from millrace.errors import FormUnknown, ObjectMissing
from millrace.glue_workflow.crawled_tables import CrawledTables
from millrace.glue_workflow.external.crawlers import RAW_CRAWLER, Crawl, CrawlerState
from millrace.lake.keys import CRAWLED, last_crawl
from millrace.lake.storage import Storage


class _Kept(msgspec.Struct, frozen=True):
    crawl_id: str
    began: datetime
    ended: datetime
    error: str = ""


def _new_id() -> str:
    return uuid.uuid4().hex


@dataclass(frozen=True)
class LocalCrawlers:
    """`tables`: those of the datasets. The raw tables are declared, so there is nothing to be found out about them."""

    storage: Storage
    tables: CrawledTables
    clock: Clock
    new_id: Callable[[], str] = _new_id

    def start(self, name: str) -> bool:
        began, error = self.clock.now(), ""
        if name != RAW_CRAWLER:
            try:
                self.tables.table(f"{CRAWLED}.{name}")
            except FormUnknown as unknown:
                error = str(unknown)
        kept = _Kept(self.new_id(), began, self.clock.now(), error)
        self.storage.put(last_crawl(name), msgspec.json.encode(kept))
        return True

    def state(self, name: str) -> CrawlerState:
        if name != RAW_CRAWLER:
            self.tables.objects(f"{CRAWLED}.{name}")  # raises UnknownName
        try:
            kept = msgspec.json.decode(self.storage.get(last_crawl(name)), type=_Kept)
        except ObjectMissing:
            return CrawlerState(running=False)
        return CrawlerState(running=False, last=Crawl(kept.crawl_id, kept.began, kept.error))
