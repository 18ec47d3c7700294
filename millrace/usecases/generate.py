"""A generated lake: simulated days written directly as raw objects, without polls and deliveries.

Each slot of a source's schedule has its snapshot and its poll attempt, in the stream's envelope and key layout. An
object holds five snapshots of an hour (for rain, all of the hour), or the attempts of an hour. Names and bytes depend
only on day, seed and interval, so generating is idempotent: the same call completes one that was interrupted.
"""

from __future__ import annotations

import os
import signal
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection, wait
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, NamedTuple

from millrace.errors import LakeError, UsageError
from millrace.firehose.envelope import Snapshot, to_record
from millrace.firehose.ports import Record
from millrace.firehose.raw_object import compressed
from millrace.ingestors.polling.attempts import Attempt
from millrace.ingestors.ports import POLLS, Outcome, Source
from millrace.ingestors.registry import source as find_source
from millrace.ingestors.simulator.city import SimulatedCity
from millrace.ingestors.simulator.rain import SimulatedRain
from millrace.ingestors.simulator.server import SERVED
from millrace.lake.keys import raw_day, raw_object
from millrace.lake.kind import open_lake
from millrace.lake.local import LocalStorage
from millrace.time_keys import compact, parse_date, parse_every, stored

if TYPE_CHECKING:
    from millrace.infra.runtime.local import LocalRuntime
    from millrace.usecases.polls import Advance

SOURCE, RAIN = SERVED
_SNAPSHOTS_PER_OBJECT = {SOURCE: 5, RAIN: 12}
_LAST = "2024-05-31"  # close to the demo's day, so that a panel shows both
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayPlan:
    """One day of a lake: the input of a worker process."""

    home: Path
    day: date
    seed: int
    every: timedelta


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

    Raises WrongLakeKind for a live lake, BadTime, and UsageError for days that hold other data.
    """
    last, step = parse_date(until or _LAST), _step(every)
    plans = [DayPlan(runtime.home, last - n * _DAY, seed, step) for n in reversed(range(days))]
    open_lake(runtime.storage, "simulated", runtime.clock)
    for plan in plans:
        _refuse_other_data(runtime.storage, plan)
    pending = runtime.pending  # makes the state file before the first object: without one, the lake would look damaged
    snapshots, objects = 0, 0
    advance(0, days)
    for done, (plan, written) in enumerate(_written(plans), 1):
        for source in (*SERVED, POLLS):
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


def write_day(plan: DayPlan) -> tuple[int, int]:
    """Returns the numbers of snapshots and objects written."""
    (taxis, taxi_objects), (readings, rain_objects) = (_write_source(plan, find_source(name)) for name in SERVED)
    return taxis + readings, taxi_objects + rain_objects


def _write_source(plan: DayPlan, source: Source) -> tuple[int, int]:
    storage, snapshots, objects = LocalStorage(plan.home), 0, 0
    size = _SNAPSHOTS_PER_OBJECT[source.name]
    for hour, pairs in groupby(_pairs(plan, source), key=lambda pair: pair[0].hour):
        polled, attempts = zip(*pairs, strict=True)
        parts = [polled[start : start + size] for start in range(0, len(polled), size)]
        for number, records in enumerate(parts):
            storage.put(_key(plan, source.name, hour, number), compressed(record.data for record in records))
        of_polls = _key(plan, POLLS, hour, SERVED.index(source.name))
        storage.put(of_polls, compressed(record.data for record in attempts))
        snapshots, objects = snapshots + len(polled), objects + len(parts) + 1
    return snapshots, objects


def _written(plans: list[DayPlan]) -> Iterator[WrittenDay]:
    """Each day once it is written. The caller adds it to the pending list then, not before all its objects exist."""
    workers = min(os.cpu_count() or 1, len(plans))
    if workers == 1:
        yield from ((plan, write_day(plan)) for plan in plans)
        return
    with ExitStack() as processes:
        waiting = {processes.enter_context(_writing(plans[first::workers])) for first in range(workers)}
        while waiting:
            for days in wait(waiting):
                assert isinstance(days, Connection)
                written = _received(days)
                if written is None:
                    waiting.discard(days)
                else:
                    yield written


@contextmanager
def _writing(plans: list[DayPlan]) -> Iterator[Connection]:
    """A process that writes these days; the connection receives each. The process does not outlive the context.

    Days and results pass through pipes alone: a pool's semaphores would outlive a parent that ends at once.
    """
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_write_days, args=(plans, theirs), daemon=True)
    process.start()
    theirs.close()
    try:
        yield ours
    finally:
        ours.close()
        process.kill()
        process.join()


def _write_days(plans: list[DayPlan], written: Connection) -> None:
    """The work of one process: sends each day when it is written, then None, or the exception that stopped it."""
    _follow_parent()
    try:
        for plan in plans:
            written.send((plan, write_day(plan)))
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


def _pairs(plan: DayPlan, source: Source) -> Iterator[tuple[Record, Record]]:
    """The snapshot and the poll attempt of each slot, in order of time."""
    every = plan.every if source.name == SOURCE else max(plan.every, source.interval)
    midnight = datetime(plan.day.year, plan.day.month, plan.day.day, tzinfo=source.timezone)
    for number in range(1, _DAY // every + 1):
        slot = midnight + number * every
        yield _pair(plan, source, slot, every, _simulated(source.name, plan.seed, slot))


class _SimulatedSnapshot(NamedTuple):
    observed_at: datetime
    entities: int
    document: bytes


def _simulated(source: str, seed: int, slot: datetime) -> _SimulatedSnapshot:
    if source == RAIN:
        reading = _rain(seed).snapshot(slot)
        return _SimulatedSnapshot(reading.observed_at, reading.stations, reading.document)
    taxis = _city(seed).snapshot(slot)
    return _SimulatedSnapshot(taxis.observed_at, taxis.taxis, taxis.document)


@lru_cache(maxsize=1)
def _city(seed: int) -> SimulatedCity:
    return SimulatedCity(seed)


@lru_cache(maxsize=1)
def _rain(seed: int) -> SimulatedRain:
    return SimulatedRain(seed)


def _pair(
    plan: DayPlan, source: Source, slot: datetime, every: timedelta, simulated: _SimulatedSnapshot
) -> tuple[Record, Record]:
    snapshot = to_record(Snapshot(source.name, source.timezone, slot, simulated.observed_at, slot, simulated.document))
    attempt = Attempt(
        poll_id=uuid.uuid5(uuid.NAMESPACE_OID, f"{plan.seed} {snapshot.snapshot_id}").hex,
        source=source.name,
        requested_at=stored(slot),
        polled_at=stored(slot),
        outcome=str(Outcome.DELIVERED),
        snapshot_id=snapshot.snapshot_id,
        observed_at=stored(simulated.observed_at),
        http_status=200,
        tries=1,
        duration_ms=0,
        bytes=len(simulated.document),
        entities=simulated.entities,
        reason="",
        interval_seconds=round(every.total_seconds()),
        stale_after_seconds=round(source.stale_after.total_seconds()),
    )
    return snapshot, attempt.record(source.timezone)


def _key(plan: DayPlan, source: str, hour: str, number: int) -> str:
    """`<stream>-<arrival>-<id>`, as the stream names its objects. The stream name contains seed and interval."""
    zone = find_source(SOURCE).timezone
    arrival = datetime(plan.day.year, plan.day.month, plan.day.day, int(hour), tzinfo=zone) + timedelta(
        seconds=_SNAPSHOTS_PER_OBJECT[SOURCE] * plan.every.total_seconds() * (number + 1)
    )
    return raw_object(source, plan.day.isoformat(), hour, f"{_stream(plan)}-{compact(arrival)}-{number:08x}")


def _stream(plan: DayPlan) -> str:
    return f"generated.{plan.seed}.{round(plan.every.total_seconds())}s"


def _refuse_other_data(storage: LocalStorage, plan: DayPlan) -> None:
    for source in (*SERVED, POLLS):
        for found in storage.list(raw_day(source, plan.day.isoformat())):
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
