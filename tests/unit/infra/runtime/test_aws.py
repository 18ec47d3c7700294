"""The runtime of a lake on AWS: the engines it chooses, and what it leaves until it is needed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from millrace.athena_sql.engines.athena.engine import AthenaEngine
from millrace.athena_sql.engines.spark.engine import SparkEngine
from millrace.errors import LakeError, UsageError
from millrace.infra.runtime.aws import AwsRuntime
from millrace.infra.runtime.aws_clients import AwsClients
from millrace.infra.runtime.base import Runtime
from millrace.settings import AwsSettings, EngineName, Settings
from tests.contracts import aws


@pytest.fixture
def on_aws(tmp_path: Path) -> Runtime:
    settings = replace(aws.settings(), bucket=f"t{uuid4().hex}", prefix="some/lake")
    clients = aws.clients_of(settings)
    clients.s3.create_bucket(Bucket=settings.bucket, CreateBucketConfiguration={"LocationConstraint": aws.REGION})
    return AwsRuntime(Settings(tmp_path, aws=settings, runtime="aws"), clients=clients)


def test_the_engines_of_a_lake_on_aws(on_aws: Runtime) -> None:
    assert isinstance(on_aws.engine, AthenaEngine)
    assert isinstance(on_aws.engine_named(EngineName.SPARK), SparkEngine)
    with pytest.raises(UsageError, match="DuckDB cannot read a lake on AWS"):
        on_aws.engine_named(EngineName.DUCKDB)


def test_a_lake_without_objects_does_not_exist_yet(on_aws: Runtime) -> None:
    assert on_aws.kind is None
    assert on_aws.address == f"s3://{on_aws.settings.aws.bucket}/some/lake/"


def test_a_stage_that_is_not_deployed_is_one_error(on_aws: Runtime) -> None:
    with pytest.raises(LakeError, match="the queue millrace_dev_new_objects"):
        on_aws.pending.touched("taxi_availability")


def test_no_aws_module_is_imported_before_it_is_needed(tmp_path: Path) -> None:
    def load(name: str) -> None:
        raise AssertionError(f"{name} is imported")

    clients = AwsClients(AwsSettings(bucket="ours"), load=load)
    with AwsRuntime(Settings(tmp_path, aws=AwsSettings(bucket="ours"), runtime="aws"), clients=clients) as runtime:
        assert runtime.sources
        assert runtime.notifier
