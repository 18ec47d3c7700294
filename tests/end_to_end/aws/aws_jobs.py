"""The jobs on AWS, here and in processes of their own, and what is looked at afterwards: prod and the ledgers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from millrace.clock import ManualClock
from millrace.infra.runtime.base import Runtime
from millrace.infra.runtime.local import LocalRuntime
from millrace.ingestors.ports import Outcome
from millrace.serving.http_server import Address
from millrace.settings import EngineName, Settings
from millrace.usecases.athena import serving_athena
from millrace.usecases.audit import audit_rows
from millrace.usecases.queries import run_query
from millrace.usecases.runs import run_workflow
from tests.doubles.aws_proxy import AwsProxy
from tests.doubles.faults import Fault
from tests.doubles.simulated_feeds import SERVED
from tests.end_to_end.aws.aws_lake import AwsLake, environment
from tests.shipped import PIPELINES, PROJECT

START = datetime(2024, 5, 30, 15, 45, tzinfo=UTC)  # a quarter before midnight in Singapore
FIVE = timedelta(minutes=5)
SLOTS = [START + number * FIVE for number in range(6)]
BAD = START + FIVE  # what the taxi feed answers for this slot is no snapshot
STAGE = "uat"  # of a process of its own: the environment may name only those of the settings
ALL = tuple(PIPELINES.workflows)
# Outside of `make soak` one workflow is enough: the one whose polls have all outcomes, and a dimension.
ONE_OR_ALL = [pytest.param(("taxi_availability",), id="one"), pytest.param(ALL, id="all", marks=pytest.mark.soak)]
AUDIT_COLUMNS = {"run_id", "loaded_at", "source_object"}
READ = {"prod.area_cell": "SELECT area_id, count(*) AS cells, sum(cell_id) AS sum FROM prod.area_cell GROUP BY area_id"}


class Evening(ManualClock):
    """It stays an hour after the first slot; who waits for Athena gives way to it, for a few milliseconds."""

    def __init__(self) -> None:
        super().__init__(START + timedelta(hours=1))

    def sleep(self, seconds: float) -> None:
        time.sleep(min(seconds, 0.02))


def poll(runtime: Runtime, slots: list[datetime] = SLOTS) -> None:
    """Each slot once, the first of the taxis twice: its second snapshot is a duplicate."""
    handler = runtime.poll_handler()
    for slot in slots:
        for name in SERVED:
            result = handler.poll(PROJECT.source(name), slot, historical=True)
            wrong = name == SERVED[0] and slot == BAD
            assert result.outcome is (Outcome.QUARANTINED if wrong else Outcome.DELIVERED), result.reason
    assert handler.poll(PROJECT.source(SERVED[0]), slots[0], historical=True).outcome is Outcome.DELIVERED


def run_each(runtime: Runtime, names: Sequence[str]) -> None:
    for name in names:
        record = run_workflow(runtime, name, [], full=False, progress=lambda _: None)
        assert record.state == "succeeded", record.error


def prod(runtime: Runtime, names: Sequence[str] = ALL) -> dict[str, Any]:
    """The rows of every prod table of these workflows, as readers see them, audit columns aside."""
    found = {}
    refined = [PIPELINES.refinement(name) for name in names]
    for name in sorted({table for workflow in refined for table in (*workflow.dimensions, *workflow.prod)}):
        result = run_query(runtime, READ.get(name, f"SELECT * FROM {name}"))
        kept = [place for place, column in enumerate(result.columns) if column.name not in AUDIT_COLUMNS]
        found[name] = (
            [result.columns[place].name for place in kept],
            sorted(tuple(row[place] for place in kept) for row in result.rows),
        )
    return found


def ledgers(runtime: Runtime) -> list[dict[str, Any]]:
    rows, imbalances = audit_rows(runtime, [], lambda done, of: None)
    assert not imbalances, imbalances
    return rows


@contextmanager
def on_athena(lake: AwsLake) -> Iterator[AwsLake]:
    """The lake with an endpoint as its Athena."""
    with lake.runtime() as runtime, serving_athena(runtime, Address()) as server:
        yield lake.with_athena(server.url)


def export_in_a_process(lake: AwsLake, engine: EngineName, sql: str, target: Path) -> str:
    """The text of a query's file, as the command writes it."""
    command = [sys.executable, "-m", "millrace", "query", sql, "--engine", engine.value, "--output", str(target)]
    given = {**os.environ, **environment(lake, engine)}
    subprocess.run(command, env=given, check=True, capture_output=True, timeout=600)
    return target.read_text()


def run_in_a_process(lake: AwsLake, engine: EngineName, *names: str, proxy: AwsProxy | None = None) -> bool:
    """These workflows, by default all. One of its own: Spark's settings are those of the process that starts it first.

    With a proxy as its AWS. Whether it came to its end: the proxy may have killed it.
    """
    command = [sys.executable, "-m", "tests.end_to_end.aws.workflows_child", *names]
    command += ["--no-time-passes"] if proxy else []
    given = {**os.environ, **environment(lake.through(proxy.url) if proxy else lake, engine)}
    child = subprocess.Popen(
        command, env=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    kill = partial(os.killpg, child.pid, signal.SIGKILL)  # with its Java
    if proxy:
        proxy.kill = kill
    with child:
        try:
            told, trouble = child.communicate(timeout=600)
        except BaseException:
            kill()
            raise
    if child.returncode == -signal.SIGKILL and proxy and proxy.hit(Fault.KILLED):
        return False
    if "UNRESOLVED DEPENDENCIES" in trouble and not os.environ.get("CI"):
        pytest.skip("Spark's connector for S3 cannot be had: no network, or no repository of Java packages")
    expected = [f"{name} succeeded " for name in names or PIPELINES.workflows]
    assert told.splitlines()[-len(expected) :] == expected, told + trouble[-2000:]
    return True


def poll_rain(runtime: Runtime, slot: datetime) -> None:
    assert runtime.poll_handler().poll(PROJECT.source("rainfall"), slot, historical=True).outcome is Outcome.DELIVERED


def run_rain(runtime: Runtime, lake: AwsLake) -> None:
    lake.double.deliver(everything=True)
    run = run_workflow(runtime, "rainfall", [], full=False, progress=lambda _: None)
    assert run.state == "succeeded", run.error


def rain(runtime: Runtime) -> list[tuple[Any, ...]]:
    sql = "SELECT observed_at, rainfall_mm_mean, rainfall_mm_max, stations FROM prod.rainfall ORDER BY observed_at"
    return run_query(runtime, sql).rows


def rain_of_a_local_run(feeds: dict[str, str], home: Path, slots: Sequence[datetime]) -> list[tuple[Any, ...]]:
    with LocalRuntime(Settings(home, "simulated", source_urls=feeds), clock=Evening()) as runtime:
        for slot in slots:
            poll_rain(runtime, slot)
        runtime.stream.flush(everything=True)
        run_workflow(runtime, "rainfall", [], full=False, progress=lambda _: None)
        return rain(runtime)
