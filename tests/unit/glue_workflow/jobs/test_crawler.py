"""The job that starts a crawler: which crawl it takes for its own, and how long it waits."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from millrace.errors import ServiceBusy
from millrace.glue_workflow.external.crawlers import Crawl, CrawlerState
from millrace.glue_workflow.ports import RunState
from tests.unit.glue_workflow.jobs.composed_runs import ComposedRun, composed_run, job

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)  # no clock is compared with another
JOB = job("crawl", "crawler", minutes=1, dataset="receipts")


def running(last: str = "") -> CrawlerState:
    return CrawlerState(True, Crawl(last, LONG_AGO) if last else None)


def ready(last: str = "", error: str = "") -> CrawlerState:
    return CrawlerState(False, Crawl(last, LONG_AGO, error) if last else None)


class ScriptedCrawlers:
    """Crawlers whose states come in this order; the last one stays. `log`: what was asked of them."""

    def __init__(self, *states: CrawlerState, starts: Iterable[bool | Exception] = ()) -> None:
        self._states, self._starts = list(states), list(starts)
        self.log: list[str] = []

    def start(self, name: str) -> bool:
        self.log.append(f"start {name}")
        answer = self._starts.pop(0) if self._starts else True
        if isinstance(answer, Exception):
            raise answer
        return answer

    def state(self, name: str) -> CrawlerState:
        self.log.append("look")
        return self._states.pop(0) if len(self._states) > 1 else self._states[0]


def crawl(folder: Path, crawlers: ScriptedCrawlers, *, waits: bool = True, retries: int = 0) -> ComposedRun:
    made = composed_run(folder, replace(JOB, waits=waits, retries=retries), crawlers=crawlers)
    made.run()
    return made


def test_a_crawl_is_started_and_waited_for(tmp_path: Path) -> None:
    crawlers = ScriptedCrawlers(ready("a"), running("a"), running("a"), ready("b"))
    made = crawl(tmp_path, crawlers)

    assert crawlers.log == ["look", "start receipts", "look", "look", "look"]
    assert made.job("crawl").state is RunState.SUCCEEDED
    assert made.job("crawl").output == {"dataset": "receipts", "waited": True, "crawl": "b"}


def test_a_crawl_that_was_under_way_is_not_taken_for_a_fresh_one(tmp_path: Path) -> None:
    crawlers = ScriptedCrawlers(running("a"), running("a"), ready("b"), running("b"), ready("c"))
    made = crawl(tmp_path, crawlers)

    assert crawlers.log == ["look", "look", "look", "start receipts", "look", "look"]
    assert made.job("crawl").output == {"dataset": "receipts", "waited": True, "crawl": "c"}


def test_a_crawl_that_another_began_since_the_look_is_fresh(tmp_path: Path) -> None:
    crawlers = ScriptedCrawlers(ready("a"), running("a"), ready("b"), starts=[False])
    made = crawl(tmp_path, crawlers)

    assert crawlers.log.count("start receipts") == 1
    assert made.job("crawl").output == {"dataset": "receipts", "waited": True, "crawl": "b"}


def test_the_first_crawl_of_all_is_waited_for(tmp_path: Path) -> None:
    assert crawl(tmp_path, ScriptedCrawlers(ready(), running(), ready("a"))).job("crawl").output == {
        "dataset": "receipts",
        "waited": True,
        "crawl": "a",
    }


def test_a_start_that_was_lost_is_made_again(tmp_path: Path) -> None:
    """As when a process died after it had noted what was there, and before it started the crawler."""
    busy = ServiceBusy("glue cannot be reached.")
    crawlers = ScriptedCrawlers(ready("a"), ready("a"), running("a"), ready("b"), starts=[busy, True])
    made = crawl(tmp_path, crawlers, retries=1)

    assert crawlers.log.count("start receipts") == 2
    assert made.job("crawl").state is RunState.SUCCEEDED


def test_who_does_not_wait_is_done_with_the_start(tmp_path: Path) -> None:
    crawlers = ScriptedCrawlers(ready("a"))
    made = crawl(tmp_path, crawlers, waits=False)

    assert crawlers.log == ["look", "start receipts"]
    assert made.job("crawl").output == {"dataset": "receipts", "waited": False}


def test_a_failed_crawl_fails_the_job_with_its_reason(tmp_path: Path) -> None:
    made = crawl(tmp_path, ScriptedCrawlers(ready("a"), running("a"), ready("b", "Access denied.")))

    assert made.job("crawl").state is RunState.FAILED
    assert "the crawl of receipts failed: Access denied." in made.job("crawl").error


def test_an_earlier_crawl_that_failed_says_nothing_about_this_one(tmp_path: Path) -> None:
    crawlers = ScriptedCrawlers(ready("a", "Access denied"), running("a"), ready("b"))

    assert crawl(tmp_path, crawlers).job("crawl").state is RunState.SUCCEEDED


@pytest.mark.parametrize("stuck", [running("a"), running()], ids=["after another", "the first"])
def test_a_crawl_that_does_not_end_is_a_time_out(tmp_path: Path, stuck: CrawlerState) -> None:
    made = crawl(tmp_path, ScriptedCrawlers(ready(stuck.last_id), stuck))

    assert made.job("crawl").state is RunState.FAILED
    assert "was called again for 0:01:00" in made.job("crawl").error
