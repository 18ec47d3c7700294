"""crawler: the job that starts a crawler, and waits until a crawl that began after it did has ended.

The data arrived before the job began. A crawl that was under way then may have listed its folder before, so it is
waited for and another one is started. No two clocks are compared: a crawl is new when its id is none that was there.
"""

from __future__ import annotations

from typing import Any

from millrace.errors import CrawlFailed, SettingError
from millrace.glue_workflow.crawl_jobs import dataset_of
from millrace.glue_workflow.external.crawlers import DATASET, Crawlers
from millrace.glue_workflow.run.job_context import JobContext, JobResult

_SEEN = "seen"


def run(context: JobContext) -> JobResult:
    """Asks to be called again while a crawl is under way. Raises CrawlFailed."""
    crawlers, name = _crawlers(context), dataset_of(context.job)
    state = crawlers.state(name)
    seen = (context.progress or {}).get(_SEEN)
    if seen is None:
        if state.running:
            context.log(f"{name}: a crawl is under way that began before; waiting for its end")
            return JobResult(more=True)
        seen = state.last_id
        context.store_progress({_SEEN: seen})
    if not state.running and state.last_id == seen:
        crawlers.start(name)  # False: one has begun since the look, which is as good
        context.log(f"{name}: crawl started")
        if not context.job.waits:
            return JobResult(_output(name, waited=False))
        state = crawlers.state(name)
    if state.running or state.last is None or state.last_id == seen:
        return JobResult({_SEEN: seen}, more=True)
    if state.last.error:
        why = state.last.error.rstrip(".")
        raise CrawlFailed(f"the crawl of {name} failed: {why}.", hint="Correct its cause, and resume the run.")
    return JobResult({**_output(name, waited=True), "crawl": state.last.crawl_id})


def _output(name: str, *, waited: bool) -> dict[str, Any]:
    return {DATASET: name, "waited": waited}


def _crawlers(context: JobContext) -> Crawlers:
    if context.services.crawlers is None:
        raise SettingError("there are no crawlers here.", hint="Give JobServices `crawlers`.")
    return context.services.crawlers
