"""A double of Amazon Data Firehose, with the delivery of a stream's records, which moto does not do.

It takes the API's own ExtendedS3DestinationConfiguration, and applies the documented rules: the limits of
PutRecordBatch; JQ partition keys; prefix expressions; one buffer for each partition, delivered by size (before
compression) or by age; the delimiter; GZIP; at most 500 active partitions; the error prefix for records that it cannot
place.
Sources: Firehose API reference (PutRecordBatch, ExtendedS3DestinationConfiguration); developer guide, "Custom
prefixes", "Dynamic partitioning", "Amazon S3 object name format". Those pages do not name every error type that stands
for `error-output-type`.
"""

from __future__ import annotations

import base64
import gzip
import json
import re
import secrets
import string
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import jq

from millrace.clock import Clock
from millrace.lake.storage import Storage

MAX_RECORDS, MAX_BATCH_BYTES, MAX_RECORD_BYTES = 500, 4 * 1024 * 1024, 1_024_000
MAX_PARTITIONS = 500
MAX_PREFIX = 512
_EXPRESSION = re.compile(r"!\{([a-zA-Z]+):([^}]*)\}")
# The part of Java's DateTimeFormatter that prefixes use; text in single quotes is literal.
_JAVA = {"yyyy": "%Y", "MM": "%m", "dd": "%d", "HH": "%H", "mm": "%M", "ss": "%S"}
_JAVA_TOKEN = re.compile("'([^']*)'|(" + "|".join(_JAVA) + ")|([a-zA-Z]+)|(.)")


class CallRefused(Exception):
    """An error for a whole call; `status`: the HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.code, self.message, self.status = code, message, status


@dataclass
class _PartitionBuffer:
    prefix: str
    oldest: datetime
    parts: list[bytes] = field(default_factory=list)
    size: int = 0


# The positions of the records that a call refuses, given its records; may raise CallRefused for the whole call.
RecordFault = Callable[[Sequence[bytes]], set[int]]


def no_fault(_: Sequence[bytes]) -> set[int]:
    return set()


class FirehoseDouble:
    """One stream. `fault` is called at every call; `storage` is the destination bucket. Threads may share it.

    Raises ValueError for a destination that the service would not create.
    """

    def __init__(self, name: str, destination: Mapping[str, Any], storage: Storage, clock: Clock) -> None:
        self.name = name
        self.fault: RecordFault = no_fault
        self.calls: list[int] = []  # records of each call
        self._destination, self._storage, self._clock = destination, storage, clock
        self._buffers: dict[str, _PartitionBuffer] = {}
        self._lock = threading.Lock()
        check_destination(destination)
        self._query = jq.compile(_parameter(destination, "MetadataExtraction", "MetadataExtractionQuery"))
        self._delimiter = _parameter(destination, "AppendDelimiterToRecord", "Delimiter").replace("\\n", "\n").encode()

    def put_record_batch(self, records: Sequence[bytes]) -> dict[str, Any]:
        """The answer of PutRecordBatch; raises CallRefused."""
        with self._lock:
            self.calls.append(len(records))
            _check_limits(records)
            refused = self.fault(records)
            answers = [self._one(record, number in refused) for number, record in enumerate(records)]
            self._deliver(everything=False)
        return {"FailedPutCount": len(refused), "Encrypted": False, "RequestResponses": answers}

    def deliver(self, *, everything: bool = False, below: str = "") -> int:
        """Deliver the buffers that are due by now; returns the number of objects. The service does this by itself.

        `everything`: also buffers that are not due. `below`: only buffers whose object prefix begins with it.
        """
        with self._lock:
            return self._deliver(everything=everything, below=below)

    def _one(self, record: bytes, refuse: bool) -> dict[str, str]:
        if refuse:
            return {"ErrorCode": "ServiceUnavailableException", "ErrorMessage": "Slow down."}
        self._take(record)
        return {"RecordId": secrets.token_hex(32)}

    def _take(self, record: bytes) -> None:
        now = self._clock.now()
        try:
            keys = self._query.input_text(record.decode()).first()
            if not isinstance(keys, dict) or not all(isinstance(key, str) and key for key in keys.values()):
                raise ValueError(f"a partition key of {keys} is null or not a text")
        except (ValueError, StopIteration, UnicodeDecodeError) as error:
            return self._keep_error(record, "metadata-extraction-failed", str(error), now)
        place = json.dumps(keys, sort_keys=True)
        if place not in self._buffers and len(self._buffers) >= MAX_PARTITIONS:
            return self._keep_error(record, "activePartitionExceeded", "too many active partitions", now)
        if place not in self._buffers:
            prefix = _evaluated(self._destination["Prefix"], keys, "", self._local(now))
            self._buffers[place] = _PartitionBuffer(prefix, now)
        self._append(self._buffers[place], record + self._delimiter)
        return None

    def _append(self, buffer: _PartitionBuffer, data: bytes) -> None:
        buffer.parts.append(data)
        buffer.size += len(data)

    def _keep_error(self, record: bytes, kind: str, message: str, now: datetime) -> None:
        told = {
            "attemptsMade": 1,
            "arrivalTimestamp": round(now.timestamp() * 1000),
            "errorCode": kind,
            "errorMessage": message,
            "attemptEndingTimestamp": round(now.timestamp() * 1000),
            "rawData": base64.b64encode(record).decode(),
        }
        prefix = _evaluated(self._destination["ErrorOutputPrefix"], {}, kind, self._local(now))
        buffer = self._buffers.setdefault(f"error {kind} {prefix}", _PartitionBuffer(prefix, now))
        self._append(buffer, json.dumps(told).encode() + b"\n")

    def _deliver(self, *, everything: bool, below: str = "") -> int:
        hints = self._destination["BufferingHints"]
        size, interval = hints["SizeInMBs"] * 1024 * 1024, timedelta(seconds=hints["IntervalInSeconds"])
        now = self._clock.now()
        due = [
            place
            for place, buffer in self._buffers.items()
            if buffer.prefix.startswith(below)
            and (everything or buffer.size >= size or now - buffer.oldest >= interval)
        ]
        for place in due:
            buffer = self._buffers.pop(place)
            self._storage.put(buffer.prefix + self._object_name(buffer.oldest), self._compressed(buffer))
        return len(due)

    def _compressed(self, buffer: _PartitionBuffer) -> bytes:
        data = b"".join(buffer.parts)
        return gzip.compress(data, 6, mtime=0) if self._destination["CompressionFormat"] == "GZIP" else data

    def _object_name(self, oldest: datetime) -> str:
        default = ".gz" if self._destination["CompressionFormat"] == "GZIP" else ""
        extension = self._destination.get("FileExtension") or default
        return f"{self.name}-1-{oldest:%Y-%m-%d-%H-%M-%S}-{uuid.uuid4()}{extension}"

    def _local(self, instant: datetime) -> datetime:
        return instant.astimezone(ZoneInfo(self._destination.get("CustomTimeZone") or "UTC"))


def check_destination(destination: Mapping[str, Any]) -> None:
    """Raise ValueError for what CreateDeliveryStream refuses in a destination with dynamic partitioning."""
    hints = destination["BufferingHints"]
    if not (64 <= hints["SizeInMBs"] <= 128 and 60 <= hints["IntervalInSeconds"] <= 900):
        raise ValueError(f"dynamic partitioning buffers 64 to 128 MiB and 60 to 900 s, not {hints}")
    if "!{" in destination["Prefix"] and "ErrorOutputPrefix" not in destination:
        raise ValueError("a prefix with expressions needs an error prefix")
    if (
        "!{" in destination["ErrorOutputPrefix"]
        and "!{firehose:error-output-type}" not in destination["ErrorOutputPrefix"]
    ):
        raise ValueError("an error prefix with expressions must contain error-output-type")
    if "partitionKeyFrom" in destination["ErrorOutputPrefix"] or "error-output-type" in destination["Prefix"]:
        raise ValueError("partition keys belong to the prefix, the error type to the error prefix")
    extension = destination.get("FileExtension", "")
    if extension and not re.fullmatch(r"\.[0-9a-z!\-_.*'()]{1,127}", extension):
        raise ValueError(f"{extension!r} is no file extension")


def _check_limits(records: Sequence[bytes]) -> None:
    if not 1 <= len(records) <= MAX_RECORDS:
        raise CallRefused("InvalidArgumentException", f"a batch has 1 to {MAX_RECORDS} records, not {len(records)}")
    if max(map(len, records)) > MAX_RECORD_BYTES:
        raise CallRefused("InvalidArgumentException", f"a record has at most {MAX_RECORD_BYTES} bytes")
    if sum(map(len, records)) > MAX_BATCH_BYTES:
        raise CallRefused("InvalidArgumentException", f"a batch has at most {MAX_BATCH_BYTES} bytes")


def _evaluated(expression: str, keys: Mapping[str, str], error_type: str, at: datetime) -> str:
    def value(found: re.Match[str]) -> str:
        namespace, name = found.groups()
        if namespace == "timestamp":
            return java_time(name, at)
        if namespace == "partitionKeyFromQuery":
            return keys[name]
        if (namespace, name) == ("firehose", "error-output-type"):
            return error_type
        if (namespace, name) == ("firehose", "random-string"):
            return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(11))
        raise ValueError(f"!{{{namespace}:{name}}} is no expression of a prefix")

    if "!{timestamp:" not in expression and "partitionKeyFrom" not in expression and not error_type:
        expression += "!{timestamp:yyyy/MM/dd/HH/}"
    prefix = _EXPRESSION.sub(value, expression)
    if len(prefix) > MAX_PREFIX:
        raise ValueError(f"the evaluated prefix has {len(prefix)} characters, {MAX_PREFIX} at most are allowed")
    return prefix


def java_time(pattern: str, at: datetime) -> str:
    """A time in a pattern of Java's DateTimeFormatter. Raises ValueError for letters that are not supported here."""

    def text(token: re.Match[str]) -> str:
        quoted, known, unknown, other = token.groups()
        if unknown is not None:
            raise ValueError(f"the pattern letters {unknown!r} are not known")
        if quoted is not None:
            return quoted or "'"
        return at.strftime(_JAVA[known]) if known else str(other)

    return _JAVA_TOKEN.sub(text, pattern)


def _parameter(destination: Mapping[str, Any], processor: str, name: str) -> str:
    for one in destination.get("ProcessingConfiguration", {}).get("Processors", []):
        if one["Type"] == processor:
            return next((str(p["ParameterValue"]) for p in one["Parameters"] if p["ParameterName"] == name), "")
    return ""
