"""Type names and values between Athena and Spark."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from millrace.athena_sql.engines.values import to_value as plain_value
from millrace.athena_sql.ports import Column, Value

if TYPE_CHECKING:
    from pyspark.sql import DataFrame
    from pyspark.sql.types import DataType

_NTZ = re.compile(r"\btimestamp_ntz\b")


def to_spark(athena: str) -> str:
    """Names of types are the same, except that Athena's timestamp has no zone."""
    return "timestamp_ntz" if athena == "timestamp" else athena


def to_athena(spark: DataType) -> str:
    """Athena's DDL name of a Spark type."""
    return _NTZ.sub("timestamp", spark.simpleString())


def columns_of(frame: DataFrame) -> tuple[Column, ...]:
    return tuple(Column(field.name, to_athena(field.dataType)) for field in frame.schema.fields)


def to_value(value: Any) -> Value:
    """A fetched value as a Result holds it. A Row inside a row is a struct."""
    return plain_value(_plain(value))


def instants_to_utc(frame: DataFrame) -> DataFrame:
    """Timestamps with a zone as UTC ones without: PySpark would give them in the process's own time zone."""
    names = [f"c{position}" for position in range(len(frame.columns))]
    zoned = [field.dataType.typeName() == "timestamp" for field in frame.schema.fields]
    if not any(zoned):
        return frame
    selected = [
        f"CAST({name} AS TIMESTAMP_NTZ) AS {name}" if cast else name for name, cast in zip(names, zoned, strict=True)
    ]
    return frame.toDF(*names).selectExpr(*selected)


def _plain(value: Any) -> Any:
    match value:
        case datetime() if value.tzinfo:
            return value.astimezone(UTC)
        case tuple() if hasattr(value, "asDict"):
            return {name: _plain(item) for name, item in value.asDict().items()}
        case list():
            return [_plain(item) for item in value]
        case dict():
            return {name: _plain(item) for name, item in value.items()}
        case bytearray():
            return bytes(value)
    return value
