"""The proxy before moto, as boto3 and other clients see it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from millrace.state.dynamo_keys import table_definition
from tests.contracts import aws
from tests.doubles.aws_proxy import AwsProxy, AwsRequest
from tests.doubles.faults import Fault

_KEY = {"pk": {"S": "a"}, "sk": {"S": "b"}}


class Between:
    """A proxy that does what it is told with each request, and boto3 without retries before it."""

    def __init__(self) -> None:
        self.table = self.bucket = f"t{uuid.uuid4().hex}"
        where: Any = {"LocationConstraint": aws.REGION}
        aws.clients().s3.create_bucket(Bucket=self.bucket, CreateBucketConfiguration=where)
        aws.clients().dynamodb.create_table(**table_definition(self.table))
        self.next, self.kills = Fault.NONE, 0
        self.proxy = AwsProxy(aws.endpoint(), lambda request: self.next, self.kill)

    def kill(self) -> None:
        self.kills += 1

    def client(self, service: str, **config: Any) -> Any:
        session: Any = boto3.Session()
        return session.client(
            service,
            endpoint_url=self.proxy.url,
            region_name=aws.REGION,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
            config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, **config),
        )

    def put(self, key: str) -> None:
        self.client("s3").put_object(Bucket=self.bucket, Key=key, Body=key.encode())

    def keys(self) -> list[str]:
        """In moto itself."""
        found = aws.clients().s3.list_objects_v2(Bucket=self.bucket)
        return [one["Key"] for one in found.get("Contents", [])]

    def counted(self, token: str) -> None:
        """Adds 1 by a transaction with this token."""
        change = {
            "TableName": self.table,
            "Key": _KEY,
            "UpdateExpression": "ADD n :one",
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
        self.client("dynamodb").transact_write_items(ClientRequestToken=token, TransactItems=[{"Update": change}])

    def count(self) -> str:
        item = aws.clients().dynamodb.get_item(TableName=self.table, Key=_KEY)["Item"]
        return item["n"]["N"]


@pytest.fixture
def between() -> Iterator[Between]:
    made = Between()
    yield made
    made.proxy.close()


def test_what_it_passes_is_as_it_was(between: Between) -> None:
    between.put("a/b c=é")
    s3 = between.client("s3")
    assert between.keys() == ["a/b c=é"]
    at = {"Bucket": between.bucket, "Key": "a/b c=é"}
    assert s3.get_object(**at)["Body"].read() == "a/b c=é".encode()
    assert s3.head_object(**at)["ContentLength"] == 8
    s3.delete_object(**at)
    assert between.keys() == []


def test_what_is_throttled_is_not_done(between: Between) -> None:
    between.next = Fault.THROTTLED
    with pytest.raises(ClientError, match="SlowDown"):
        between.put("a")
    with pytest.raises(ClientError, match="503"):
        between.client("s3").head_object(Bucket=between.bucket, Key="a")
    with pytest.raises(ClientError, match="ThrottlingException"):
        between.client("glue").create_database(DatabaseInput={"Name": "throttled"})
    assert between.keys() == []
    with pytest.raises(ClientError, match="EntityNotFoundException"):
        aws.clients().glue.get_database(Name="throttled")


def test_what_is_lost_is_done(between: Between) -> None:
    between.next = Fault.LOST
    with pytest.raises(ConnectionClosedError):
        between.put("a")
    assert between.keys() == ["a"]


def test_a_transaction_whose_answer_was_lost_is_not_done_again(between: Between) -> None:
    between.next = Fault.LOST
    with pytest.raises(ConnectionClosedError):
        between.counted("token")
    between.next = Fault.NONE
    between.counted("token")
    assert between.count() == "1"
    between.counted("another")
    assert between.count() == "2"


def test_nothing_comes_from_a_process_that_was_killed(between: Between) -> None:
    between.put("before")
    between.next = Fault.KILLED
    for _ in range(2):
        with pytest.raises(ConnectionClosedError):
            between.put("after")
    between.next = Fault.NONE
    with pytest.raises(ConnectionClosedError):
        between.put("after")
    assert between.keys() == ["before"]
    assert between.kills == 1
    assert [request.number for request in between.proxy.hit(Fault.KILLED)] == [2]


def test_what_a_plan_is_given(between: Between) -> None:
    between.put("a")
    bucket = between.bucket
    between.client("s3").copy_object(Bucket=bucket, Key="b", CopySource=f"{bucket}/a")
    between.client("glue").get_databases()
    between.client("dynamodb").batch_get_item(RequestItems={between.table: {"Keys": [_KEY]}})
    between.client("s3", user_agent="Hadoop 3.3.4, aws-sdk-java/1.12.262").delete_object(Bucket=bucket, Key="b")
    told = [request for request, _ in between.proxy.requests]
    assert [json.loads(request.body or b"null") for request in told[2:4]] == [
        {},
        {"RequestItems": {between.table: {"Keys": [_KEY]}}},
    ]
    assert [replace(request, body=b"") for request in told] == [
        AwsRequest(1, "PUT", f"/{bucket}/a", "s3.PUT", copies=False, by_jvm=False),
        AwsRequest(2, "PUT", f"/{bucket}/b", "s3.PUT", copies=True, by_jvm=False),
        AwsRequest(3, "POST", "/", "glue.GetDatabases", copies=False, by_jvm=False),
        AwsRequest(4, "POST", "/", "dynamodb.BatchGetItem", copies=False, by_jvm=False),
        AwsRequest(5, "DELETE", f"/{bucket}/b", "s3.DELETE", copies=False, by_jvm=True),
    ]
    assert [request.changes for request in told] == [True, True, False, False, True]
