"""Batches within the limits of Firehose's PutRecordBatch.

By its API reference: 500 records and 4 MiB per call, 1,000 KiB per record, measured before base64 encoding.
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
    """The limits of one call: the number of `records`, `batch_bytes` in total, and `record_bytes` per record."""

    records: int = 500
    batch_bytes: int = 4 * MIB
    record_bytes: int = 1000 * KIB


FIREHOSE = BatchLimits()


def is_oversize(record: Record, limits: BatchLimits = FIREHOSE) -> bool:
    """Whether a record is too large for any batch; the stream then writes it straight to the lake."""
    return len(record.data) > min(limits.record_bytes, limits.batch_bytes)


def separate(records: Iterable[Record], limits: BatchLimits = FIREHOSE) -> tuple[list[Record], list[Record]]:
    """The records that fit into a batch, and the oversize ones; both in their original order."""
    fitting: list[Record] = []
    oversize: list[Record] = []
    for record in records:
        (oversize if is_oversize(record, limits) else fitting).append(record)
    return fitting, oversize


def batches(records: Iterable[Record], limits: BatchLimits = FIREHOSE) -> Iterator[list[Record]]:
    """The records in their order, in as few batches as that order allows. Raises DeliveryError for an oversize one."""
    batch: list[Record] = []
    size = 0
    for record in records:
        if is_oversize(record, limits):
            raise DeliveryError(
                f"the record {record.snapshot_id} has {len(record.data)} bytes; the limit of a record in a batch is "
                f"{limits.record_bytes}.",
                hint="Remove oversize records with `separate` first.",
            )
        if batch and (len(batch) == limits.records or size + len(record.data) > limits.batch_bytes):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += len(record.data)
    if batch:
        yield batch
