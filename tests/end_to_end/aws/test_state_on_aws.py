"""Whole runs with the catalog in Glue and the run state in DynamoDB (moto's), the lake's objects in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from millrace.glue_workflow.ports import Catalog, Leases, RunState, RunStore
from millrace.glue_workflow.run.begin import StartKey
from millrace.glue_workflow.stores.aws.catalog import GlueCatalog
from millrace.glue_workflow.stores.aws.leases import DynamoLeases
from millrace.glue_workflow.stores.aws.runs import DynamoRunStore
from millrace.infra.runtime.local import LocalRuntime
from millrace.ingestors.health.dynamo import DynamoHealth
from millrace.ingestors.health.feed_health import HealthStore
from millrace.settings import Settings
from millrace.state.conditional_items import ConditionalItems
from millrace.state.dynamo_keys import EXPIRES_AT, REDO, START
from millrace.usecases.versions import roll_back
from tests.contracts import aws
from tests.doubles.faults import Killed
from tests.doubles.manual_timer import ManualTimer
from tests.end_to_end import small_lake
from tests.end_to_end.feed import serving
from tests.end_to_end.small_lake import SOURCE, expected, imbalances, poll_minutes, run, seen


class DyingClient:
    """A client of a process that dies after the n-th call of all its clients: from then on, none is made."""

    def __init__(self, client: Any, calls: list[str], nth: int) -> None:
        self._client, self._calls, self._nth = client, calls, nth

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if name in ("exceptions", "get_paginator"):
            return found

        def call(**arguments: Any) -> Any:
            if self._nth and len(self._calls) >= self._nth:
                raise Killed
            self._calls.append(name)
            return found(**arguments)

        return call


class StateOnAwsRuntime(LocalRuntime):
    """`dies_after`: how many calls of AWS this process makes in its life; 0 for any number."""

    def __init__(self, home: Path, url: str, place: aws.AwsPlace, dies_after: int = 0) -> None:
        super().__init__(Settings(home=home, feed="simulated", source_urls={SOURCE: url}))
        self.calls: list[str] = []
        self.glue = DyingClient(aws.clients().glue, self.calls, dies_after)
        self.table = place.state(DyingClient(aws.one_at_a_time(), self.calls, dies_after))
        self.stage = place.table

    @cached_property
    def catalog(self) -> Catalog:
        describe = self.project.tables.table
        return GlueCatalog(self.glue, self.table, self.storage, self.stage, self.clock, describe=describe)  # type: ignore[arg-type]

    @cached_property
    def runs(self) -> RunStore:
        return DynamoRunStore(self.table)

    @property
    def items(self) -> ConditionalItems:
        return self.table

    @cached_property
    def leases(self) -> Leases:
        return DynamoLeases(self.table, timer=ManualTimer())

    @cached_property
    def health(self) -> HealthStore:
        return DynamoHealth(self.table)


@pytest.fixture(scope="module")
def feed() -> Iterator[str]:
    with serving(small_lake.answer) as url:
        yield url


def test_runs_a_rollback_and_the_ledger(feed: str, tmp_path: Path) -> None:
    place = aws.new_place()
    with StateOnAwsRuntime(tmp_path, feed, place) as runtime:
        poll_minutes(runtime, range(3))
        run(runtime)
        poll_minutes(runtime, range(3, 5))
        run(runtime)
        run(runtime, "polls")
        assert seen(runtime) == expected(range(5))
        assert imbalances(runtime) == []
    with StateOnAwsRuntime(tmp_path, feed, place) as runtime:
        roll_back(runtime, "prod.taxi_availability", "2024-05-30", None, dry_run=False, show=lambda *_: None)
        assert seen(runtime) == expected(range(3))
        assert imbalances(runtime) == []


def test_of_all_that_runs_and_rollbacks_write_the_keys_of_starts_alone_expire(feed: str, tmp_path: Path) -> None:
    place = aws.new_place()
    with StateOnAwsRuntime(tmp_path, feed, place) as runtime:
        workflow = runtime.pipelines.workflow(SOURCE)
        for minute in range(2):
            poll_minutes(runtime, [minute])
            runtime.stream.flush(everything=True)
            assert runtime.runner().run(workflow, start=StartKey(str(minute))).state is RunState.SUCCEEDED
        roll_back(runtime, "prod.taxi_availability", "2024-05-30", None, dry_run=False, show=lambda *_: None)
    written = aws.one_at_a_time().scan(TableName=place.table)["Items"]
    kinds = {one["pk"]["S"].partition("#")[0] for one in written}
    assert kinds >= {START, "runs", "run", "jobs", "lease", "claim", "table", "current", "replaced", "pin", "health"}
    assert {one["pk"]["S"] for one in written if EXPIRES_AT in one} == {START}
    assert all(EXPIRES_AT in one for one in written if one["pk"]["S"] == START)


def calls_of_a_run(feed: str, home: Path) -> int:
    with StateOnAwsRuntime(home, feed, aws.new_place()) as runtime:
        poll_minutes(runtime, range(2))
        runtime.calls.clear()
        run(runtime)
        return len(runtime.calls)


def test_a_run_that_is_killed_between_any_two_calls_is_made_good_by_the_next(feed: str, tmp_path: Path) -> None:
    total = calls_of_a_run(feed, tmp_path / "whole")
    assert total > 50
    completed = 0
    for nth in range(3, total, total // 4):
        place, home = aws.new_place(), tmp_path / str(nth)
        with StateOnAwsRuntime(home, feed, place) as runtime:
            poll_minutes(runtime, range(2))
        with StateOnAwsRuntime(home, feed, place, dies_after=nth) as dying, pytest.raises(Killed):
            run(dying)
        completed += bool(list(place.state().items(REDO)))
        with StateOnAwsRuntime(home, feed, place) as runtime:
            run(runtime)
            assert seen(runtime) == expected(range(2)), nth
            assert imbalances(runtime) == [], nth
            assert runtime.runs.runs()[0].state is RunState.SUCCEEDED
            assert [
                one
                for table in ("staging.taxi_position", "prod.taxi_availability", "prod.area")
                for one in runtime.catalog.unpublished(table)
            ] == [], nth
        assert list(place.state().items(REDO)) == []
    assert completed > 0, "some of them die in the midst of a flip"
