"""The definition of the delivery stream on AWS, as data: it is deployed, and the tests' double of Firehose follows it.

Firehose reads the partition keys out of each record's envelope with JQ (dynamic partitioning), so that late data lands
in the partition of its own time. The buffer is the smallest that dynamic partitioning allows. Source: Amazon Data
Firehose API reference, ExtendedS3DestinationConfiguration; developer guide, "Dynamic partitioning".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from millrace.lake.raw_layout import RAW_LAYOUT

DELIVERY_ERRORS = "delivery_errors"

_PARTITION_KEYS = {"source": ".source", "dt": ".dt", "hour": ".hour"}
_PREFIX = RAW_LAYOUT.partition(*(f"!{{partitionKeyFromQuery:{key}}}" for key in ("source", "dt", "hour")))


@dataclass(frozen=True)
class StreamDefinition:
    """One delivery stream. `prefix`, `error_prefix`: Firehose prefix expressions. `partition_keys`: JQ queries by key.

    `delimiter` is what the stream appends to each record; empty when records end with their own line feed, as ours do.
    """

    name: str
    prefix: str = _PREFIX
    error_prefix: str = f"{DELIVERY_ERRORS}/!{{firehose:error-output-type}}/dt=!{{timestamp:yyyy-MM-dd}}/"
    partition_keys: Mapping[str, str] = field(default_factory=lambda: dict(_PARTITION_KEYS))
    buffer_mib: int = 64
    buffer_interval: timedelta = timedelta(seconds=300)
    file_extension: str = ".json.gz"
    compression: str = "GZIP"
    delimiter: str = ""
    time_zone: str = "UTC"
    retry_for: timedelta = timedelta(seconds=300)

    @property
    def jq(self) -> str:
        """The MetadataExtractionQuery: a JQ object of all partition keys."""
        return "{" + ",".join(f"{key}:{query}" for key, query in self.partition_keys.items()) + "}"

    def destination(self, bucket_arn: str, role_arn: str) -> dict[str, Any]:
        """The ExtendedS3DestinationConfiguration of CreateDeliveryStream, in the API's own names."""
        return {
            "BucketARN": bucket_arn,
            "RoleARN": role_arn,
            "Prefix": self.prefix,
            "ErrorOutputPrefix": self.error_prefix,
            "BufferingHints": {
                "SizeInMBs": self.buffer_mib,
                "IntervalInSeconds": round(self.buffer_interval.total_seconds()),
            },
            "CompressionFormat": self.compression,
            "CustomTimeZone": self.time_zone,
            "FileExtension": self.file_extension,
            "DynamicPartitioningConfiguration": {
                "Enabled": True,
                "RetryOptions": {"DurationInSeconds": round(self.retry_for.total_seconds())},
            },
            "ProcessingConfiguration": {"Enabled": True, "Processors": self._processors()},
        }

    def _processors(self) -> list[dict[str, Any]]:
        extraction = _processor("MetadataExtraction", MetadataExtractionQuery=self.jq, JsonParsingEngine="JQ-1.6")
        if not self.delimiter:
            return [extraction]
        return [extraction, _processor("AppendDelimiterToRecord", Delimiter=self.delimiter)]


def _processor(kind: str, **parameters: str) -> dict[str, Any]:
    given = [{"ParameterName": name, "ParameterValue": value} for name, value in parameters.items()]
    return {"Type": kind, "Parameters": given}
