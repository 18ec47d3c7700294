"""The doctor: what is wrong with a lake, and what mends it, one line each.

It looks at the marker, the state file, every object that is on record, every raw object and the ledger.

It also rebuilds a lost or damaged state file from the lake's objects. The new file is made beside the old one, whole,
and only then takes its place; the old one is kept under another name. A crash on the way leaves either the old file, or
none, and then the lake refuses work until the rebuild is run again.
"""

from __future__ import annotations

import gzip
import io
import sqlite3
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from millrace.clock import ManualClock
from millrace.errors import DeliveryError, LakeError
from millrace.lake.kind import MARKER
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.lake.storage import Storage
from millrace.state.sqlite import STATE_FILE
from millrace.time_keys import compact, from_stored
from millrace.usecases.audit import ledger_rows

if TYPE_CHECKING:
    from millrace.infra.runtime.base import Runtime
    from millrace.infra.runtime.local import LocalRuntime
    from millrace.usecases.polls import Advance

_LEDGER = "Look at that partition's polls and runs: docs/operations.md, section `What to do`."


class Ailment(NamedTuple):
    """One thing that is wrong: where, what, and what mends it."""

    place: str
    message: str
    mend: str


COLUMNS = Ailment._fields
LAKE_IS_BROKEN = (MARKER, STATE_FILE)  # places without which no other command opens the lake


def examine(runtime: Runtime, advance: Advance, *, deep: bool = False) -> list[Ailment]:
    """Everything that is wrong; empty for a healthy lake. Raises LakeError where there is no lake."""
    found = [*_marker(runtime), *_state(runtime), *_quarantine(runtime)]
    # Without state, nothing is on record, which says nothing; without a marker, the lake may have a later format.
    if any(one.place in LAKE_IS_BROKEN for one in found):
        return found
    found += [Ailment(one.place, one.message, one.mend) for one in runtime.object_audit(deep=deep).findings()]
    found += [Ailment("ledger", line, _LEDGER) for line in ledger_rows(runtime, [], advance)[1]]
    return found


def _marker(runtime: Runtime) -> Iterator[Ailment]:
    try:
        kind = runtime.kind
    except LakeError as error:
        yield Ailment(MARKER, error.message, error.hint)
        return
    if kind is None:
        if next(runtime.storage.list(RAW_LAYOUT.prefix), None) is None:
            raise LakeError(f"there is no lake at {runtime.address}.", hint=runtime.no_lake_hint)
        yield Ailment(
            MARKER,
            "the lake has data, but no marker that says whether it is simulated",
            f"Restore {MARKER} from a copy.",
        )


def _state(runtime: Runtime) -> Iterator[Ailment]:
    from millrace.infra.runtime.local import LocalRuntime

    if not isinstance(runtime, LocalRuntime):
        return
    try:
        if problem := _integrity(runtime):
            yield Ailment(STATE_FILE, problem, "Restore it from a copy, or remake it: millrace doctor --rebuild-state.")
    except LakeError as error:
        yield Ailment(STATE_FILE, error.message, error.hint)


def _integrity(runtime: LocalRuntime) -> str:
    """SQLite's own check of the file's structure; "" for a sound file."""
    import sqlite3

    try:
        said = runtime.state.connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        return f"the state file is damaged: {error}"
    return "" if said == "ok" else f"the state file is damaged: {said}"


def _quarantine(runtime: Runtime) -> Iterator[Ailment]:
    try:
        for _ in runtime.quarantine.items():
            pass
    except LakeError as error:
        yield Ailment("quarantine", error.message, error.hint)


_NEW = f"{STATE_FILE}.new"
_SUFFIXES = ("", "-wal", "-shm")  # SQLite's files beside the database
_NOTHING_KNOWN = (
    "not remade: schedules that were switched off are on again; the outputs of jobs and past quality results are lost"
)


class _Line(msgspec.Struct):
    snapshot_id: str
    requested_at: str
    observed_at: str


@dataclass
class _SourceSeen:
    """What the raw objects of a source say about its feed's health."""

    newest: datetime
    slot: datetime


def rebuild_state(runtime: Runtime, advance: Advance, *, service: str = "up") -> list[str]:
    """Remakes the state file, and returns notes for people. `service`: the name of the lease of `millrace up`.

    Raises LeaseHeld while a run or `up` is at work, LakeError for an object that cannot be read or where there is no
    lake, UsageError for a lake on AWS.
    """
    from millrace.infra.runtime.selection import require_local

    local = require_local(runtime, "remaking state")
    list(_marker(local))  # raises where there is no lake, before anything is made there
    with ExitStack() as leases:
        for name in (service, *local.pipelines.refinements):
            leases.enter_context(local.locks.hold(name))
        notes = _deliver_what_is_in_flight(local)
        _remove_unfinished(local.home)
        with local.on_state(local.home / _NEW, ManualClock(local.clock.now())) as new:
            notes += _remake(new, advance)
        return [*notes, *_swap(local), _NOTHING_KNOWN]


def _deliver_what_is_in_flight(local: LocalRuntime) -> list[str]:
    """Records in flight are in the state file alone, so a file that can still be read gives them up first."""
    if local.state_is_lost:
        return ["no state file: snapshots that were in flight when it was lost (up to 5 minutes of them) are lost too"]
    try:
        local.stream.flush(everything=True)
        local.state.close()
    except (LakeError, DeliveryError, sqlite3.Error) as error:
        return [f"the old state file could not be read: snapshots in flight stay in the copy that is kept: {error}"]
    return []


def _remake(new: LocalRuntime, advance: Advance) -> list[str]:
    from millrace.glue_workflow.versions.rebuild import Rebuild

    assert isinstance(new.clock, ManualClock)
    notes, seen = _remake_index(new, advance)
    for source, found in seen.items():
        _remake_health(new, source, found)
    rebuild = Rebuild(
        new.storage,
        new.catalog,
        new.runs,
        new.pending,
        new.engine,
        new.clock,
        list(new.pipelines.refinements.values()),
        new.project.tables,
    )
    rebuild.run()
    return notes + rebuild.notes


def _remake_index(new: LocalRuntime, advance: Advance) -> tuple[list[str], dict[str, _SourceSeen]]:
    """The ids of all snapshots in raw objects, so that none is accepted a second time."""
    from millrace.firehose.spool_store import SpoolStore

    store, notes, seen = SpoolStore(new.state, new.pending), list[str](), dict[str, _SourceSeen]()
    keys = [found.key for found in new.storage.list(RAW_LAYOUT.prefix)]
    for done, key in enumerate(keys):
        advance(done, len(keys))
        try:
            lines = list(_lines(new.storage, key))
        except (msgspec.DecodeError, RecursionError, EOFError, OSError, zlib.error, ValueError) as error:
            notes.append(f"{key} cannot be read, so its snapshots are not known: {error}")
            continue
        store.remember([line.snapshot_id for line in lines])
        if place := RAW_LAYOUT.place(key):
            _see(seen, place.source, lines)
    advance(len(keys), len(keys))
    return notes, seen


def _lines(storage: Storage, key: str) -> Iterator[_Line]:
    with gzip.open(io.BytesIO(storage.get(key))) as lines:
        for line in lines:
            yield msgspec.json.decode(line, type=_Line)


def _see(seen: dict[str, _SourceSeen], source: str, lines: Sequence[_Line]) -> None:
    for line in lines:
        observed, slot = from_stored(line.observed_at), from_stored(line.requested_at)
        known = seen.setdefault(source, _SourceSeen(observed, slot))
        known.newest, known.slot = max(known.newest, observed), max(known.slot, slot)


def _remake_health(new: LocalRuntime, source: str, found: _SourceSeen) -> None:
    if source in new.sources:
        new.health.update(
            source, lambda health: msgspec.structs.replace(health, newest_observed_at=found.newest, slot=found.slot)
        )


def _swap(local: LocalRuntime) -> list[str]:
    """The old file leaves its name before the new one takes it: never is one overwritten."""
    old = f"{STATE_FILE}.before-{compact(local.clock.now())}"
    moved = [suffix for suffix in _SUFFIXES if (local.home / (STATE_FILE + suffix)).exists()]
    for suffix in moved:
        (local.home / (STATE_FILE + suffix)).rename(local.home / (old + suffix))
    (local.home / _NEW).rename(local.home / STATE_FILE)
    return [f"the old state file is kept as {local.home / old}"] if moved else []


def _remove_unfinished(home: Path) -> None:
    """What an earlier rebuild that was cut off left behind."""
    for suffix in _SUFFIXES:
        with suppress(FileNotFoundError):
            (home / (_NEW + suffix)).unlink()
