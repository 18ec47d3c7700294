"""One raw object: which records it may hold, its bytes and its name."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from datetime import datetime

from isal import isal_zlib

from millrace.errors import DeliveryError
from millrace.firehose.ports import Record
from millrace.time_keys import compact

_NAME = re.compile(r"[^\s/\\.][^\s/\\]{0,199}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HOUR = re.compile(r"[0-2][0-9]")

# ISA-L's best: on recorded and simulated snapshots a seventh of the time of zlib at level 5, and 11% more bytes.
_LEVEL = 3
_GZIP = isal_zlib.MAX_WBITS | 16


def check_record(record: Record) -> None:
    """Refuse a record that would spoil an object for the records around it, or has no place in the key layout.

    Raises DeliveryError unless the record's data is exactly one line and its fields can be parts of an object's key.
    """
    names = _NAME.fullmatch(record.source) and _NAME.fullmatch(record.snapshot_id)
    if not (names and _DATE.fullmatch(record.dt) and _HOUR.fullmatch(record.hour)):
        fields = (record.source, record.snapshot_id, record.dt, record.hour)
        raise DeliveryError(f"a record's source, snapshot_id, dt and hour {fields} cannot be parts of an object's key.")
    if len(record.data) < 2 or record.data.find(b"\n") != len(record.data) - 1:
        raise DeliveryError(f"the data of record {record.snapshot_id} must be one line that ends with a line feed.")


def compressed(lines: Iterable[bytes]) -> bytes:
    """One gzip member without a time or a name in it: on one machine the same lines always give the same bytes."""
    return isal_zlib.compress(b"".join(lines), _LEVEL, _GZIP)


def object_name(stream: str, arrival: datetime, number: int) -> str:
    """`<stream>-<arrival>-<8 hex digits>`.

    Half of the digits count the stream's objects, so that the names of one second differ. The other half is random, so
    that a lake which lost its state file, and counts from the start again, does not reuse old names.
    """
    return f"{stream}-{compact(arrival)}-{number & 0xFFFF:04x}{secrets.token_hex(2)}"
