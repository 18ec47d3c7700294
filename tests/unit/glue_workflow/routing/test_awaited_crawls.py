"""Runs that wait for a crawl where events drive them: `crawl` is waited for, and `sum` comes after it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from millrace.glue_workflow.external.crawlers import Crawl, CrawlerState
from millrace.glue_workflow.job_kinds import CRAWLER, PYTHON
from millrace.glue_workflow.jobs import crawler
from millrace.glue_workflow.ports import RunState
from millrace.glue_workflow.routing.router import CALL_LASTS, LOOKS_AGAIN
from millrace.glue_workflow.workflow import Job, Workflow
from tests.unit.glue_workflow.routing.routing_bench import A_MOMENT, RoutingBench, of_python
from tests.unit.glue_workflow.run.runner_bench import START

NOTHING_CRAWLED = CrawlerState(False)


@dataclass
class HeldCrawlers:
    """Crawlers of which one has begun a crawl, until the test ends it."""

    found: CrawlerState = NOTHING_CRAWLED

    def start(self, name: str) -> bool:
        self.found = CrawlerState(True)
        return True

    def state(self, name: str) -> CrawlerState:
        return self.found

    def end(self, error: str = "") -> None:
        self.found = CrawlerState(False, Crawl("c1", START, error))


def crawling(folder: Path) -> tuple[RoutingBench, HeldCrawlers, str]:
    """Its first call is made: the crawl is under way."""
    crawl = Job("crawl", CRAWLER, parameters={"dataset": "reports"})
    bench = of_python(folder, Workflow(name="reports", schedule="", jobs=(crawl, Job("sum", PYTHON, after=("crawl",)))))
    bench.crawlers = crawlers = HeldCrawlers()
    bench.bench.jobs[CRAWLER] = crawler.run
    bench.services = replace(bench.services, crawlers=crawlers)
    run_id = bench.begun().run_id
    bench.router.advance(run_id)
    bench.make_next()
    return bench, crawlers, run_id


def test_the_end_of_a_crawl_starts_the_next_call_and_no_process_waits_for_it(tmp_path: Path) -> None:
    bench, crawlers, run_id = crawling(tmp_path)
    assert bench.router.advance(run_id).state is RunState.RUNNING
    assert bench.started() == []

    crawlers.end()
    run = bench.run_on(run_id)

    assert (run.state, bench.bench.ran) == (RunState.SUCCEEDED, ["sum"])
    assert bench.calls.last_call(run, "crawl").number == 2  # type: ignore[union-attr]


def test_a_crawl_of_whose_end_no_event_tells_is_looked_at_again(tmp_path: Path) -> None:
    bench, _, run_id = crawling(tmp_path)
    bench.pass_by(LOOKS_AGAIN)
    bench.router.advance(run_id)
    assert bench.started() == []

    bench.pass_by(A_MOMENT)
    bench.router.advance(run_id)

    assert bench.started() == ["crawl"]


def test_a_crawl_that_never_ends_is_given_up(tmp_path: Path) -> None:
    bench, _, run_id = crawling(tmp_path)
    bench.pass_by(bench.workflow.job("crawl").longest + CALL_LASTS + A_MOMENT)

    run = bench.router.advance(run_id)

    assert (run.state, "ran longer than" in run.error) == (RunState.FAILED, True)


def test_a_crawl_that_fails_ends_the_run(tmp_path: Path) -> None:
    bench, crawlers, run_id = crawling(tmp_path)

    crawlers.end("access denied")
    run = bench.run_on(run_id)

    assert (run.state, "the crawl of reports failed: access denied" in run.error) == (RunState.FAILED, True)
