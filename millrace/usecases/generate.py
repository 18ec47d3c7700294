"""A generated lake: simulated days written directly as raw objects, without polls and deliveries.

Each slot of a source's schedule has its snapshot and its poll attempt, in the stream's envelope and key layout. An
object holds five snapshots of an hour (of a source that is polled less than once a minute, all of the hour), or the
attempts of an hour. Names and bytes depend only on day, seed and interval, so generating is idempotent: the same call
completes one that was interrupted.
"""

from __future__ import annotations

import os
import signal
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from millrace.errors import LakeError, UsageError
from millrace.firehose.envelope import Snapshot, to_record
from millrace.firehose.ports import Record
from millrace.firehose.raw_object import compressed
from millrace.infra.project.project import Project
from millrace.ingestors.polling.attempts import Attempt
from millrace.ingestors.ports import POLLS, Outcome, Source
from millrace.ingestors.simulator.simulation import SimulatedSnapshot, SimulatedSnapshots, simulated, simulated_world
from millrace.lake.kind import open_lake
from millrace.lake.local import LocalStorage
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.time_keys import compact, parse_date, parse_every

if TYPE_CHECKING:
    from millrace.infra.runtime.local import LocalRuntime
    from millrace.usecases.polls import Advance

_LAST = "2024-05-31"  # close to the demo's day, so that a panel shows both
_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)
_SNAPSHOTS_PER_OBJECT = 5


@dataclass(frozen=True, slots=True)
class DayPlan:
    """One day of a lake: the input of a worker process."""

    home: Path
    day: date
    seed: int
    every: timedelta


@dataclass(frozen=True, slots=True)
class GeneratedFeed:
    """A source with its simulated world, and its place among them, which numbers the objects of its attempts."""

    source: Source
    world: SimulatedSnapshots
    place: int


WrittenDay = tuple[DayPlan, tuple[int, int]]  # with the numbers of snapshots and objects


def generate(
    runtime: LocalRuntime,
    days: int,
    until: str | None,
    *,
    seed: int,
    every: str,
    advance: Advance,
) -> dict[str, Any]:
    """Writes `days` days up to and including `until`, and returns a row of what was written.

    Raises WrongLakeKind for a live lake, BadTime, DefinitionError for a simulation, and UsageError for days that hold
    other data, or if no source has a simulation.
    """
    sources = simulated(runtime.sources.values())
    last, step = parse_date(until or _LAST), _step(every)
    plans = [DayPlan(runtime.home, last - n * _DAY, seed, step) for n in reversed(range(days))]
    feeds = _feeds(sources, seed)  # what is wrong in a simulation makes no lake
    open_lake(runtime.storage, "simulated", runtime.clock)
    for plan in plans:
        _refuse_other_data(runtime.storage, plan, sources)
    pending = runtime.pending  # makes the state file before the first object: without one, the lake would look damaged
    snapshots, objects = 0, 0
    advance(0, days)
    for done, (plan, written) in enumerate(_written(plans, feeds, runtime.project.folder.root), 1):
        for source in (*(one.name for one in sources), POLLS):
            pending.add(source, plan.day.isoformat(), runtime.clock.now())
        snapshots, objects = snapshots + written[0], objects + written[1]
        advance(done, days)
    return {
        "from": plans[0].day.isoformat(),
        "until": last.isoformat(),
        "days": days,
        "snapshots": snapshots,
        "objects": objects,
    }


def write_day(plan: DayPlan, feeds: Sequence[GeneratedFeed]) -> tuple[int, int]:
    """Returns the numbers of snapshots and objects written."""
    snapshots, objects = zip(*(_write_source(plan, feed) for feed in feeds), strict=True)
    return sum(snapshots), sum(objects)


def _feeds(sources: Iterable[Source], seed: int) -> list[GeneratedFeed]:
    return [
        GeneratedFeed(source, simulated_world(source, seed), place) for place, source in enumerate(simulated(sources))
    ]


def _write_source(plan: DayPlan, feed: GeneratedFeed) -> tuple[int, int]:
    storage, source, snapshots, objects = LocalStorage(plan.home), feed.source, 0, 0
    for hour, pairs in groupby(_pairs(plan, feed), key=lambda pair: pair[0].hour):
        polled, attempts = zip(*pairs, strict=True)
        size = _SNAPSHOTS_PER_OBJECT if _is_frequent(source) else len(polled)
        parts = [polled[start : start + size] for start in range(0, len(polled), size)]
        for number, records in enumerate(parts):
            storage.put(_key(plan, source, source.name, hour, number), compressed(record.data for record in records))
        storage.put(_key(plan, source, POLLS, hour, feed.place), compressed(record.data for record in attempts))
        snapshots, objects = snapshots + len(polled), objects + len(parts) + 1
    return snapshots, objects


def _written(plans: list[DayPlan], feeds: Sequence[GeneratedFeed], project: Path) -> Iterator[WrittenDay]:
    """Each day once it is written. The caller adds it to the pending list then, not before all its objects exist.

    `project`: the folder in which each process finds the sources.
    """
    workers = min(os.cpu_count() or 1, len(plans))
    if workers == 1:
        yield from ((plan, write_day(plan, feeds)) for plan in plans)
        return
    with ExitStack() as processes:
        waiting = {processes.enter_context(_writing(plans[first::workers], project)) for first in range(workers)}
        while waiting:
            for days in wait(waiting):
                assert isinstance(days, Connection)
                written = _received(days)
                if written is None:
                    waiting.discard(days)
                else:
                    yield written


@contextmanager
def _writing(plans: list[DayPlan], project: Path) -> Iterator[Connection]:
    """A process that writes these days; the connection receives each. The process does not outlive the context.

    Days and results pass through pipes alone: a pool's semaphores would outlive a parent that ends at once.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_write_days, args=(plans, project, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        process.kill()
        process.join()


def _write_days(plans: list[DayPlan], project: Path, written: Connection) -> None:
    """The work of one process: sends each day when it is written, then None, or the exception that stopped it."""
    _follow_parent()
    try:
        feeds = _feeds(Project.find(project).sources.values(), plans[0].seed)
        for plan in plans:
            written.send((plan, write_day(plan, feeds)))
        written.send(None)
    except Exception as error:  # noqa: BLE001 - the parent raises it
        written.send(error)


def _received(days: Connection) -> WrittenDay | None:
    try:
        written: WrittenDay | Exception | None = days.recv()
    except EOFError:
        raise LakeError(
            "a process that wrote days ended before its work was done.",
            hint="Give the command again: days that are complete stand. If it recurs, the machine may lack memory.",
        ) from None
    if isinstance(written, Exception):
        raise written
    return written


def _follow_parent() -> None:
    """Workers ignore Ctrl-C, which reaches every process: the parent handles it, and ends them.

    Workers of a killed parent end too; they would otherwise wait for ever.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_exit_after_parent, daemon=True).start()


def _exit_after_parent() -> None:
    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _pairs(plan: DayPlan, feed: GeneratedFeed) -> Iterator[tuple[Record, Record]]:
    """The snapshot and the poll attempt of each slot whose snapshot is of that day, in order of time."""
    source = feed.source
    every = plan.every if _is_frequent(source) else max(plan.every, source.interval)
    midnight, end = (_midnight(source, day) for day in (plan.day, plan.day + _DAY))
    for number in range(1, (end - midnight) // every + 1):
        slot = midnight + number * every
        pair = _pair(plan, source, slot, every, feed.world.snapshot(slot))
        if pair[0].dt == plan.day.isoformat():
            yield pair


def _midnight(source: Source, day: date) -> datetime:
    """When a day begins, as an instant: what is added to it is time that passed, also when clocks change."""
    return datetime(day.year, day.month, day.day, tzinfo=source.timezone).astimezone(UTC)


def _is_frequent(source: Source) -> bool:
    return source.interval <= _MINUTE


def _pair(
    plan: DayPlan, source: Source, slot: datetime, every: timedelta, found: SimulatedSnapshot
) -> tuple[Record, Record]:
    snapshot = to_record(Snapshot(source.name, source.timezone, slot, found.observed_at, slot, found.document))
    attempt = Attempt(
        poll_id=uuid.uuid5(uuid.NAMESPACE_OID, f"{plan.seed} {snapshot.snapshot_id}").hex,
        source=source.name,
        requested_at=slot,
        polled_at=slot,
        outcome=str(Outcome.DELIVERED),
        snapshot_id=snapshot.snapshot_id,
        observed_at=found.observed_at,
        http_status=200,
        tries=1,
        duration_ms=0,
        bytes=len(found.document),
        entities=found.entities,
        reason="",
        interval_seconds=round(every.total_seconds()),
        stale_after_seconds=round(source.stale_after.total_seconds()),
    )
    return snapshot, attempt.record(source.timezone)


def _key(plan: DayPlan, source: Source, prefix: str, hour: str, number: int) -> str:
    """`<stream>-<arrival>-<id>`, as the stream names its objects. The stream name contains seed and interval."""
    day = plan.day
    arrival = datetime(day.year, day.month, day.day, int(hour), tzinfo=source.timezone) + (
        _SNAPSHOTS_PER_OBJECT * plan.every * (number + 1)
    )
    return RAW_LAYOUT.object(prefix, day.isoformat(), hour, f"{_stream(plan)}-{compact(arrival)}-{number:08x}")


def _stream(plan: DayPlan) -> str:
    return f"generated.{plan.seed}.{round(plan.every.total_seconds())}s"


def _refuse_other_data(storage: LocalStorage, plan: DayPlan, sources: Sequence[Source]) -> None:
    for source in (*(one.name for one in sources), POLLS):
        for found in storage.list(RAW_LAYOUT.day(source, plan.day.isoformat())):
            if not found.key.rpartition("/")[2].startswith(f"{_stream(plan)}-"):
                raise UsageError(
                    f"the lake holds other data of {plan.day}: {found.key}.",
                    hint="Generate other days with --until, or use another lake with --home.",
                )


def _step(every: str) -> timedelta:
    step = parse_every(every)
    if _DAY % step or step < timedelta(seconds=30):
        raise UsageError(f"a day cannot be divided into intervals of {every!r}.", hint="Give 30s, 1m, 5m, 15m or 1h.")
    return step
