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
from millrace.errors import DefinitionError, JobError, UnknownName, UsageError
from millrace.glue_workflow.ports import JobRecord, RunState
from millrace.infra.project.project import Project
from millrace.infra.runtime.local import LocalRuntime
from millrace.ingestors.ports import Source
from millrace.ingestors.simulator.misbehaviour import by_name
from millrace.ingestors.simulator.server import run_until_closed
from millrace.ingestors.simulator.simulation import is_simulated, simulated, with_history
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
    """Returns a summary as text. Raises JobError if a workflow fails, the feeds do not start or the ledger does not
    balance; DefinitionError for what is broken in the project. Before the feeds answer, no lake is made or replaced.
    """
    began = time.monotonic()
    _refuse_problems(project)
    sources = simulated(project.sources.values())
    plan = _plan(sources, day, minutes, home)
    with _simulator(project, sources) as urls:
        if home is None and plan.home.exists():
            shutil.rmtree(plan.home)
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


def _refuse_problems(project: Project) -> None:
    """Raises DefinitionError for what is broken, except workflows of sources that have no simulation: what is left out
    would leave snapshots pending.
    """
    left_out = {name for name, source in project.sources.items() if not is_simulated(source)}
    found = [error for name, error in project.pipelines.broken.items() if name not in left_out]
    broken = dict.fromkeys(str(one) for one in (*project.broken_sources, *found))
    if broken:
        raise DefinitionError("the demo needs all of the project: " + " ".join(broken), hint="See: millrace validate.")


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
    return DemoPlan(_checked_home(home), tuple(one.name for one in sources), date.isoformat(), slots)


def _checked_home(home: Path | None) -> Path:
    """The lake's folder. The default lake is replaced; data is only ever added to a lake that was named."""
    if home is None and DEFAULT_HOME.exists() and kind_of(LocalStorage(DEFAULT_HOME)) != "simulated":
        raise UsageError(f"{DEFAULT_HOME} is not a lake of the demo.", hint="Move it away, or name a lake with --home.")
    return home or DEFAULT_HOME


@contextmanager
def _simulator(project: Project, sources: Sequence[Source]) -> Iterator[dict[str, str]]:
    """The simulated feeds' addresses, by source. They are served by a process of their own, on another processor.

    The process ends when its standard input closes, so it cannot outlive a killed demo. Ctrl-C reaches the demo alone.
    Raises JobError when it does not start; the reason is on the standard error, which is also the demo's.
    """
    root = str(project.folder.root)
    command = [sys.executable, "-m", "millrace", "--project", root, "simulate", "--port", "0", "--exit-with-stdin"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            urls = [process.stdout.readline().strip() for _ in sources]
            if not all(urls):
                raise JobError(
                    "the simulated feeds did not start: their process ended, and said why.",
                    hint="See: millrace simulate.",
                )
            yield {source.name: url for source, url in zip(sources, urls, strict=True)}
        finally:
            process.stdin.close()


def _poll(runtime: LocalRuntime, feed_clock: ManualClock, plan: DemoPlan, advance: Advance) -> None:
    handler = runtime.poll_handler()
    for done, slot in enumerate(plan.slots):
        advance(done, len(plan.slots))
        feed_clock.set(slot)
        for source in runtime.polled:
            if slot.timestamp() % source.interval.total_seconds() == 0:
                handler.poll(with_history(source), slot, historical=True)
    runtime.stream.flush(everything=True)
    advance(len(plan.slots), len(plan.slots))


def _run_workflows(runtime: LocalRuntime, say: Say) -> None:
    for workflow in runtime.pipelines.refinements.values():
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
    tables = [name for workflow in runtime.pipelines.refinements.values() for name in (*workflow.prod, *workflow.whole)]
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
    """Those that are published, or pending for good because no workflow refines them."""
    stored = {row["source"]: row["published"] + row["pending"] for row in ledger if row["dt"] == plan.day}
    return ", ".join(f"{stored.get(name, 0):,} of {name}" for name in plan.sources)


def _activation() -> str:
    """The command that puts `millrace` on the path, or "" if it is there."""
    if shutil.which("millrace"):
        return ""
    return f"\n  source {shlex.quote(str(Path(sys.executable).with_name('activate')))}"
