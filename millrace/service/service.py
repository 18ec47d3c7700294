"""The service behind `millrace up`: polls every source and runs every workflow on its schedule, in one process.

Polls have a pool of threads, so that a slow feed delays no other. Workflow runs and gap filling share one thread: they
compete for the same processors, and a run that waits for another loses nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from millrace.errors import MillraceError
from millrace.glue_workflow.run.begin import StartKey
from millrace.glue_workflow.workflow import Workflow
from millrace.ingestors.polling.scheduler import ScheduledAction, Scheduler
from millrace.ingestors.ports import Outcome, Source
from millrace.schedules.expressions import UTC_ZONE, read_schedule
from millrace.schedules.names import poll_schedule, run_schedule
from millrace.time_keys import stored
from millrace.usecases.polls import gap_filler

if TYPE_CHECKING:
    from millrace.infra.runtime.base import Runtime

LEASE = "up"
STOP_SECONDS = 30.0  # how long a stop waits for a run before it interrupts it; an interrupted run can be resumed
HURRY_SECONDS = 0.5  # the same after Ctrl-C, for polls as well: what is cut off leaves a gap, which is filled later

_log = logging.getLogger("millrace.up")


class Service:
    """The schedules of one lake and the threads that work on them. The caller holds the lease `LEASE`."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._handler = runtime.poll_handler()
        self._gaps = gap_filler(runtime, self._handler)
        self._polls = ThreadPoolExecutor(max(4, len(runtime.sources)), thread_name_prefix="poll")
        self._work = ThreadPoolExecutor(1, thread_name_prefix="work")
        self._started: dict[str, Future[None]] = {}

    def run(self, wait: Callable[[float], bool], in_a_hurry: Callable[[], bool] = lambda: False) -> None:
        """Runs until `wait(seconds)` returns True, which means stop; `in_a_hurry`: whether within two seconds."""
        is_on = self._runtime.switches.is_on
        scheduler = Scheduler(self._entries(), self._runtime.clock, is_on=is_on, missed=self._missed)
        for source in self._runtime.polled:
            self._start(f"recent-gaps-{source.name}", self._work, partial(self._gaps.note_recent_gaps, source))
        _log.info("up", extra={"lake": self._runtime.address, "sources": [one.name for one in self._runtime.polled]})
        try:
            scheduler.run(wait)
        finally:
            self._stop(HURRY_SECONDS if in_a_hurry() else None)

    def settle(self, timeout: float | None = None) -> bool:
        """Waits for polls and runs under way; returns whether all have finished.

        Futures that a pool's shutdown cancelled in its queue are left out: `futures.wait` would wait for them for ever.
        """
        started = [future for future in self._started.values() if not future.cancelled()]
        return not wait_for(started, timeout=timeout).not_done

    def _entries(self) -> list[ScheduledAction]:
        sources = self._runtime.polled
        polls = [
            self._entry(poll_schedule(one.name), one.schedule, one.timezone, self._polls, partial(self._poll, one))
            for one in sources
        ]
        runs = [
            self._entry(run_schedule(name), flow.schedule, flow.timezone, self._work, partial(self._run, flow))
            for name, flow in self._runtime.pipelines.workflows.items()
            if flow.schedule
        ]
        gaps = [
            self._entry(f"fill-{one.name}", "rate(5 minutes)", UTC_ZONE, self._work, partial(self._fill, one))
            for one in sources
        ]
        return [*polls, *runs, *gaps, self._entry("flush", "rate(1 minute)", UTC_ZONE, self._polls, self._flush)]

    def _entry(
        self, name: str, schedule: str, zone: ZoneInfo, pool: ThreadPoolExecutor, action: Callable[[datetime], None]
    ) -> ScheduledAction:
        return ScheduledAction(
            name, read_schedule(schedule, zone), lambda at: self._start(name, pool, partial(action, at))
        )

    def _start(self, name: str, pool: ThreadPoolExecutor, action: Callable[[], None]) -> bool:
        """False if the previous action of this schedule has not finished yet."""
        previous = self._started.get(name)
        if previous is not None and not previous.done():
            return False
        self._started[name] = pool.submit(self._guarded, name, action)
        return True

    def _guarded(self, name: str, action: Callable[[], None]) -> None:
        """A failure does not end the service: it is logged, and the next scheduled time tries again."""
        try:
            action()
        except MillraceError as error:
            _log.error("failed", extra={"schedule": name, "reason": str(error)})
        except BaseException:  # also SystemExit of a source's own code: nobody asks the future for it
            _log.exception("failed", extra={"schedule": name})
            raise

    def _missed(self, name: str, at: datetime) -> None:
        _log.warning("missed", extra={"schedule": name, "since": stored(at)})
        for source in self._runtime.sources:
            if name == poll_schedule(source):
                self._gaps.note_gap(source, at)

    def _poll(self, source: Source, at: datetime) -> None:
        result = self._handler.poll(source, at)
        if result.outcome is Outcome.FAILED:
            self._gaps.note_gap(source.name, at)
        _log.info(
            "polled",
            extra={
                "source": source.name,
                "outcome": "duplicate" if result.duplicate else result.outcome.value,
                "entities": result.entities,
                "reason": result.reason,
            },
        )

    def _run(self, workflow: Workflow, at: datetime) -> None:
        run = self._runtime.runner().run(workflow, start=StartKey(stored(at)))
        _log.info("run", extra={"workflow": workflow.name, "run_id": run.run_id, "state": str(run.state)})

    def _fill(self, source: Source, _: datetime) -> None:
        self._gaps.fill(source)

    def _flush(self, _: datetime) -> None:
        self._runtime.stream.flush()

    def _stop(self, hurry: float | None) -> None:
        """Polls under way finish; a run gets STOP_SECONDS, then is interrupted; the spool is delivered last.

        `hurry`: the seconds that both get together, and again after the interruption; None without a hurry.
        """
        _log.info("stopping")
        self._polls.shutdown(wait=hurry is None, cancel_futures=True)
        self._work.shutdown(wait=False, cancel_futures=True)
        if not self.settle(STOP_SECONDS if hurry is None else hurry):
            self._runtime.engine.interrupt()
            self.settle(hurry)
        self._runtime.stream.flush(everything=True)
        _log.info("stopped")
