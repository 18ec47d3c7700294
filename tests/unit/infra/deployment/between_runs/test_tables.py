"""Tables that a deployment migrates: in words, and under leases that runs may hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from millrace.athena_sql.ports import Column
from millrace.errors import RetryLater
from millrace.glue_workflow.refinement import Refinement
from millrace.glue_workflow.stores.aws.glue_columns import ColumnChange, TablePlan, column_change
from millrace.infra.deployment.between_runs.tables import PlannedTable, StageTables
from tests.unit.infra.deployment.between_runs.leases_in_turn import LeasesInTurn

A, B = Column("a", "int"), Column("b", "string")
REPROCESS = "millrace reprocess bikes --full --stage dev"
PLAN = TablePlan("prod.bikes", True, (A,), partitions=1200)


def workflow(name: str) -> Refinement:
    return Refinement(
        name=name, source=name, schedule="rate(1 hour)", staging=f"staging.{name}", prod=(f"prod.{name}",)
    )


class Migration:
    """Notes what is carried out, and under which lease."""

    def __init__(self, leases: LeasesInTurn, *due: str) -> None:
        self._leases, self._due = leases, due
        self.done: list[tuple[str, str]] = []

    def plan(self, table: str) -> TablePlan:
        return TablePlan(table, True, (), made=table in self._due)

    def carry_out(self, table: str, tell: Any) -> TablePlan:
        self.done.append((table, self._leases.now[-1]))
        tell(100, 130)
        return self.plan(table)


def stage_tables(leases: LeasesInTurn, *due: str) -> tuple[StageTables, Migration, list[int]]:
    migration, pauses = Migration(leases, *due), [0]

    def pause() -> None:
        pauses[0] += 1

    flows = [workflow("bikes"), workflow("rain")]
    return StageTables("dev", flows, migration, leases, pause), migration, pauses  # type: ignore[arg-type]


def test_each_table_is_migrated_under_the_lease_of_its_workflow_once_no_run_has_it() -> None:
    leases = LeasesInTurn(bikes=3)
    tables, migration, pauses = stage_tables(leases, "prod.bikes", "staging.rain")
    said: list[str] = []

    planned = tables.plans()
    assert [one.plan.table for one in planned] == ["prod.bikes", "staging.rain"]
    tables.migrate(planned, said.append)

    assert migration.done == [("staging.rain", "rain"), ("prod.bikes", "bikes")]
    assert pauses == [3]
    assert said == [
        "staging.rain: columns of 100 of 130 partitions",
        "staging.rain is as declared",
        "tables of bikes wait for the end of a run",
        "prod.bikes: columns of 100 of 130 partitions",
        "prod.bikes is as declared",
    ]


def test_a_run_that_does_not_end_is_not_waited_for_for_ever() -> None:
    tables, migration, pauses = stage_tables(LeasesInTurn(bikes=10**6), "prod.bikes")

    with pytest.raises(
        RetryLater, match=r"tables of bikes are not yet as declared: a run is under way\. Give the same"
    ):
        tables.migrate(tables.plans(), lambda _: None)

    assert migration.done == []
    assert pauses[0] > 10


def test_nothing_due_takes_no_lease() -> None:
    tables, migration, pauses = stage_tables(LeasesInTurn(bikes=1, rain=1))

    tables.migrate(tables.plans(), lambda _: None)

    assert (migration.done, pauses) == ([], [0])


@pytest.mark.parametrize(
    ("plan", "action", "changes", "remains"),
    [
        (replace(PLAN, made=True), "add", [], ""),
        (
            replace(PLAN, change=column_change((A,), (A, B)), behind=1000, described=True),
            "modify",
            ["columns added last: b", "descriptions", "columns of 1,000 of 1,200 partitions"],
            "",
        ),
        (
            replace(PLAN, change=column_change((A, B), (replace(A, type="bigint"),))),
            "wait",
            [],
            f"no longer declared: b; another type: a from int to bigint; needs {REPROCESS}",
        ),
        (
            replace(PLAN, change=column_change((A, B), (replace(A, type="bigint"),)), is_empty=True),
            "modify",
            ["columns dropped, without data: b", "types, without data: a from int to bigint"],
            "",
        ),
        (
            replace(PLAN, partitioned=False, change=column_change((A, B), (A,))),
            "wait",
            [],
            "no longer declared: b; the next run of bike_flow makes it anew",
        ),
        (
            replace(PLAN, stale=7),
            "wait",
            [],
            f"7 of 1,200 partitions have a column of another type; needs {REPROCESS}",
        ),
        (
            replace(PLAN, stored_otherwise=True),
            "wait",
            [],
            f"now stored by date; needs {REPROCESS}",
        ),
    ],
    ids=["made", "added", "dropped", "empty", "whole", "stale", "stored"],
)
def test_a_plan_is_said_in_words(plan: TablePlan, action: str, changes: list[str], remains: str) -> None:
    planned = PlannedTable("bike_flow", "bikes", plan, "dev")

    assert (planned.action, planned.changes(), planned.remains()) == (action, changes, remains)


def test_a_table_as_it_is_declared_has_no_plan() -> None:
    assert replace(PLAN, change=ColumnChange((A,))).is_as_declared
