"""The demo: a simulated day through the whole pipeline, with the production code and over real HTTP."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from millrace.clock import ManualClock
from millrace.errors import JobError, UsageError
from millrace.glue_workflow.definitions import workflows
from millrace.glue_workflow.ports import JobRecord, RunState
from millrace.infra.runtime.local import LocalRuntime
from millrace.ingestors.registry import source as find_source
from millrace.ingestors.simulator.server import SERVED
from millrace.lake.kind import kind_of
from millrace.lake.local import LocalStorage
from millrace.settings import Settings
from millrace.time_keys import parse_date, parse_time
from millrace.usecases.audit import audit_rows
from millrace.usecases.page import write_page
from millrace.usecases.polls import Advance
from millrace.usecases.queries import run_query

DEFAULT_HOME = Path(".millrace-demo")
SOURCE = "taxi_availability"
_HALF_A_DAY = 720

Say = Callable[[str], None]


@dataclass(frozen=True)
class DemoPlan:
    """What a demo does. `slots`: the instants at which sources may be polled, one per minute of feed time."""

    home: Path
    day: str
    slots: tuple[datetime, ...]


def run_demo(day: str, minutes: int, home: Path | None, *, say: Say, advance: Advance) -> str:
    """Returns a summary as text. Raises JobError if a workflow fails or the ledger does not balance."""
    began = time.monotonic()
    plan = _plan(day, minutes, home)
    with _simulator() as urls:
        settings = Settings(home=plan.home, feed="simulated", source_urls=urls)
        feed_clock = ManualClock(plan.slots[0])
        with LocalRuntime(settings, feed_clock=feed_clock) as runtime:
            say(f"The feeds are simulated: {', '.join(urls.values())}")
            _poll(runtime, feed_clock, plan, advance)
            _run_workflows(runtime, say)
            _, imbalances = audit_rows(runtime, [], lambda done, of: None)
            if imbalances:
                raise JobError(
                    f"the ledger does not balance: {imbalances[0]}.",
                    hint=f"See every term: millrace audit --home {plan.home}.",
                )
            page = plan.home / "preview.html"
            write_page(runtime, page, plan.day)
            return _summary(runtime, plan, page, time.monotonic() - began)


def _plan(day: str, minutes: int, home: Path | None) -> DemoPlan:
    date = parse_date(day)
    zone = find_source(SOURCE).timezone
    first = "08:00" if minutes < _HALF_A_DAY else "00:00"
    start = parse_time(f"{date}T{first}", zone)
    # A request returns the newest snapshot before it, so a minute's snapshot is available one minute later.
    slots = tuple(start + timedelta(minutes=minute) for minute in range(1, minutes + 1))
    return DemoPlan(_prepared(home), date.isoformat(), slots)


def _prepared(home: Path | None) -> Path:
    """The lake's folder. The default lake is replaced; data is only ever added to a lake that was named."""
    if home is None and DEFAULT_HOME.exists():
        if kind_of(LocalStorage(DEFAULT_HOME)) != "simulated":
            raise UsageError(
                f"{DEFAULT_HOME} is not a lake of the demo.", hint="Move it away, or name a lake with --home."
            )
        shutil.rmtree(DEFAULT_HOME)
    return home or DEFAULT_HOME


@contextmanager
def _simulator() -> Iterator[dict[str, str]]:
    """The simulated feeds' addresses, by source. They are served by a process of their own, on another processor.

    The process ends when its standard input closes, so it cannot outlive a killed demo. Ctrl-C reaches the demo alone.
    """
    command = [sys.executable, "-m", "millrace", "simulate", "--port", "0", "--exit-with-stdin"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield {source: process.stdout.readline().strip() for source in SERVED}
        finally:
            process.stdin.close()


def _poll(runtime: LocalRuntime, feed_clock: ManualClock, plan: DemoPlan, advance: Advance) -> None:
    handler = runtime.poll_handler()
    for done, slot in enumerate(plan.slots):
        advance(done, len(plan.slots))
        feed_clock.set(slot)
        for source in runtime.polled:
            if slot.timestamp() % source.interval.total_seconds() == 0:
                handler.poll(source, slot, historical=True)
    runtime.stream.flush(everything=True)
    advance(len(plan.slots), len(plan.slots))


def _run_workflows(runtime: LocalRuntime, say: Say) -> None:
    for workflow in workflows().values():
        run = runtime.runner().run(workflow)
        jobs = runtime.runs.jobs(run.run_id)
        say(f"workflow {workflow.name}: " + ", ".join(f"{job.job} {_seconds(job)}" for job in jobs))
        if run.state is not RunState.SUCCEEDED:
            raise JobError(
                f"workflow {workflow.name} failed: {run.error}", hint=f"See millrace runs --home {runtime.home}."
            )


def _seconds(job: JobRecord) -> str:
    return f"{(job.finished_at - job.started_at).total_seconds():.1f} s" if job.finished_at else "unfinished"


def _summary(runtime: LocalRuntime, plan: DemoPlan, page: Path, seconds: float) -> str:
    snapshots, least, most = run_query(
        runtime, "SELECT count(*), min(taxis), max(taxis) FROM prod.taxi_availability"
    ).rows[0]
    rain = run_query(runtime, "SELECT count(*) FROM prod.rainfall").rows[0][0]
    return f"""
{snapshots} snapshots of {plan.day}, {least} to {most} taxis, and {rain} of the rain, in {seconds:.0f} s.
The ledger balances.
All of it is simulated.

  the page     {page.resolve().as_uri()}
  the lake     {plan.home.resolve()}

What to try next:{_activation()}
  export MILLRACE_HOME={shlex.quote(str(plan.home))}
  millrace query "SELECT area, max(taxis) AS most FROM prod.taxi_availability_by_area GROUP BY area ORDER BY most DESC"
  millrace tables prod.taxi_availability
  millrace runs
  millrace audit"""


def _activation() -> str:
    """The command that puts `millrace` on the path, or "" if it is there."""
    if shutil.which("millrace"):
        return ""
    return f"\n  source {shlex.quote(str(Path(sys.executable).with_name('activate')))}"
