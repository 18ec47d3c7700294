"""The contract of the catalog. A new adapter is one entry in ADAPTERS."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from millrace.athena_sql.ports import WrittenFile
from millrace.clock import ManualClock
from millrace.errors import LakeError
from millrace.glue_workflow.ports import Catalog, PartitionVersion, Pin
from millrace.glue_workflow.stores.local.catalog import SqliteCatalog
from millrace.state.sqlite import StateFile
from tests.contracts import aws

START = datetime(2024, 5, 30, tzinfo=UTC)
TABLE = "prod.taxi_availability"


def glue(folder: Path, clock: ManualClock) -> Catalog:
    place = aws.new_place()
    return aws.new_catalog(place, clock)


ADAPTERS: dict[str, Callable[[Path, ManualClock], Catalog]] = {
    "glue": glue,
    "sqlite": lambda folder, clock: SqliteCatalog(StateFile(folder / "state.db"), clock),
}


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture(params=ADAPTERS)
def catalog(request: pytest.FixtureRequest, tmp_path: Path, clock: ManualClock) -> Catalog:
    return ADAPTERS[request.param](tmp_path, clock)


def version(name: str, partition: str = "2024-05-30", table: str = TABLE, rows: int = 7) -> PartitionVersion:
    key = f"prod/x/run={name}/dt={partition}/part-00000.parquet"
    return PartitionVersion(table, partition, name, (WrittenFile(key, partition, rows, 100),))


def publish(catalog: Catalog, *versions: PartitionVersion) -> None:
    catalog.register(versions)
    catalog.flip(versions)


def test_readers_do_not_see_a_candidate(catalog: Catalog) -> None:
    catalog.register([version("a-1")])

    assert catalog.current(TABLE) == []
    assert catalog.tables() == []
    assert catalog.unpublished(TABLE) == [version("a-1")]


def test_a_flip_shows_a_version_whole(catalog: Catalog) -> None:
    publish(catalog, version("a-1"))

    assert catalog.current(TABLE) == [version("a-1")]
    assert catalog.tables() == [TABLE]
    assert catalog.unpublished(TABLE) == []


def test_a_flip_replaces_only_the_partitions_that_it_names(catalog: Catalog) -> None:
    publish(catalog, version("a-1", "2024-05-29"), version("a-1", "2024-05-30"))
    publish(catalog, version("b-1", "2024-05-30"))

    assert catalog.current(TABLE) == [version("a-1", "2024-05-29"), version("b-1", "2024-05-30")]


def test_a_flip_is_all_or_nothing(catalog: Catalog) -> None:
    publish(catalog, version("a-1", "2024-05-29"), version("a-1", "2024-05-30"))
    catalog.register([version("b-1", "2024-05-29")])

    with pytest.raises(LakeError, match="never registered"):
        catalog.flip([version("b-1", "2024-05-29"), version("b-1", "2024-05-30")])

    assert {one.version for one in catalog.current(TABLE)} == {"a-1"}


def test_flipping_to_what_readers_see_changes_nothing(catalog: Catalog, clock: ManualClock) -> None:
    publish(catalog, version("a-1"))
    before = catalog.history(TABLE)
    clock.sleep(60)

    catalog.flip([version("a-1")])

    assert catalog.history(TABLE) == before


def test_a_replaced_version_stays_on_record_and_can_come_back(catalog: Catalog, clock: ManualClock) -> None:
    publish(catalog, version("a-1"))
    clock.sleep(60)
    publish(catalog, version("b-1"))
    assert [(one.version.version, one.replaced_at) for one in catalog.history(TABLE)] == [
        ("b-1", None),
        ("a-1", START + timedelta(seconds=60)),
    ]

    catalog.flip([version("a-1")])

    assert catalog.current(TABLE) == [version("a-1")]


def test_replaced_gives_only_versions_older_than_the_given_time(catalog: Catalog, clock: ManualClock) -> None:
    publish(catalog, version("a-1"))
    clock.sleep(60)
    publish(catalog, version("b-1"))
    replaced_at = clock.now()

    assert catalog.replaced(TABLE, replaced_at) == []
    assert catalog.replaced(TABLE, replaced_at + timedelta(seconds=1)) == [version("a-1")]


def test_a_version_that_readers_see_cannot_be_forgotten_or_registered(catalog: Catalog) -> None:
    publish(catalog, version("a-1"))

    with pytest.raises(LakeError, match="readers see"):
        catalog.forget([version("a-1")])
    with pytest.raises(LakeError, match="readers see"):
        catalog.register([version("a-1", rows=8)])

    assert catalog.current(TABLE) == [version("a-1")]


def test_a_forgotten_version_is_gone(catalog: Catalog) -> None:
    catalog.register([version("a-1")])
    catalog.forget([version("a-1")])

    assert catalog.history(TABLE) == []


def test_registering_again_replaces_the_planned_files(catalog: Catalog) -> None:
    catalog.register([PartitionVersion(TABLE, "2024-05-30", "a-1", ())])
    catalog.register([version("a-1")])

    assert catalog.unpublished(TABLE) == [version("a-1")]


def test_an_unpartitioned_table_has_one_partition_without_name(catalog: Catalog) -> None:
    publish(catalog, version("a-1", "", "prod.area"))
    publish(catalog, version("b-1", "", "prod.area"))

    assert catalog.current("prod.area") == [version("b-1", "", "prod.area")]


def test_versions_of_one_second_keep_their_order(catalog: Catalog, clock: ManualClock) -> None:
    for name in ("b-1", "a-1", "c-1"):
        publish(catalog, version(name))
        clock.sleep(0.001)

    assert [record.version.version for record in catalog.history(TABLE)] == ["c-1", "a-1", "b-1"]


def test_the_history_of_one_partition(catalog: Catalog) -> None:
    publish(catalog, version("a-1", "2024-05-29"), version("a-1", "2024-05-30"))

    assert [record.version for record in catalog.history(TABLE, "2024-05-29")] == [version("a-1", "2024-05-29")]


def two_versions(catalog: Catalog, clock: ManualClock) -> None:
    publish(catalog, version("a-1"))
    clock.sleep(60)
    publish(catalog, version("b-1"))
    clock.sleep(60)


def test_a_rollback_shows_and_pins_a_version_that_readers_saw(catalog: Catalog, clock: ManualClock) -> None:
    two_versions(catalog, clock)

    catalog.roll_back([version("a-1")], ["raw/x", "raw/y"])

    assert catalog.current(TABLE) == [version("a-1")]
    assert catalog.pins(TABLE) == [Pin(TABLE, "2024-05-30", "a-1", ("raw/x", "raw/y"), clock.now())]
    newest, first = catalog.history(TABLE)
    assert newest.replaced_at == clock.now()
    assert (first.published_at, first.replaced_at) == (START, None)


def test_a_rollback_is_all_or_nothing_and_needs_a_version_once_seen(catalog: Catalog, clock: ManualClock) -> None:
    two_versions(catalog, clock)
    catalog.register([version("x-1", table="prod.other")])

    with pytest.raises(LakeError, match="never seen by readers"):
        catalog.roll_back([version("a-1"), version("x-1", table="prod.other")], [])

    assert catalog.current(TABLE) == [version("b-1")]
    assert catalog.pins(TABLE) == []


def test_rolling_back_to_what_readers_see_pins_it(catalog: Catalog, clock: ManualClock) -> None:
    two_versions(catalog, clock)

    catalog.roll_back([version("b-1")], [])

    assert catalog.current(TABLE) == [version("b-1")]
    assert [pin.version for pin in catalog.pins(TABLE)] == ["b-1"]


def test_a_flip_removes_the_pins_of_its_partitions(catalog: Catalog, clock: ManualClock) -> None:
    two_versions(catalog, clock)
    publish(catalog, version("a-1", "2024-05-29"))
    catalog.roll_back([version("a-1"), version("a-1", "2024-05-29")], [])

    publish(catalog, version("c-1"))

    assert [pin.partition for pin in catalog.pins(TABLE)] == ["2024-05-29"]


def test_a_released_pin_is_gone_and_readers_see_what_they_saw(catalog: Catalog, clock: ManualClock) -> None:
    two_versions(catalog, clock)
    catalog.roll_back([version("a-1")], [])
    pins = catalog.pins(TABLE)

    catalog.release(pins)
    catalog.release(pins)

    assert catalog.pins(TABLE) == []
    assert catalog.current(TABLE) == [version("a-1")]
