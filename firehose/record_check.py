"""What a delivery stream refuses at the door: it would spoil the object for the records around it, or name none."""

from __future__ import annotations

import re

from millrace.errors import DeliveryError
from millrace.firehose.ports import Record

_NAME = re.compile(r"[^\s/\\.][^\s/\\]{0,199}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_HOUR = re.compile(r"[0-2][0-9]")


def check(record: Record) -> None:
    """Raises DeliveryError for a record that cannot be a line of an object, or has no place in the key layout."""
    names = _NAME.fullmatch(record.source) and _NAME.fullmatch(record.snapshot_id)
    if not (names and _DATE.fullmatch(record.dt) and _HOUR.fullmatch(record.hour)):
        where = (record.source, record.snapshot_id, record.dt, record.hour)
        raise DeliveryError(f"a record's source, snapshot_id, dt and hour {where} cannot name an object.")
    if len(record.data) < 2 or record.data.find(b"\n") != len(record.data) - 1:
        raise DeliveryError(f"the record {record.snapshot_id} is not one line with its line feed.")
