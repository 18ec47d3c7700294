"""Wrong variants of databases and raw tables."""

from __future__ import annotations

from tests.contracts.stack.mutations.wrong import Wrong

_P = "Properties"
_INPUT = (_P, "TableInput")

CATALOG = (
    Wrong(
        "UTC's days",
        "RawLinesOfRainfall",
        (*_INPUT, "Parameters", "projection.dt.range"),
        "2024-01-01,NOW",
        ("promises",),
    ),
    Wrong(
        "partitions elsewhere",
        "RawLinesOfRainfall",
        (*_INPUT, "Parameters", "storage.location.template"),
        {"Fn::Sub": "s3://${LakeBucket}/raw/rainfall/${!dt}/${!hour}/"},
        ("promises",),
    ),
    Wrong(
        "a payload that is parsed",
        "RawLinesOfRainfall",
        (*_INPUT, "StorageDescriptor", "Columns", 0, "Name"),
        "payload",
        ("promises",),
    ),
    Wrong(
        "a table without a name", "RawLinesOfRainfall", (*_INPUT, "Name"), "", ("create_calls", "cfn_lint", "cdk_nag")
    ),
    Wrong(
        "a database of a long name",
        "RawDatabase",
        (_P, "DatabaseInput", "Name"),
        "x" * 256,
        ("create_calls", "cfn_lint", "cdk_nag"),
    ),
    Wrong(
        "a type of two lines",
        "RawLinesOfRainfall",
        (*_INPUT, "StorageDescriptor", "Columns", 0, "Type"),
        "string\n",
        ("create_calls",),
    ),
    Wrong(
        "a SerDe that parses",
        "RawLinesOfRainfall",
        (*_INPUT, "StorageDescriptor", "SerdeInfo", "SerializationLibrary"),
        "org.openx.data.jsonserde.JsonSerDe",
        ("promises",),
    ),
)
