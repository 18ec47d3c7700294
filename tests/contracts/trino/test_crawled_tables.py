"""The table that a crawler makes of nested JSON, on Trino over moto's Glue and S3: the rows that a local lake gives."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from millrace.aws.glue_layout import crawled_database
from tests.contracts import aws
from tests.contracts.crawled import CENTS, FILES, OF_TOTALS, RECEIPTS, TOTALS, crawled_table
from tests.contracts.trino.client import TrinoClient

STAGE, BUCKET = "crawl", "crawled-by-trino"
TABLE = f"{crawled_database(STAGE)}.{RECEIPTS.name}"


@pytest.fixture(scope="module")
def hive(over_glue: TrinoClient) -> Iterator[TrinoClient]:
    clients = aws.clients()
    clients.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": aws.REGION})
    for key, data in FILES.items():
        clients.s3.put_object(Bucket=BUCKET, Key=key, Body=data)
    clients.glue.create_database(DatabaseInput={"Name": crawled_database(STAGE)})
    location = f"s3://{BUCKET}/{RECEIPTS.folder}"
    clients.glue.create_table(DatabaseName=crawled_database(STAGE), TableInput=crawled_table(location))
    try:
        yield over_glue
    finally:
        aws.drop_databases(STAGE)


def test_the_rows_are_those_of_a_local_lake(hive: TrinoClient) -> None:
    assert [tuple(row) for row in hive.answer_to(TOTALS.format(TABLE)).rows] == OF_TOTALS


def test_a_nested_value_is_read_by_its_place(hive: TrinoClient) -> None:
    assert hive.answer_to(CENTS.format(TABLE)).rows == [[860]]
