"""The rebuild of a lost or damaged state file from the lake's objects.

The new file is made beside the old one, whole, and only then takes its place; the old one is kept under another name.
A crash on the way leaves either the old file, or none, and then the lake refuses work until the rebuild is run again.
"""

from __future__ import annotations

import gzip
import io
import sqlite3
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from millrace.clock import ManualClock
from millrace.errors import DeliveryError, LakeError
from millrace.lake.keys import RAW
from millrace.lake.storage import Storage
from millrace.state.sqlite import STATE_FILE
from millrace.time_keys import compact, from_stored

if TYPE_CHECKING:
    from millrace.infra.runtime.base import Runtime
    from millrace.infra.runtime.local import LocalRuntime

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


def rebuild_state(runtime: Runtime, advance: Callable[[int, int], None], *, service: str = "up") -> list[str]:
    """Remakes the state file, and returns notes for people. `service`: the name of the lease of `millrace up`.

    Raises LeaseHeld while a run or `up` is at work, LakeError for an object that cannot be read, UsageError for a lake
    on AWS.
    """
    from millrace.glue_workflow.definitions import workflows
    from millrace.infra.runtime.selection import require_local

    local = require_local(runtime, "remaking state")
    with ExitStack() as leases:
        for name in (service, *workflows()):
            leases.enter_context(local.leases.hold(name))
        notes = _deliver_what_is_in_flight(local)
        _remove_unfinished(local.home)
        with local.on_state(local.home / _NEW, ManualClock(local.clock.now())) as new:
            notes += _remake(new, advance)
        return [*notes, *_swap(local), _NOTHING_KNOWN]


def _deliver_what_is_in_flight(local: LocalRuntime) -> list[str]:
    """Records in flight are in the state file alone, so a file that can still be read gives them up first."""
    if not (local.home / STATE_FILE).exists():
        return ["no state file: snapshots that were in flight when it was lost (up to 5 minutes of them) are lost too"]
    try:
        local.stream.flush(everything=True)
        local.state.close()
    except (LakeError, DeliveryError, sqlite3.Error) as error:
        return [f"the old state file could not be read: snapshots in flight stay in the copy that is kept: {error}"]
    return []


def _remake(new: LocalRuntime, advance: Callable[[int, int], None]) -> list[str]:
    from millrace.glue_workflow.definitions import workflows
    from millrace.glue_workflow.versions.rebuild import Rebuild

    assert isinstance(new.clock, ManualClock)
    notes, seen = _remake_index(new, advance)
    for source, found in seen.items():
        _remake_health(new, source, found)
    rebuild = Rebuild(
        new.storage, new.catalog, new.runs, new.pending, new.engine, new.clock, list(workflows().values())
    )
    rebuild.run()
    return notes + rebuild.notes


def _remake_index(new: LocalRuntime, advance: Callable[[int, int], None]) -> tuple[list[str], dict[str, _SourceSeen]]:
    """The ids of all snapshots in raw objects, so that none is accepted a second time."""
    from millrace.firehose.spool_store import SpoolStore

    store, notes, seen = SpoolStore(new.state, new.pending), list[str](), dict[str, _SourceSeen]()
    keys = [found.key for found in new.storage.list(f"{RAW}/")]
    for done, key in enumerate(keys):
        advance(done, len(keys))
        try:
            lines = list(_lines(new.storage, key))
        except (msgspec.DecodeError, EOFError, OSError, zlib.error, ValueError) as error:
            notes.append(f"{key} cannot be read, so its snapshots are not known: {error}")
            continue
        store.remember([line.snapshot_id for line in lines])
        _see(seen, key.split("/")[1], lines)
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
        new.health.update(source, lambda health: msgspec.structs.replace(health, newest=found.newest, slot=found.slot))


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
