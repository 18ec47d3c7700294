"""Declarations whose columns change, on a lake in Glue: what a flip makes of a table that has partitions already."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from millrace.athena_sql.ports import Column
from millrace.athena_sql.tables import Table
from millrace.errors import LakeError
from millrace.glue_workflow.ports import PartitionVersion
from millrace.glue_workflow.stores.aws.catalog import GlueCatalog
from millrace.glue_workflow.stores.aws.glue_columns import column_change
from millrace.glue_workflow.versions.manifests import Manifest, write_manifest
from millrace.state.dynamo_keys import current_versions
from tests.unit.glue_workflow.stores.aws.glue_lake import DAYS, PROD, GlueStores, publish, version

BEFORE = (Column("a", "int"), Column("b", "string"))


def test_what_is_there_keeps_its_place_and_type_and_what_is_new_comes_last() -> None:
    declared = (Column("new", "date"), Column("b", "bigint", "a number now"), Column("run_id", "string"))

    change = column_change((*BEFORE, Column("run_id", "string")), declared)

    assert [(one.name, one.type) for one in change.columns] == [
        ("a", "int"),
        ("b", "string"),
        ("run_id", "string"),
        ("new", "date"),
    ]
    assert change.columns[1].description == "a number now"
    assert [one.name for one in change.added] == ["new"]
    assert [one.name for one in change.dropped] == ["a"]
    assert [(before.type, after.type) for before, after in change.retyped] == [("string", "bigint")]
    assert change.needs_reprocess
    assert not column_change(BEFORE, BEFORE).needs_reprocess


class Declaring:
    """A lake whose one table is declared anew between processes."""

    def __init__(self) -> None:
        self.lake = GlueStores()

    def process(self, *columns: Column) -> GlueCatalog:
        return self.lake.declaring(Table(PROD, "", (*columns, Column("dt", "date"))))

    def publish(self, columns: tuple[Column, ...], *versions: PartitionVersion) -> None:
        """As code that declares these columns does it."""
        for one in {one.version: one for one in versions}.values():
            types = {column.name: column.type for column in columns}
            manifest = Manifest(one.table, one.version, "", "", "", {}, columns=types)
            write_manifest(self.lake.place.storage, manifest)
        publish(self.process(*columns), *versions)

    def columns(self) -> dict[str, list[tuple[str, str]]]:
        return self.lake.columns(PROD)


def everywhere(days: Sequence[str], *columns: tuple[str, str]) -> dict[str, list[tuple[str, str]]]:
    return {name: list(columns) for name in ["", *days]}


@pytest.fixture
def declaring() -> Declaring:
    return Declaring()


A, B, C = ("a", "int"), ("b", "string"), ("c", "date")


def test_a_run_adds_a_column_last_and_a_dropped_one_stays_while_a_partition_may_have_it(declaring: Declaring) -> None:
    declaring.publish(BEFORE, *(version("a-1", day) for day in DAYS[:2]))

    declaring.publish((Column(*C), Column(*B)), version("b-1", DAYS[1]))

    assert declaring.columns() == {"": [A, B, C], DAYS[0]: [A, B], DAYS[1]: [A, B, C]}


def test_once_all_partitions_are_flipped_together_a_table_is_as_declared(declaring: Declaring) -> None:
    declaring.publish(BEFORE, *(version("a-1", day) for day in DAYS[:2]))
    renamed = (Column(*C), Column("b", "bigint"))

    declaring.publish(renamed, *(version("b-1", day) for day in DAYS))

    assert declaring.columns() == everywhere(DAYS, C, ("b", "bigint"))
    assert declaring.lake.shown(PROD) == {day: declaring.lake.location(version("b-1", day)) for day in DAYS}


def test_a_column_of_another_type_is_not_published_beside_the_old(declaring: Declaring) -> None:
    declaring.publish(BEFORE, *(version("a-1", day) for day in DAYS[:2]))
    shown = declaring.lake.shown(PROD)

    with pytest.raises(
        LakeError, match=r"prod.taxi_availability: a from int to bigint.*millrace reprocess SOURCE --full"
    ):
        declaring.publish((Column("a", "bigint"), Column(*B)), version("b-1", DAYS[1]))

    assert declaring.lake.shown(PROD) == shown
    assert declaring.columns() == everywhere(DAYS[:2], A, B)
    assert declaring.lake.redos() == 0


def test_nor_is_a_version_of_before_by_a_rollback(declaring: Declaring) -> None:
    old = [version("a-1", day) for day in DAYS[:2]]
    declaring.publish(BEFORE, *old)
    retyped = (Column("a", "bigint"), Column(*B))
    declaring.publish(retyped, *(version("b-1", day) for day in DAYS[:2]))

    with pytest.raises(LakeError, match="a from bigint to int"):
        declaring.process(*retyped).roll_back(old[:1], [])
    declaring.process(*retyped).roll_back(old, [])

    assert declaring.columns() == everywhere(DAYS[:2], A, B), "the type that the files have"
    assert declaring.lake.shown(PROD) == {one.partition: declaring.lake.location(one) for one in old}


def test_whether_others_are_there_costs_one_request_however_many_they_are(declaring: Declaring) -> None:
    declaring.publish(BEFORE, *(version("a-1", f"2024-05-{day:02}") for day in range(1, 31)))
    lake = declaring.lake
    lake.dynamodb.calls.clear()

    declaring.publish(BEFORE[:1], version("b-1", DAYS[1]))

    current = [
        one
        for one in lake.dynamodb.of("query")
        if one["ExpressionAttributeValues"][":pk"]["S"] == current_versions(PROD)
    ]
    assert [one["Limit"] for one in current] == [2]
