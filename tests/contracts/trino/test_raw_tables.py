"""The raw tables and views of the stack on Trino, over moto's Glue and S3: their rows, byte for byte.

A wrong SerDe, a wrong prefix or a wrong projection gives no rows and no error, so rows are what is looked at.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from millrace.firehose.envelope import Snapshot, to_record
from millrace.firehose.ports import Record
from millrace.infra.judges.references import resolved
from millrace.lake.raw_layout import RAW_LAYOUT
from tests.contracts import aws
from tests.contracts.stack.templates import content
from tests.contracts.trino.client import TrinoClient

STAGE = "uat"
DAYS = "dt BETWEEN DATE '2024-05-30' AND DATE '2024-05-31'"
ZONE, START = ZoneInfo("Asia/Singapore"), datetime(2024, 5, 30, 15, 45, tzinfo=UTC)
PAYLOADS = (
    b'{"n": 1.00000000000000001,  "payload": {"payload":"x"}}',
    '{"text":"caf\\u00e9 é \\"payload\\": \\\\ \\u0001 | , \\t end"}'.encode(),
    b"[0.10, 1e3 , 103.81999999999999]",
)


def records() -> list[Record]:
    """One each quarter of an hour, before and after midnight."""
    found = []
    for number, payload in enumerate(PAYLOADS):
        at = START + number * timedelta(minutes=15)
        found.append(to_record(Snapshot("rainfall", ZONE, at, at, at, payload)))
    return found


@pytest.fixture(scope="module")
def hive(over_glue: TrinoClient) -> Iterator[TrinoClient]:
    _deploy()
    try:
        yield over_glue
    finally:
        aws.drop_databases(STAGE)


def _deploy() -> None:
    """The bucket, databases and tables of the template, and raw objects as the delivery stream writes them."""
    template = resolved(content(STAGE))
    clients, bucket = aws.clients(), template["LakeBucket"]["Properties"]["BucketName"]
    clients.s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": aws.REGION})
    for kind, create in (
        ("AWS::Glue::Database", clients.glue.create_database),
        ("AWS::Glue::Table", clients.glue.create_table),
    ):
        for one in template.values():
            if one["Type"] == kind:
                create(**{name: value for name, value in one["Properties"].items() if name != "CatalogId"})
    objects: dict[str, bytes] = {}
    for record in records():
        key = RAW_LAYOUT.object("rainfall", record.dt, record.hour, "raw-1")
        objects[key] = objects.get(key, b"") + record.data
    for key, data in objects.items():
        clients.s3.put_object(Bucket=bucket, Key=key, Body=gzip.compress(data))


def test_a_payload_is_read_as_it_came(hive: TrinoClient) -> None:
    sql = f"SELECT payload FROM millrace_{STAGE}_raw.rainfall WHERE {DAYS} ORDER BY observed_at"

    assert [row[0].encode() for row in hive.answer_to(sql).rows] == list(PAYLOADS)


def test_the_view_has_the_columns_of_the_envelope(hive: TrinoClient) -> None:
    sql = f"SELECT * FROM millrace_{STAGE}_raw.rainfall WHERE dt = DATE '2024-05-31' ORDER BY observed_at"
    answer = hive.answer_to(sql)

    names = [column["name"] for column in answer.columns]
    found = [dict(zip(names, row, strict=True)) for row in answer.rows]
    expected = [json.loads(record.data) for record in records() if record.dt == "2024-05-31"]
    assert [row["snapshot_id"] for row in found] == [one["snapshot_id"] for one in expected]
    assert [row["observed_at_local"] for row in found] == [f"{one['observed_at_local']}.000" for one in expected]
    assert {row["source_object"] for row in found} == {"raw/rainfall/dt=2024-05-31/hour=00/raw-1.json.gz"}
    types = {column["name"]: column["type"] for column in answer.columns}
    assert (types["dt"], types["observed_at"], types["payload"]) == ("date", "timestamp(3)", "varchar")


@pytest.mark.parametrize(("condition", "rows"), [("hour = '23'", 1), ("hour = '00'", 2), ("hour = '07'", 0)])
def test_partitions_are_projected(hive: TrinoClient, condition: str, rows: int) -> None:
    sql = f"SELECT count(*) FROM millrace_{STAGE}_raw.rainfall_lines WHERE {DAYS} AND {condition}"

    assert hive.answer_to(sql).rows == [[rows]]


def test_every_raw_table_and_view_can_be_read(hive: TrinoClient) -> None:
    made: list[Any] = [one["Properties"]["TableInput"] for one in resolved(content(STAGE)).values() if _is_table(one)]
    day = "dt = DATE '2024-05-30'"

    counts = {
        one["Name"]: hive.answer_to(f"SELECT count(*) FROM millrace_{STAGE}_raw.{one['Name']} WHERE {day}").rows[0][0]
        for one in made
    }
    assert counts == {one["Name"]: 1 if one["Name"].startswith("rainfall") else 0 for one in made}


def _is_table(one: dict[str, Any]) -> bool:
    return bool(one["Type"] == "AWS::Glue::Table")
