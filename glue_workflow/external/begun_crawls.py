"""Crawls that an orchestrator began itself, as crawlers: the job that waits for a crawl takes them for its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from millrace.glue_workflow.external.crawlers import CrawlerState


@dataclass
class BegunCrawls:
    """Crawlers. `look` says how the crawl of one execution is by the name of its crawler, with none before it began.

    `start` starts nothing: from then on the crawl that has begun is seen.
    """

    look: Callable[[str], CrawlerState]
    _seen: set[str] = field(default_factory=set)

    def start(self, name: str) -> bool:
        self._seen.add(name)
        return True

    def state(self, name: str) -> CrawlerState:
        return self.look(name) if name in self._seen else CrawlerState(False)

    def has_ended(self, name: str) -> bool:
        """Whether the crawl did, well or not."""
        state = self.look(name)
        return not state.running and state.last is not None
