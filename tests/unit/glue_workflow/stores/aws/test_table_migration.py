"""Tables in Glue brought to their declarations: what is planned, what is done, and a death between two calls."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from millrace.athena_sql.ports import Column
from millrace.athena_sql.tables import Table, Whole
from millrace.errors import LakeError
from millrace.glue_workflow.stores.aws.glue_batches import GlueBatches
from millrace.glue_workflow.stores.aws.table_migration import TableMigration
from tests.contracts import aws
from tests.doubles.faults import Killed
from tests.doubles.spy import Spy
from tests.unit.glue_workflow.stores.aws.glue_lake import AREA, DAYS, PROD, GlueStores, days, publish, version

A, B, C = Column("a", "int"), Column("b", "string", "what it is"), Column("c", "date")
DT = Column("dt", "date")
BEFORE = Table(PROD, "By day.", (A, B, DT))
NEXT = replace(BEFORE, columns=(A, C, replace(B, description="what it was"), DT))
WHOLE = Table(AREA, "All.", (A, B), Whole())
BOTH, ALL = [("a", "int"), ("b", "string")], [("a", "int"), ("b", "string"), ("c", "date")]


def migration(lake: GlueStores, table: Table, glue: Any = None) -> TableMigration:
    place, client = lake.place, lake.glue if glue is None else glue
    noted: Any = client  # it notes the calls of a client
    batches = GlueBatches(noted, sleep=lambda _: None)
    return TableMigration(batches, place.storage, place.table, describe=lambda _: table)


def published(*versions: Any, table: Table = BEFORE) -> GlueStores:
    """A lake whose table was published by code that declares it so."""
    lake = GlueStores()
    publish(lake.declaring(table), *versions)
    lake.glue.calls.clear()
    return lake


def all_but_columns(lake: GlueStores, table: str = PROD) -> dict[str, Any]:
    """What Glue has of table and partitions, without columns, comments and its own times."""
    own = {"UpdateTime", "VersionId", "Description", "CreationTime"}
    found = {"": lake.table(*table.split(".")), **(lake.partitions(table) if table == PROD else {})}
    return {
        name: {key: one[key] for key in one if key not in {*own, "StorageDescriptor"}}
        | {key: value for key, value in one["StorageDescriptor"].items() if key != "Columns"}
        for name, one in found.items()
    }


def test_a_table_that_is_missing_is_made_and_shows_no_row() -> None:
    lake = GlueStores()
    assert migration(lake, BEFORE).plan(PROD).made, "without a database, too"
    for layer in ("prod", "candidate"):
        aws.clients().glue.create_database(DatabaseInput={"Name": lake.database(layer)})

    for table in (BEFORE, WHOLE):
        assert migration(lake, table).carry_out(table.name).made
        assert migration(lake, table).plan(table.name).is_as_declared

    assert lake.columns(PROD) == {"": BOTH}
    assert lake.table("prod", "taxi_availability")["Description"] == "By day."
    everywhere = lake.place.storage.location("prod/area/")
    where = lake.table("prod", "area")["StorageDescriptor"]["Location"]
    assert where.startswith(everywhere), where
    assert where != everywhere, "candidates lie there, which readers must not see"
    publish(lake.declaring(WHOLE), version("a-1", "", AREA))
    assert lake.table("prod", "area")["StorageDescriptor"]["Location"] == lake.location(version("a-1", "", AREA))


def test_a_column_comes_last_in_the_table_and_in_each_partition_and_nothing_else_changes() -> None:
    lake = published(*days(230, "a-1"))
    before = all_but_columns(lake)
    told: list[tuple[int, int]] = []

    plan = migration(lake, NEXT).plan(PROD)
    assert ([one.name for one in plan.change.added], plan.behind, plan.partitions) == (["c"], 230, 230)
    assert plan.described
    assert lake.glue.of("update_table") == []
    migration(lake, NEXT).carry_out(PROD, lambda done, of: told.append((done, of)))

    assert lake.columns(PROD) == dict.fromkeys(["", *lake.partitions(PROD)], ALL)
    assert all_but_columns(lake) == before, "each points where it pointed, with its parameters"
    comments = [one.get("Comment") for one in lake.table("prod", "taxi_availability")["StorageDescriptor"]["Columns"]]
    assert comments == [None, "what it was", None]
    assert [len(call["Entries"]) for call in lake.glue.of("batch_update_partition")] == [100, 100, 30]
    assert told == [(100, 230), (200, 230), (230, 230)]

    lake.glue.calls.clear()
    assert migration(lake, NEXT).carry_out(PROD).is_as_declared
    assert {name for name, _ in lake.glue.calls} <= {"get_table"}


def test_a_plan_is_two_requests_for_a_year_of_days() -> None:
    lake, asked = published(*days(365, "a-1")), list[tuple[str, object]]()
    glue = aws.clients_of(aws.settings()).glue
    glue.meta.events.register(
        "before-parameter-build.glue", lambda params, model, **_: asked.append((model.name, params.get("MaxResults")))
    )

    assert migration(lake, NEXT, glue).plan(PROD).behind == 365

    assert asked == [("GetTable", None), ("GetPartitions", 1000)]


def test_what_somebody_added_stays() -> None:
    lake = published(version("a-1"))
    there = lake.table("prod", "taxi_availability")
    given: Any = {name: there[name] for name in ("Name", "TableType", "PartitionKeys", "StorageDescriptor")}
    given |= {"Parameters": there["Parameters"] | {"owner": "us"}, "Owner": "them", "Retention": 3}
    aws.clients().glue.update_table(DatabaseName=lake.database("prod"), TableInput=given)
    one = lake.partitions(PROD)["2024-05-30"]
    part: Any = {"Values": one["Values"], "StorageDescriptor": one["StorageDescriptor"]}
    part["Parameters"] = one["Parameters"] | {"rows": "7"}
    aws.clients().glue.update_partition(
        DatabaseName=lake.database("prod"),
        TableName="taxi_availability",
        PartitionValueList=["2024-05-30"],
        PartitionInput=part,
    )

    migration(lake, NEXT).carry_out(PROD)

    now = lake.table("prod", "taxi_availability")
    assert (now["Parameters"]["owner"], now["Owner"], now["Retention"]) == ("us", "them", 3)
    assert lake.partitions(PROD)["2024-05-30"]["Parameters"] == {"millrace.version": "a-1", "rows": "7"}


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_a_death_at_any_change_leaves_what_can_be_read_and_the_next_goes_on(nth: int, after: bool) -> None:
    lake = published(*days(230, "a-1"))
    before = all_but_columns(lake)
    dying, changes = Spy(aws.clients().glue), [0]

    def call(real: Any, **arguments: Any) -> Any:
        changes[0] += 1
        if changes[0] == nth and not after:
            raise Killed
        told = real(**arguments)
        if changes[0] == nth:
            raise Killed
        return told

    dying.instead |= {"update_table": call, "batch_update_partition": call}
    with pytest.raises(Killed):
        migration(lake, NEXT, dying).carry_out(PROD)

    for columns in lake.columns(PROD).values():
        assert columns in (BOTH, ALL), "by place, each fits each"
    done = sum(columns == ALL for name, columns in lake.columns(PROD).items() if name)
    plan = migration(lake, NEXT).plan(PROD)
    assert (plan.behind, plan.partitions) == (230 - done, 230)
    lake.glue.calls.clear()
    migration(lake, NEXT).carry_out(PROD)
    assert sum(len(one["Entries"]) for one in lake.glue.of("batch_update_partition")) == 230 - done, "no more than that"
    assert lake.columns(PROD) == dict.fromkeys(["", *lake.partitions(PROD)], ALL)
    assert all_but_columns(lake) == before


@pytest.mark.parametrize(
    ("declared", "dropped", "retyped"),
    [
        (replace(BEFORE, columns=(A, DT)), ["b"], []),
        (replace(BEFORE, columns=(A, replace(B, name="bb"), DT)), ["b"], []),
        (replace(BEFORE, columns=(A, Column("b", "bigint", "what it is"), DT)), [], ["b"]),
    ],
    ids=["drop", "rename", "type"],
)
def test_what_needs_a_reprocess_is_planned_and_not_done(
    declared: Table, dropped: list[str], retyped: list[str]
) -> None:
    lake = published(*(version("a-1", day) for day in DAYS))

    plan = migration(lake, declared).carry_out(PROD)

    assert plan.needs_reprocess
    assert [one.name for one in plan.change.dropped] == dropped
    assert [one.name for one, _ in plan.change.retyped] == retyped
    for columns in lake.columns(PROD).values():
        assert columns[:2] == BOTH, "readers of before go on"
    publish(lake.declaring(declared), *(version("b-1", day) for day in DAYS))
    assert migration(lake, declared).plan(PROD).is_as_declared
    assert lake.columns(PROD)[DAYS[0]] == [(one.name, one.type) for one in declared.data_columns]


def test_without_partitions_a_table_becomes_what_is_declared() -> None:
    lake = published(version("a-1"))
    publish(lake.declaring(BEFORE), version("b-1", rows=0))
    declared = replace(BEFORE, columns=(Column("b", "bigint"), DT))

    plan = migration(lake, declared).carry_out(PROD)

    assert (plan.is_due, plan.needs_reprocess) == (True, False)
    assert lake.columns(PROD) == {"": [("b", "bigint")]}
    assert migration(lake, declared).plan(PROD).is_as_declared


def test_a_table_that_is_stored_whole_waits_for_the_run_that_makes_it_anew() -> None:
    lake = published(version("a-1", "", AREA), table=WHOLE)
    declared = replace(WHOLE, columns=(Column("a", "bigint"), C))
    before = all_but_columns(lake, AREA)

    plan = migration(lake, declared).carry_out(AREA)

    assert (plan.waits_for_run, plan.needs_reprocess) == (True, False)
    assert [one["Name"] for one in lake.table("prod", "area")["StorageDescriptor"]["Columns"]] == ["a", "b", "c"]
    assert all_but_columns(lake, AREA) == before
    publish(lake.declaring(declared), version("b-1", "", AREA))
    assert migration(lake, declared).plan(AREA).is_as_declared


def test_a_table_that_is_stored_otherwise_is_left() -> None:
    lake = published(*(version("a-1", day) for day in DAYS))
    declared = Table(PROD, "", (A, B), Whole())

    plan = migration(lake, declared).carry_out(PROD)

    assert (plan.stored_otherwise, plan.needs_reprocess, plan.is_due) == (True, True, False)
    assert lake.columns(PROD) == dict.fromkeys(["", *DAYS], BOTH)


def test_partitions_that_have_the_columns_in_another_order_are_put_in_the_tables() -> None:
    """As a lake has them whose runs gave the table the order of the declaration."""
    lake = published(*(version("a-1", day) for day in DAYS))
    there = lake.table("prod", "taxi_availability")
    given: Any = {name: there[name] for name in ("Name", "TableType", "PartitionKeys", "StorageDescriptor")}
    given["StorageDescriptor"]["Columns"] = [{"Name": "c", "Type": "date"}, *given["StorageDescriptor"]["Columns"]]
    aws.clients().glue.update_table(DatabaseName=lake.database("prod"), TableInput=given)

    assert migration(lake, NEXT).carry_out(PROD).behind == 3
    assert list(lake.columns(PROD).values()) == [[ALL[2], *BOTH]] * 4


def test_what_glue_refuses_is_named_with_what_to_do() -> None:
    lake = published(*(version("a-1", day) for day in DAYS))
    detail = {"ErrorCode": "InvalidInputException", "ErrorMessage": "No."}
    lake.glue.instead["batch_update_partition"] = lambda _, **given: {
        "Errors": [{"PartitionValueList": [DAYS[0]], "ErrorDetail": detail}]
    }

    with pytest.raises(LakeError, match=r"Glue refuses 2024-05-29 of .*InvalidInput.*The same command goes on where"):
        migration(lake, NEXT).carry_out(PROD)
