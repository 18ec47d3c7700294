"""Which adapters a runtime chooses, and what it does not do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from millrace.athena_sql.engines.athena.engine import AthenaEngine
from millrace.athena_sql.engines.duckdb.engine import DuckDbEngine
from millrace.athena_sql.engines.spark.engine import SparkEngine
from millrace.errors import LakeError, UsageError
from millrace.infra.runtime.aws import AwsRuntime
from millrace.infra.runtime.aws_clients import AwsClients
from millrace.infra.runtime.base import Runtime
from millrace.infra.runtime.local import LocalRuntime
from millrace.infra.runtime.selection import require_local, runtime_class
from millrace.settings import AwsSettings, EngineName, Settings, load
from tests.contracts import aws


@pytest.fixture
def on_aws(tmp_path: Path) -> Runtime:
    settings = replace(aws.settings(), bucket=f"t{uuid4().hex}", prefix="some/lake")
    clients = aws.clients_of(settings)
    where = {"LocationConstraint": aws.REGION}
    clients.s3.create_bucket(Bucket=settings.bucket, CreateBucketConfiguration=where)  # type: ignore[typeddict-item]
    return AwsRuntime(Settings(tmp_path, aws=settings, runtime="aws"), clients=clients)


def test_the_settings_say_which_runtime() -> None:
    assert runtime_class(load(environ={})) is LocalRuntime
    assert runtime_class(load(environ={"MILLRACE_RUNTIME": "aws"})) is AwsRuntime


def test_the_engines_of_a_lake_in_a_folder(tmp_path: Path) -> None:
    with LocalRuntime(Settings(tmp_path)) as runtime:
        assert isinstance(runtime.engine, DuckDbEngine)
        assert runtime.engine_named(None) is runtime.engine
        assert isinstance(runtime.engine_named(EngineName.SPARK), SparkEngine)
        with pytest.raises(UsageError, match="Athena cannot read a lake in a folder"):
            runtime.engine_named(EngineName.ATHENA)
    with LocalRuntime(Settings(tmp_path, engine=EngineName.SPARK)) as runtime:
        assert isinstance(runtime.engine_named(None), SparkEngine)
        assert isinstance(runtime.engine, DuckDbEngine), "readers have DuckDB"


def test_the_engines_of_a_lake_on_aws(on_aws: Runtime) -> None:
    assert isinstance(on_aws.engine, AthenaEngine)
    assert isinstance(on_aws.engine_named(EngineName.SPARK), SparkEngine)
    with pytest.raises(UsageError, match="DuckDB cannot read a lake on AWS"):
        on_aws.engine_named(EngineName.DUCKDB)


def test_a_lake_that_is_not_there_is_said_to_be(on_aws: Runtime, tmp_path: Path) -> None:
    with pytest.raises(LakeError, match=r"there is no lake at .*MILLRACE_HOME"):
        LocalRuntime.existing(Settings(tmp_path / "none"))
    assert on_aws.kind is None
    assert on_aws.address == f"s3://{on_aws.settings.aws.bucket}/some/lake/"


def test_what_needs_a_folder_says_so(on_aws: Runtime, tmp_path: Path) -> None:
    local = LocalRuntime(Settings(tmp_path))
    assert require_local(local, "the page") is local
    with pytest.raises(UsageError, match=r"the page needs a lake in a folder\. Unset MILLRACE_RUNTIME"):
        require_local(on_aws, "the page")


def test_a_stage_that_is_not_deployed_is_one_error(on_aws: Runtime) -> None:
    with pytest.raises(LakeError, match="the queue millrace_dev_new_objects"):
        on_aws.pending.touched("taxi_availability")


def test_nothing_of_aws_is_asked_before_it_is_needed(tmp_path: Path) -> None:
    def load(name: str) -> None:
        raise AssertionError(f"{name} is imported")

    clients = AwsClients(AwsSettings(bucket="ours"), load=load)
    with AwsRuntime(Settings(tmp_path, aws=AwsSettings(bucket="ours"), runtime="aws"), clients=clients) as runtime:
        assert runtime.sources
        assert runtime.notifier
