"""The record envelope: one line of JSON around a response's own text.

Fields: `source`, `snapshot_id`, `requested_at`, `observed_at`, `observed_at_local`, `polled_at`, `dt`, `hour` and
`payload`. The payload is not re-serialised: every digit stays as it came. In JSON text, an unescaped line break can
only stand between tokens (RFC 8259, section 7), so replacing it with a space changes no value. White space around the
whole text is removed. The hash in snapshot_id is that of the payload as it is stored.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from millrace.firehose.ports import Record
from millrace.time_keys import EventTime, compact, stored

_LINE_BREAKS = bytes.maketrans(b"\r\n", b"  ")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One response of a source. `payload` is valid JSON as received, in UTF-8; the instants have time zones."""

    source: str
    zone: ZoneInfo
    requested_at: datetime
    observed_at: datetime
    polled_at: datetime
    payload: bytes


class KeptObject(msgspec.Struct, frozen=True, kw_only=True):
    """The payload of a snapshot that is kept as it came, in an object of its own: a dropped file, or extracted rows.

    `object`: its key in the lake. `name`: the name that it came with. `size` (bytes), `sha256` (hex): of the object.
    `rows`: how many are in it; the ledger accounts for them as it does for the entities in another payload.
    """

    object: str
    name: str
    size: int
    sha256: str
    rows: int

    @property
    def payload(self) -> bytes:
        return _encode(self)


class Envelope(msgspec.Struct, frozen=True):
    """A record as it is stored; the order of the fields is that of the stored line."""

    source: str
    snapshot_id: str
    requested_at: str
    observed_at: str
    observed_at_local: str
    polled_at: str
    dt: str
    hour: str
    payload: msgspec.Raw


_encode = msgspec.json.Encoder().encode
_decoder = msgspec.json.Decoder(Envelope)


def snapshot_id(source: str, observed_at: datetime, payload: bytes) -> str:
    """`<source>-<observed_at in UTC>-<first 16 hex digits of the payload's SHA-256>`; safe in an object's name."""
    return f"{source}-{compact(observed_at)}-{hashlib.sha256(payload).hexdigest()[:16]}"


def to_record(snapshot: Snapshot) -> Record:
    """The record of a snapshot. Raises BadTime for an instant without a time zone; does not check the payload, which
    the poll handler has validated.
    """
    payload = _one_line(snapshot.payload.strip())
    observed = EventTime.of(snapshot.observed_at, snapshot.zone)
    envelope = Envelope(
        source=snapshot.source,
        snapshot_id=snapshot_id(snapshot.source, snapshot.observed_at, payload),
        requested_at=stored(snapshot.requested_at),
        observed_at=observed.utc,
        observed_at_local=observed.local,
        polled_at=stored(snapshot.polled_at),
        dt=observed.dt,
        hour=observed.hour,
        payload=msgspec.Raw(payload),
    )
    return Record(snapshot.source, envelope.snapshot_id, observed.dt, observed.hour, _encode(envelope) + b"\n")


def _one_line(text: bytes) -> bytes:
    """The text with line breaks replaced. Most feeds send one line; the search costs a twentieth of a needless copy."""
    return text.translate(_LINE_BREAKS) if b"\n" in text or b"\r" in text else text


def from_line(line: bytes) -> Envelope:
    """The envelope of a stored line; raises msgspec.DecodeError for anything else."""
    return _decoder.decode(line)
