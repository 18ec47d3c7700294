"""The demo: a simulated day through the whole pipeline, with the production code and over real HTTP. And its feeds."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from millrace.clock import ManualClock
from millrace.errors import JobError, UnknownName, UsageError
from millrace.glue_workflow.ports import JobRecord, RunState
from millrace.infra.project.project import Project
from millrace.infra.runtime.local import LocalRuntime
from millrace.ingestors.ports import Source
from millrace.ingestors.simulator.misbehaviour import by_name
from millrace.ingestors.simulator.server import run_until_closed
from millrace.ingestors.simulator.simulation import simulated
from millrace.lake.kind import kind_of
from millrace.lake.local import LocalStorage
from millrace.settings import Settings
from millrace.time_keys import parse_date, parse_time
from millrace.usecases.audit import audit_rows
from millrace.usecases.page import write_page
from millrace.usecases.polls import Advance

DEFAULT_HOME = Path(".millrace-demo")
_HALF_A_DAY = 720

Say = Callable[[str], None]
LedgerRow = Mapping[str, Any]


@dataclass(frozen=True)
class DemoPlan:
    """What a demo does. `slots`: the instants at which sources may be polled, one per minute of feed time."""

    home: Path
    sources: tuple[str, ...]
    day: str
    slots: tuple[datetime, ...]


def run_demo(project: Project, day: str, minutes: int, home: Path | None, *, say: Say, advance: Advance) -> str:
    """Returns a summary as text. Raises JobError if a workflow fails or the ledger does not balance."""
    began = time.monotonic()
    sources = simulated(project.sources.values())
    plan = _plan(sources, day, minutes, home)
    with _simulator(project, sources) as urls:
        settings = Settings(home=plan.home, feed="simulated", source_urls=urls)
        feed_clock = ManualClock(plan.slots[0])
        with LocalRuntime(settings, feed_clock=feed_clock, project=project) as runtime:
            say(f"The feeds are simulated: {', '.join(urls.values())}")
            _poll(runtime, feed_clock, plan, advance)
            _run_workflows(runtime, say)
            ledger, imbalances = audit_rows(runtime, [], lambda done, of: None)
            if imbalances:
                raise JobError(
                    f"the ledger does not balance: {imbalances[0]}.",
                    hint=f"See every term: millrace audit --home {plan.home}.",
                )
            page = plan.home / "preview.html"
            write_page(runtime, page, plan.day)
            return _summary(runtime, plan, ledger, page, time.monotonic() - began)


def serve_feeds(
    project: Project,
    port: int,
    seed: int,
    *,
    announce: Callable[[str], None],
    misbehaviours: Sequence[str],
    misbehaving: str | None,
    exit_with_stdin: bool,
) -> None:
    """Serves the simulated feeds until SIGTERM or Ctrl-C; `misbehaving`, or the first, with the misbehaviours.

    Raises UsageError, UnknownName, SettingError.
    """
    sources = simulated(project.sources.values())
    served = {source.name: source for source in sources}
    spoiled = misbehaving or sources[0].name
    if spoiled not in served:
        raise UnknownName("simulated source", spoiled, served)
    simulation = served[spoiled].simulation
    assert simulation is not None
    run_until_closed(
        sources,
        port=port,
        seed=seed,
        announce=announce,
        misbehaviours={spoiled: by_name(misbehaviours, simulation)},
        exit_with_stdin=exit_with_stdin,
    )


def _plan(sources: Sequence[Source], day: str, minutes: int, home: Path | None) -> DemoPlan:
    date = parse_date(day)
    zone = sources[0].timezone
    first = "08:00" if minutes < _HALF_A_DAY else "00:00"
    start = parse_time(f"{date}T{first}", zone)
    # A request returns the newest snapshot before it, so a minute's snapshot is available one minute later.
    slots = tuple(start + timedelta(minutes=minute) for minute in range(1, minutes + 1))
    return DemoPlan(_prepared(home), tuple(one.name for one in sources), date.isoformat(), slots)


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
def _simulator(project: Project, sources: Sequence[Source]) -> Iterator[dict[str, str]]:
    """The simulated feeds' addresses, by source. They are served by a process of their own, on another processor.

    The process ends when its standard input closes, so it cannot outlive a killed demo. Ctrl-C reaches the demo alone.
    """
    root = str(project.folder.root)
    command = [sys.executable, "-m", "millrace", "--project", root, "simulate", "--port", "0", "--exit-with-stdin"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            yield {source.name: process.stdout.readline().strip() for source in sources}
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
    for workflow in runtime.pipelines.workflows.values():
        run = runtime.runner().run(workflow)
        jobs = runtime.runs.jobs(run.run_id)
        say(f"workflow {workflow.name}: " + ", ".join(f"{job.job} {_seconds(job)}" for job in jobs))
        if run.state is not RunState.SUCCEEDED:
            raise JobError(
                f"workflow {workflow.name} failed: {run.error}", hint=f"See millrace runs --home {runtime.home}."
            )


def _seconds(job: JobRecord) -> str:
    return f"{(job.finished_at - job.started_at).total_seconds():.1f} s" if job.finished_at else "unfinished"


def _summary(runtime: LocalRuntime, plan: DemoPlan, ledger: Sequence[LedgerRow], page: Path, seconds: float) -> str:
    tables = [name for workflow in runtime.pipelines.workflows.values() for name in (*workflow.prod, *workflow.whole)]
    rows = {name: sum(version.rows for version in runtime.catalog.current(name)) for name in tables}
    width = max(map(len, rows))
    counts = "\n".join(f"  {name:<{width}}  {count:>9,}" for name, count in rows.items())
    return f"""
Snapshots of {plan.day}: {_snapshots(plan, ledger)}, in {seconds:.0f} s. Rows in the lake:

{counts}

The ledger balances.
All of it is simulated.

  the page     {page.resolve().as_uri()}
  the lake     {plan.home.resolve()}

What to try next:{_activation()}
  export MILLRACE_HOME={shlex.quote(str(plan.home))}
  millrace query "SELECT * FROM {tables[0]} LIMIT 5"
  millrace tables {tables[0]}
  millrace runs
  millrace audit"""


def _snapshots(plan: DemoPlan, ledger: Sequence[LedgerRow]) -> str:
    published = {row["source"]: row["published"] for row in ledger if row["dt"] == plan.day}
    return ", ".join(f"{published.get(name, 0):,} of {name}" for name in plan.sources)


def _activation() -> str:
    """The command that puts `millrace` on the path, or "" if it is there."""
    if shutil.which("millrace"):
        return ""
    return f"\n  source {shlex.quote(str(Path(sys.executable).with_name('activate')))}"
