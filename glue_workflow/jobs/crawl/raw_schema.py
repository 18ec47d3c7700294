"""The declared raw schema against what the raw objects hold: the second defence, behind the poll's own validation.

One record of the newest object of each hour is looked at: enough to meet a change of types, which lasts, at a cost that
does not grow with the records.
"""

from __future__ import annotations

import gzip
import io
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec import inspect

from millrace.errors import SchemaChanged
from millrace.glue_workflow.jobs.crawl.schema_mismatch import mismatch
from millrace.lake.keys import partition_of
from millrace.lake.storage import Storage
from millrace.schema_drift import decoded, undeclared_fields

_HINT = "Nothing was changed. Adapt the source's schema and statements, then run again."


class _Payload(msgspec.Struct):
    payload: msgspec.Raw


def check_objects(storage: Storage, source: str, objects: Mapping[str, Sequence[str]], schema: Any) -> list[str]:
    """The paths of fields that the schema does not declare, each once.

    Raises SchemaChanged for a declared field that is gone or has another type: its path, both types, an example.
    """
    unknown: dict[str, None] = {}
    for key in _newest_of_each_hour(objects):
        payload = bytes(_first_payload(storage, source, key))
        try:
            msgspec.json.decode(payload, type=schema)
        except msgspec.ValidationError as error:
            found = mismatch(decoded(payload), inspect.type_info(schema)) or f"{error}"
            raise SchemaChanged(f"source {source}: {found} in {key}.", hint=_HINT) from error
        except (msgspec.DecodeError, RecursionError) as error:
            raise SchemaChanged(f"source {source}: cannot read the payload in {key}: {error}.", hint=_HINT) from error
        unknown.update(dict.fromkeys(undeclared_fields(schema, payload)))
    return list(unknown)


def _newest_of_each_hour(objects: Mapping[str, Sequence[str]]) -> list[str]:
    newest: dict[tuple[str, str], str] = {}
    for day, keys in objects.items():
        for key in keys:  # in the order of their names, so of their arrival
            newest[day, partition_of(key)["hour"]] = key
    return list(newest.values())


def _first_payload(storage: Storage, source: str, key: str) -> msgspec.Raw:
    """Raises SchemaChanged for an object that is not gzip of records: others may write to a bucket too."""
    try:
        with gzip.open(io.BytesIO(storage.get(key))) as lines:
            return msgspec.json.decode(lines.readline(), type=_Payload).payload
    except (msgspec.DecodeError, RecursionError, EOFError, OSError, zlib.error) as error:
        raise SchemaChanged(f"source {source}: {key} does not begin with a record: {error}.", hint=_HINT) from error
