"""A lake of known rows, the endpoint over it, and clients for it: what the tests of the local Athena endpoint share."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from millrace.infra.runtime.local import LocalRuntime
from millrace.serving.http_server import Address
from millrace.settings import AthenaAccess, AwsSettings, Secret, Settings
from millrace.usecases.athena import serving_athena
from tests.contracts import aws as stand_in
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import SOURCE, answer, poll_minutes, run

MINUTES = range(30)
KEY, SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
REGION = "us-east-1"
BUCKET = "results"
OUTPUT = f"s3://{BUCKET}/queries/"


def make_lake(home: Path) -> None:
    """Thirty minutes of noon on 2024-05-30: minute m has m % 7 + 1 taxis."""
    with serving(answer) as url:
        settings = Settings(home=home, feed="simulated", source_urls={SOURCE: url})
        with LocalRuntime(settings) as runtime:
            poll_minutes(runtime, MINUTES)
            run(runtime)
            run(runtime, "polls")


@dataclass(frozen=True)
class Served:
    """An endpoint that runs; `aws` is where its S3 and Glue are, or ""."""

    url: str
    home: Path
    aws: str = ""

    def client(self, service: str = "athena", **options: Any) -> Any:
        url = self.url if service == "athena" else self.aws
        keys = {"aws_access_key_id": KEY, "aws_secret_access_key": SECRET, **options}
        config = Config(retries={"total_max_attempts": 1}, max_pool_connections=60)
        made: Callable[..., Any] = boto3.client  # its stubs know a service only by a literal name
        return made(service, endpoint_url=url, region_name=REGION, config=config, **keys)


@contextmanager
def served(home: Path, *, aws: str = "", signed: bool = False) -> Iterator[Served]:
    access = AthenaAccess(KEY, Secret(SECRET)) if signed else None
    aws_settings = AwsSettings(endpoint_url=aws, region=REGION)
    settings = Settings(home=home, feed="simulated", athena=access, aws=aws_settings)
    with LocalRuntime.existing(settings) as runtime, serving_athena(runtime, Address()) as server:
        yield Served(server.url, home, aws)


@contextmanager
def served_with_s3(home: Path) -> Iterator[Served]:
    """With moto's S3 and Glue, a bucket for results, and an environment in which SDKs find keys and a region."""
    with pytest.MonkeyPatch.context() as environment:
        for name, value in {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
        }.items():
            environment.setenv(name, value)
        with served(home, aws=stand_in.endpoint()) as found:
            found.client("s3").create_bucket(Bucket=BUCKET)
            yield found


def finished(client: Any, sql: str, **options: Any) -> dict[str, Any]:
    """The execution of a query, when it has ended."""
    id_ = client.start_query_execution(QueryString=sql, **options)["QueryExecutionId"]
    return wait(client, id_)


def wait(client: Any, id_: str, seconds: float = 60.0) -> dict[str, Any]:
    """There is no waiter for Athena in botocore: everybody polls."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found: dict[str, Any] = client.get_query_execution(QueryExecutionId=id_)["QueryExecution"]
        if found["Status"]["State"] not in ("QUEUED", "RUNNING"):
            return found
        time.sleep(0.005)
    raise AssertionError(f"{id_} has not ended")


def rows(client: Any, sql: str, **options: Any) -> list[list[str | None]]:
    """All rows of a query's result, without the header."""
    execution = finished(client, sql, **options)
    assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"]
    found: list[list[str | None]] = []
    for page in client.get_paginator("get_query_results").paginate(QueryExecutionId=execution["QueryExecutionId"]):
        found += [[datum.get("VarCharValue") for datum in row["Data"]] for row in page["ResultSet"]["Rows"]]
    return found[1:]


def reason(client: Any, sql: str, **options: Any) -> str:
    """Why a query failed."""
    status = finished(client, sql, **options)["Status"]
    assert status["State"] == "FAILED", status
    return str(status["StateChangeReason"])


def refused(call: Any, **asked: Any) -> dict[str, Any]:
    with pytest.raises(ClientError) as raised:
        call(**asked)
    return dict(raised.value.response)
