"""The tables that runs publish, made and migrated by the real command: shown before, and nothing pointed elsewhere."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from millrace.athena_sql.ports import WrittenFile
from millrace.glue_workflow.ports import PartitionVersion
from millrace.lake.keys import version_prefix
from millrace.state.dynamo_keys import LEASE
from tests.doubles.aws_proxy import AwsProxy, AwsRequest
from tests.doubles.faults import Fault
from tests.end_to_end.deployment.commands import Deployer
from tests.unit.infra.project.project_files import BIKES_BY_DAY

TABLE, DATABASE, NAME = "prod.bikes", "millrace_dev_prod", "bikes"
MORE = BIKES_BY_DAY.replace("-- bikes bigint", "-- rides bigint: all of them\n-- bikes bigint").replace(
    "SELECT", "SELECT 0 AS rides,"
)
DROPPED = BIKES_BY_DAY.replace("-- bikes bigint: all of them", "-- rides bigint: all of them").replace(
    "AS bikes", "AS rides"
)


def days(count: int) -> list[str]:
    first = datetime(2024, 1, 1, tzinfo=UTC)
    return [f"{first + timedelta(days=day):%Y-%m-%d}" for day in range(count)]


def publish(of: Deployer, partitions: Sequence[str], version: str) -> None:
    """As a run does it, without its files."""
    with of.runtime() as runtime:
        prefix = version_prefix(TABLE, version)
        versions = [
            PartitionVersion(TABLE, dt, version, (WrittenFile(f"{prefix}dt={dt}/part.parquet", dt, 1, 1),))
            for dt in partitions
        ]
        runtime.catalog.register(versions)
        runtime.catalog.flip(versions)


def partitions(of: Deployer) -> dict[str, Any]:
    found = of.clients.glue.get_partitions(DatabaseName=DATABASE, TableName=NAME)["Partitions"]
    return {one["Values"][0]: one for one in found}


def pointers(of: Deployer) -> dict[str, tuple[str, Any]]:
    return {dt: (one["StorageDescriptor"]["Location"], one["Parameters"]) for dt, one in partitions(of).items()}


def columns(of: Deployer) -> dict[str, str]:
    """Those of the table, by "", and of each partition."""
    found = {"": of.clients.glue.get_table(DatabaseName=DATABASE, Name=NAME)["Table"], **partitions(of)}
    return {dt: " ".join(column["Name"] for column in one["StorageDescriptor"]["Columns"]) for dt, one in found.items()}


def declare(of: Deployer, statement: str) -> None:
    (of.root / "sql" / "prod" / "bikes.sql").write_text(statement)


@pytest.fixture
def deployed(prepared: Deployer) -> Deployer:
    """With a stack, and a history of 130 days."""
    made = prepared.done("deploy", "--stage", "dev", "--yes")
    assert "prod.bikes is as declared" in made.said
    assert columns(prepared) == {"": "bikes loaded_at run_id"}
    publish(prepared, days(130), "a-1")
    return prepared


def test_a_column_comes_last_in_each_partition_and_what_was_killed_goes_on_where_it_was(deployed: Deployer) -> None:
    before = pointers(deployed)
    assert "prod.bikes" not in deployed.changes()

    declare(deployed, MORE)
    assert deployed.changes()["prod.bikes"] == {
        "change": "modify",
        "resource": "prod.bikes",
        "type": "table",
        "properties": "columns added last: rides; columns of 130 of 130 partitions",
        "mind": "",
    }
    behind = []
    for _ in range(2):
        kill_at_its_second_change_of_glue(deployed)
        assert pointers(deployed) == before
        assert set(columns(deployed).values()) <= {"bikes loaded_at run_id", "bikes loaded_at run_id rides"}
        behind.append(list(columns(deployed).values()).count("bikes loaded_at run_id"))
        free_the_leases(deployed)  # as they are, once a minute is over
    done = deployed.done("deploy", "--stage", "dev", "--yes")

    assert behind == [130, 30], "the table was done; then a hundred partitions"
    assert "prod.bikes: columns of 30 of 30 partitions" in done.said
    assert columns(deployed) == dict.fromkeys(["", *days(130)], "bikes loaded_at run_id rides")
    assert pointers(deployed) == before
    assert "prod.bikes" not in deployed.changes()


def test_what_needs_a_reprocess_is_shown_with_the_command_and_left(deployed: Deployer) -> None:
    before = pointers(deployed)
    declare(deployed, DROPPED)

    shown = deployed.changes()["prod.bikes"]
    assert shown["properties"] == "columns added last: rides; columns of 130 of 130 partitions"
    assert shown["mind"] == "no longer declared: bikes; needs millrace reprocess bikes --full --stage dev"
    done = deployed.done("deploy", "--stage", "dev", "--yes")

    assert "prod.bikes: no longer declared: bikes; needs millrace reprocess bikes --full --stage dev" in done.said
    assert columns(deployed) == dict.fromkeys(["", *days(130)], "bikes loaded_at run_id rides")
    assert pointers(deployed) == before

    publish(deployed, days(130), "b-1")  # as that reprocess does
    assert columns(deployed) == dict.fromkeys(["", *days(130)], "rides loaded_at run_id")
    assert "prod.bikes" not in deployed.changes()


def kill_at_its_second_change_of_glue(of: Deployer) -> None:
    """A deployment whose process dies before its second call that changes a table or partitions."""

    def plan(request: AwsRequest) -> Fault:
        if request.operation in ("glue.UpdateTable", "glue.BatchUpdatePartition"):
            seen.append(request.operation)
        return Fault.KILLED if len(seen) == 2 else Fault.NONE

    seen: list[str] = []
    proxy = AwsProxy(of.clients.settings.endpoint_url, plan)
    process = subprocess.Popen(
        [sys.executable, "-m", "millrace", "deploy", "--stage", "dev", "--yes"],
        cwd=of.root,
        env={**of.environ, "MILLRACE_AWS_ENDPOINT_URL_GLUE": proxy.url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    proxy.kill = process.kill
    try:
        assert process.wait(120) == -signal.SIGKILL
    finally:
        proxy.close()


def free_the_leases(of: Deployer) -> None:
    with of.runtime() as runtime:
        for key, _ in list(runtime.table.items(LEASE)):
            of.clients.dynamodb.delete_item(
                TableName="millrace_dev_state", Key={"pk": {"S": key.pk}, "sk": {"S": key.sk}}
            )
