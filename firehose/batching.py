"""Batches within the limits of Firehose's PutRecordBatch.

Its API reference says: 500 records and 4 MiB a call, 1,000 KiB a record. Sizes are of the data before base64, as the
limits are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from millrace.errors import DeliveryError
from millrace.firehose.ports import Record

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True, slots=True)
class BatchLimits:
    """What one call takes: `records` at most, `batch_bytes` in all; `record_bytes` in any one record."""

    records: int = 500
    batch_bytes: int = 4 * MIB
    record_bytes: int = 1000 * KIB


FIREHOSE = BatchLimits()


def is_oversize(record: Record, limits: BatchLimits = FIREHOSE) -> bool:
    """Whether no batch can take this record; the stream then writes it straight to the lake."""
    return len(record.data) > min(limits.record_bytes, limits.batch_bytes)


def separate(records: Iterable[Record], limits: BatchLimits = FIREHOSE) -> tuple[list[Record], list[Record]]:
    """The records that fit into a batch, and the oversize ones; each in their order."""
    fitting: list[Record] = []
    oversize: list[Record] = []
    for record in records:
        (oversize if is_oversize(record, limits) else fitting).append(record)
    return fitting, oversize


def batches(records: Iterable[Record], limits: BatchLimits = FIREHOSE) -> Iterator[list[Record]]:
    """The records in their order, in as few batches as that order allows; raises DeliveryError for an oversize one."""
    batch: list[Record] = []
    size = 0
    for record in records:
        if is_oversize(record, limits):
            raise DeliveryError(
                f"the record {record.snapshot_id} has {len(record.data)} bytes: no batch takes more than "
                f"{limits.record_bytes} in a record.",
                hint="Take oversize records out with `separate` first.",
            )
        if batch and (len(batch) == limits.records or size + len(record.data) > limits.batch_bytes):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += len(record.data)
    if batch:
        yield batch
