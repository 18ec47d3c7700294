"""Schema drift in raw objects: a changed type stops the run, a new field is logged once.

This is the second defence, behind the poll's own validation. It reads one record of the newest object of each hour:
enough to meet a change of types, which lasts, at a cost that does not grow with the number of records.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from msgspec import inspect

from millrace.errors import ObjectMissing, SchemaChanged
from millrace.glue_workflow.jobs.crawl.schema_mismatch import first_mismatch
from millrace.lake.keys import new_fields
from millrace.lake.raw_layout import RAW_LAYOUT, RawPlace
from millrace.lake.storage import Storage
from millrace.schema_drift import decoded, undeclared_fields

_HINT = "Nothing was changed. Adapt the source's schema and statements, then run again."


class _RecordPayload(msgspec.Struct):
    payload: msgspec.Raw


@dataclass(frozen=True, slots=True)
class CheckedObjects:
    """`undeclared`: paths of fields that the schema does not declare, each once. `no_records`: the objects that do not
    begin with a record: others may write to a bucket too, and a disk may lose a part of one."""

    undeclared: list[str]
    no_records: list[str]


def check_objects(storage: Storage, source: str, objects: Mapping[str, Sequence[str]], schema: Any) -> CheckedObjects:
    """Raises SchemaChanged for a declared field that is gone or has another type: its path, both types, an example."""
    undeclared: dict[str, None] = {}
    no_records: list[str] = []
    for key in _newest_of_each_hour(objects):
        payload = _first_payload(storage, key)
        if not payload:
            no_records.append(key)
            continue
        try:
            msgspec.json.decode(payload, type=schema)
        except msgspec.ValidationError as error:
            found = first_mismatch(decoded(payload), inspect.type_info(schema)) or f"{error}"
            raise SchemaChanged(f"source {source}: {found} in {key}.", hint=_HINT) from error
        except (msgspec.DecodeError, RecursionError):
            continue  # one record says nothing of the schema; create_parquet sets it aside if no engine can read it
        undeclared.update(dict.fromkeys(undeclared_fields(schema, payload)))
    return CheckedObjects(list(undeclared), no_records)


def log_new_fields(storage: Storage, source: str, paths: Sequence[str], log: Callable[[str], None]) -> None:
    """Log each path that was not logged before, then remember the paths. The poll has sent its event, `feed.new_field`.

    They are remembered in one object per source under `ops/`, which every runtime has; the workflow's lease keeps other
    runs away from it. A crash between the log and the write logs twice rather than never.
    """
    key = new_fields(source)
    known = _logged_fields(storage, key)
    new = [path for path in paths if path not in known]
    for path in new:
        log(f"new field {path}: stored in raw, read by no statement. Declare it in the source's schema to use it.")
    if new:
        storage.put(key, msgspec.json.encode(sorted({*known, *new})))


def _logged_fields(storage: Storage, key: str) -> list[str]:
    try:
        return msgspec.json.decode(storage.get(key), type=list[str])
    except ObjectMissing:
        return []


def _newest_of_each_hour(objects: Mapping[str, Sequence[str]]) -> list[str]:
    newest: dict[RawPlace | None, str] = {}
    for keys in objects.values():
        for key in keys:  # sorted by name, and so by arrival
            newest[RAW_LAYOUT.place(key)] = key
    return list(newest.values())


def _first_payload(storage: Storage, key: str) -> bytes:
    """b"" for an object that does not begin with a record."""
    try:
        with gzip.open(io.BytesIO(storage.get(key))) as lines:
            return bytes(msgspec.json.decode(lines.readline(), type=_RecordPayload).payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, EOFError, OSError, zlib.error):
        return b""
