"""The delivery stream: each record in steps of 5 KB, and what dynamic partitioning adds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from millrace.infra.pricing.charges import Charge
from millrace.infra.pricing.rounding import GIGABYTE, record_bytes
from millrace.infra.pricing.workload import Workload
from millrace.infra.stack.deployment import STREAM


def stream(title: str, properties: Mapping[str, Any], workload: Workload) -> Iterator[Charge]:
    """Another stream than the lake's is charged nothing: what is sent to it is not known."""
    if title != STREAM:
        return
    destination = properties.get("ExtendedS3DestinationConfiguration", {})
    partitioned = destination.get("DynamicPartitioningConfiguration", {}).get("Enabled", False)
    for source, records in workload.records.items():
        size = workload.sizes.of(source).record
        billed = record_bytes(size)
        why = f"{records:,.0f} records of {source}, {size:,.0f} bytes each, billed as {billed // 1024} KB"
        yield Charge("firehose.ingestion", records * billed / GIGABYTE, title, why)
        if partitioned:
            yield Charge("firehose.partitioning", records * billed / GIGABYTE, title, why)
            yield _jq(title, source, records, workload)
    if partitioned:
        objects = workload.raw_objects
        yield Charge("firehose.partitioned_objects", objects, title, f"{objects:,.0f} objects by source and interval")


def _jq(title: str, source: str, records: float, workload: Workload) -> Charge:
    milliseconds = workload.assumed.jq_milliseconds
    why = f"{records:,.0f} records of {source}, {milliseconds:g} ms each"
    return Charge("firehose.jq", records * milliseconds / 3_600_000, title, why)
