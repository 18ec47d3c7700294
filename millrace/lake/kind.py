"""The lake's marker: what kind of data it holds, so that simulated and live data never mix."""

from __future__ import annotations

from datetime import datetime

import msgspec

from millrace.clock import Clock
from millrace.errors import LakeError, ObjectMissing, WrongLakeKind
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.lake.storage import Storage
from millrace.settings import FeedKind
from millrace.state.formats import require_known
from millrace.time_keys import stored

MARKER = "lake.json"
FORMAT_VERSION = 1


class _Marker(msgspec.Struct, frozen=True):
    kind: FeedKind
    format_version: int
    created_at: str


def open_lake(storage: Storage, kind: FeedKind, clock: Clock) -> None:
    """Mark a new lake with `kind`, or check that a marked lake has it; to be called before anything is written.

    Raises WrongLakeKind for a lake of the other kind, and LakeError when the kind cannot be determined.
    """
    found = kind_of(storage)
    if found is None:
        found = _mark(storage, kind, clock.now())
    if found != kind:
        raise WrongLakeKind(
            f"the lake {storage.location('')} holds {found} data and does not take {kind} data.",
            hint=f"Use another lake for {kind} data (--home DIR or MILLRACE_HOME), or set MILLRACE_FEED={found}.",
        )


def kind_of(storage: Storage) -> FeedKind | None:
    """The kind of data in a lake; None when it is not marked yet. Raises LakeError for a marker that cannot be read."""
    try:
        text = storage.get(MARKER)
    except ObjectMissing:
        return None
    where = storage.location(MARKER)
    try:
        marker = msgspec.json.decode(text, type=_Marker)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise LakeError(f"cannot read {where}: {error}.", hint="Restore the file from a copy.") from None
    require_known(where, marker.format_version, FORMAT_VERSION)
    return marker.kind


def _mark(storage: Storage, kind: FeedKind, now: datetime) -> FeedKind:
    """Mark the lake and return the kind it then has: of two processes that mark it at once, the first decides."""
    if next(storage.list(RAW_LAYOUT.prefix), None) is not None:
        raise LakeError(
            f"the lake {storage.location('')} holds raw data, but has no {MARKER} that says of which kind.",
            hint=f"Restore {MARKER} from a copy, or use another lake (--home DIR or MILLRACE_HOME).",
        )
    marker = _Marker(kind, FORMAT_VERSION, stored(now))
    storage.create(MARKER, msgspec.json.format(msgspec.json.encode(marker), indent=2) + b"\n")
    return kind_of(storage) or kind
