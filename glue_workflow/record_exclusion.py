"""Records taken out of raw: into quarantine, with their bytes and the reason, while all other records stay readable.

Crash order: the record is kept in quarantine, what is left of its object is copied, and only then is the object
excluded. A crash on the way leaves a copy beside its original, whose snapshots count once (they have the same ids), and
the next call makes the same objects again.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec

from millrace.firehose.ports import Quarantine, QuarantinedItem
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.lake.storage import Storage

UNREADABLE, TAKEN = "unreadable_record", "taken_back"  # codes of quarantined items
_ID = re.compile(rb'\s*\{"source":"[^"]*","snapshot_id":"([^"]+)"')
_LEVEL = 5
_SHOWN = 500  # characters of an engine's message


class _Named(msgspec.Struct):
    snapshot_id: str


@dataclass(frozen=True)
class RecordExclusion:
    storage: Storage
    quarantine: Quarantine

    def exclude(self, key: str, lines: Sequence[bytes], *, code: str, reason: str, now: datetime) -> list[str]:
        """Take these lines out of a raw object, and return the ids of the items in quarantine.

        A further call for the same lines changes nothing. Without `lines`, the object itself is damaged: it goes into
        quarantine as it is, and the records before the place where it was cut are copied.
        """
        found = read_lines(self.storage, key)
        taken = list(lines) or [self.storage.get(key)]
        items = [self._item(key, line, code, reason, now) for line in taken]
        for item in items:
            self.quarantine.add(item)
        out = set(lines)
        left = [line for line in found if line not in out]
        if left:
            digest = hashlib.sha256(b"".join(taken)).hexdigest()[:8]
            self.storage.put(RAW_LAYOUT.copy(key, digest), gzip.compress(b"".join(left), _LEVEL, mtime=0))
        self.storage.put(RAW_LAYOUT.exclusion(key), msgspec.json.encode([item.item_id for item in items]))
        return [item.item_id for item in items]

    def exclude_no_records(self, key: str, now: datetime) -> list[str]:
        """Take out what is no record at all: lines of anything else, or the whole of a damaged object."""
        lines = [line for line in read_lines(self.storage, key) if not is_record(line)]
        whole = is_whole(self.storage, key)
        reason = "the line is no record" if whole else "the object is damaged"
        return self.exclude(key, lines if whole else [], code=UNREADABLE, reason=reason, now=now)

    def _item(self, key: str, line: bytes, code: str, reason: str, now: datetime) -> QuarantinedItem:
        item_id = hashlib.sha256(key.encode() + b"\0" + line).hexdigest()[:32]
        attempt = {"object": key, "snapshot_id": snapshot_id_of(line), "bytes": len(line)}
        place = RAW_LAYOUT.place(key)
        assert place is not None
        return QuarantinedItem(
            item_id, place.source, place.dt, code, reason[:_SHOWN], now.replace(microsecond=0), line, attempt
        )


def read_lines(storage: Storage, key: str) -> list[bytes]:
    """The lines of a raw object, each with its line feed; of an object that was cut, the whole records before the cut.

    None of an object that is damaged otherwise: its checksum does not vouch for any.
    """
    lines: list[bytes] = []
    with gzip.open(io.BytesIO(storage.get(key))) as file:
        try:
            lines.extend(file)
        except EOFError:
            return [line for line in lines if line.endswith(b"\n") and is_record(line)]
        except (OSError, zlib.error):
            return []
    return lines


def is_whole(storage: Storage, key: str) -> bool:
    """Whether the object can be decompressed to its end."""
    try:
        gzip.decompress(storage.get(key))
    except (EOFError, OSError, zlib.error):
        return False
    return True


def is_record(line: bytes) -> bool:
    """Whether a line is JSON with a record's name."""
    try:
        msgspec.json.decode(line, type=_Named)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True


def snapshot_id_of(line: bytes) -> str | None:
    """The id in a record's envelope, which begins the line, whatever the rest of the line is; None without one."""
    found = _ID.match(line)
    return found[1].decode(errors="replace") if found else None
