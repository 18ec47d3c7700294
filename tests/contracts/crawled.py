"""A dataset of nested JSON, and the table that a crawler of Glue makes of it.

The table's form: AWS Glue developer guide, "Built-in classifiers" (JSON) and "Data Catalog tables"; Athena user guide,
"OpenX JSON SerDe".
"""

from __future__ import annotations

from typing import Any

from millrace.lake.datasets import CrawledDataset, FileFormat

RECEIPTS = CrawledDataset("receipts", FileFormat.JSON)
FILES = {
    "receipts/2024-05-30.json": (
        b'{"rideId": 1, "paid_at": "2024-05-30T08:00:00", "fare": {"total": 12.5,'
        b' "Parts": [{"kind": "base", "cents": 390}, {"kind": "peak", "cents": 860}]}}\n'
        b'{"rideId": 2, "fare": {"total": 7.0, "Parts": []}, "shared": true}\n'
    ),
    "receipts/2024-05-31.json": b'{"rideId": 3, "paid_at": "2024-05-31T09:30:00", "tip": 1}\n',
    "receipts/_writing.json": b"no receipt",
}
TOTALS = "SELECT rideid, paid_at, fare.total, cardinality(fare.parts), shared, tip FROM {} ORDER BY rideid"
OF_TOTALS: list[tuple[Any, ...]] = [
    (1, "2024-05-30T08:00:00", 12.5, 2, None, None),
    (2, None, 7.0, 0, True, None),
    (3, "2024-05-31T09:30:00", None, None, None, 1),
]
CENTS = "SELECT fare.parts[2].cents FROM {} WHERE rideid = 1"


def crawled_table(location: str) -> Any:
    """The TableInput of a crawler. `location`: of the dataset's folder."""
    kind = {"classification": "json", "compressionType": "none", "typeOfData": "file"}
    return {
        "Name": RECEIPTS.name,
        "TableType": "EXTERNAL_TABLE",
        "PartitionKeys": [],
        "Parameters": {**kind, "UPDATED_BY_CRAWLER": "crawler", "CrawlerSchemaDeserializerVersion": "1.0"},
        "StorageDescriptor": {
            "Columns": [
                {"Name": "rideid", "Type": "int"},
                {"Name": "paid_at", "Type": "string"},
                {"Name": "fare", "Type": "struct<total:double,parts:array<struct<kind:string,cents:int>>>"},
                {"Name": "shared", "Type": "boolean"},
                {"Name": "tip", "Type": "int"},
            ],
            "Location": location,
            "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
            "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
            "SerdeInfo": {
                "SerializationLibrary": "org.openx.data.jsonserde.JsonSerDe",
                "Parameters": {"paths": "fare,paid_at,rideId,shared,tip"},
            },
            "Parameters": kind,
        },
    }
