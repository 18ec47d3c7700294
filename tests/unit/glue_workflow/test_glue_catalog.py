"""The catalog on Glue: what Athena and Spark find there, what a crash at any call leaves, and who completes it.

Limits of the services are looked for in the calls that were made: moto takes any number.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from athena_sql.ports import WrittenFile
from athena_sql.tables import table as declared
from glue_workflow.glue_catalog import GlueCatalog
from glue_workflow.ports import PartitionVersion
from millrace.clock import ManualClock
from millrace.dynamo_items import Put
from millrace.dynamo_layout import LEASE, REDO, Key
from millrace.errors import LakeError, LeaseLost, ServiceBusy, ServiceRefused
from millrace.lake.keys import version_prefix
from tests.contracts import aws
from tests.contracts.spying import Spy, answer

START = datetime(2024, 5, 30, tzinfo=UTC)
PROD, AREA = "prod.taxi_availability", "prod.area"
DAYS = ("2024-05-29", "2024-05-30", "2024-05-31")


class Crash(BaseException):
    """The process dies: nothing catches this."""


class Lake:
    """A catalog and its stored state, as processes come and go."""

    def __init__(self) -> None:
        self.place = aws.new_place()
        self.clock = ManualClock(START)
        self.glue, self.dynamodb = Spy(aws.clients().glue), Spy(aws.one_at_a_time())
        self.catalog = self.process()

    def process(self, glue: Any = None, dynamodb: Any = None) -> GlueCatalog:
        return aws.new_catalog(self.place, self.clock, glue=glue or self.glue, dynamodb=dynamodb or self.dynamodb)

    def database(self, layer: str) -> str:
        return f"millrace_{self.place.table}_{layer}"

    def location(self, of: PartitionVersion) -> str:
        dt = f"dt={of.partition}/" if of.partition else ""
        return self.place.storage.location(version_prefix(of.table, of.version) + dt)

    def shown(self, table: str) -> dict[str, str]:
        """What a reader finds in Glue: each partition's location."""
        layer, name = table.split(".")
        pages = (
            aws.clients()
            .glue.get_paginator("get_partitions")
            .paginate(DatabaseName=self.database(layer), TableName=name)
        )
        return {one["Values"][0]: one["StorageDescriptor"]["Location"] for page in pages for one in page["Partitions"]}

    def table(self, layer: str, name: str) -> Any:
        return aws.clients().glue.get_table(DatabaseName=self.database(layer), Name=name)["Table"]

    def candidates(self) -> list[str]:
        try:
            found = aws.clients().glue.get_tables(DatabaseName=self.database("candidate"))["TableList"]
        except aws.clients().glue.exceptions.EntityNotFoundException:
            return []
        return [one["Name"] for one in found]

    def redos(self) -> int:
        return len(list(self.place.state().items(REDO)))


@pytest.fixture
def lake() -> Lake:
    return Lake()


def version(name: str, partition: str = "2024-05-30", table: str = PROD, rows: int = 7) -> PartitionVersion:
    dt = f"dt={partition}/" if partition else ""
    file = WrittenFile(f"{version_prefix(table, name)}{dt}part-00000.parquet", partition, rows, 100)
    return PartitionVersion(table, partition, name, (file,) if rows else ())


def publish(catalog: GlueCatalog, *versions: PartitionVersion) -> None:
    catalog.register(versions)
    catalog.flip(versions)


# What readers find.


def test_a_table_is_as_athena_and_spark_read_it(lake: Lake) -> None:
    publish(lake.catalog, version("a-1"))

    table = lake.table("prod", "taxi_availability")
    storage = table["StorageDescriptor"]
    columns = {column.name: column.type for column in declared(PROD).columns}
    assert (table["TableType"], table["Parameters"]["classification"]) == ("EXTERNAL_TABLE", "parquet")
    assert [(key["Name"], key["Type"]) for key in table["PartitionKeys"]] == [("dt", "date")]
    assert {one["Name"]: one["Type"] for one in storage["Columns"]} == {k: v for k, v in columns.items() if k != "dt"}
    assert storage["SerdeInfo"]["SerializationLibrary"].endswith("ParquetHiveSerDe")
    assert storage["InputFormat"].endswith("MapredParquetInputFormat")
    assert storage["Location"] == lake.place.storage.location("prod/taxi_availability/")
    assert lake.shown(PROD) == {"2024-05-30": lake.location(version("a-1"))}


def test_awswrangler_finds_columns_types_and_partitions(lake: Lake) -> None:
    wrangler = pytest.importorskip("awswrangler", reason="awswrangler is not installed")
    boto3 = pytest.importorskip("boto3")
    publish(lake.catalog, version("a-1"))
    session = boto3.Session("testing", "testing", region_name=aws.REGION)
    wrangler.config.glue_endpoint_url = aws.endpoint()
    where = {"database": lake.database("prod"), "table": "taxi_availability", "boto3_session": session}

    types = wrangler.catalog.get_table_types(**where)
    partitions = wrangler.catalog.get_parquet_partitions(**where)

    assert types == {column.name: column.type for column in declared(PROD).columns}
    assert partitions == {lake.location(version("a-1")): ["2024-05-30"]}


def test_an_unpartitioned_table_flips_by_its_location(lake: Lake) -> None:
    publish(lake.catalog, version("a-1", "", AREA))
    assert lake.table("prod", "area")["StorageDescriptor"]["Location"] == lake.location(version("a-1", "", AREA))
    publish(lake.catalog, version("b-1", "", AREA))
    assert lake.table("prod", "area")["StorageDescriptor"]["Location"] == lake.location(version("b-1", "", AREA))
    assert lake.table("prod", "area")["PartitionKeys"] == []
    assert [call["SkipArchive"] for call in lake.glue.of("update_table")] == [True]


def test_a_partition_without_rows_is_no_partition_for_readers(lake: Lake) -> None:
    publish(lake.catalog, version("a-1"), version("a-1", "2024-05-31"))
    empty = version("b-1", rows=0)
    publish(lake.catalog, empty)
    assert list(lake.shown(PROD)) == ["2024-05-31"]
    assert lake.catalog.current(PROD)[0] == empty
    publish(lake.catalog, version("c-1", rows=0))
    publish(lake.catalog, version("d-1"))
    assert lake.shown(PROD)["2024-05-30"] == lake.location(version("d-1"))


def test_a_candidate_has_a_table_of_its_own_until_it_is_published_or_forgotten(lake: Lake) -> None:
    planned = version("20240530t01-ab-1.kept", rows=0)
    lake.catalog.register([planned])
    assert lake.candidates() == []
    made = [version("20240530T01-ab-1.kept"), version("x-1"), version("x-1", "2024-05-31")]
    lake.catalog.register(made)
    names = ["prod_taxi_availability__20240530t01_ab_1_kept", "prod_taxi_availability__x_1"]
    assert sorted(lake.candidates()) == names
    found = aws.clients().glue.get_partitions(DatabaseName=lake.database("candidate"), TableName=names[1])
    assert [one["Values"] for one in found["Partitions"]] == [["2024-05-30"], ["2024-05-31"]]
    lake.catalog.forget(made[:1])
    assert lake.candidates() == names[1:]
    lake.catalog.flip(made[1:])
    assert lake.candidates() == []


def test_a_column_that_is_declared_later_is_added_and_what_others_set_stays(lake: Lake) -> None:
    publish(lake.catalog, version("a-1"))
    glue, where = aws.clients().glue, lake.database("prod")
    there = lake.table("prod", "taxi_availability")
    kept = {name: there[name] for name in ("Name", "TableType", "PartitionKeys", "StorageDescriptor", "Description")}
    kept["StorageDescriptor"] = kept["StorageDescriptor"] | {"Columns": kept["StorageDescriptor"]["Columns"][1:]}
    glue.update_table(DatabaseName=where, TableInput={**kept, "Parameters": {**there["Parameters"], "owner": "us"}})
    publish(lake.catalog, version("b-1"))
    now = lake.table("prod", "taxi_availability")
    assert now["StorageDescriptor"]["Columns"] == there["StorageDescriptor"]["Columns"]
    assert now["Parameters"]["owner"] == "us"


def test_a_table_that_is_as_declared_is_not_written(lake: Lake) -> None:
    publish(lake.catalog, version("a-1"))
    publish(lake.catalog, version("b-1"))
    assert lake.glue.of("update_table") == []


# Batches and their lists of errors.


def days(count: int, name: str, rows: int = 1) -> list[PartitionVersion]:
    first = START - timedelta(days=count)
    return [version(name, f"{first + timedelta(days=day):%Y-%m-%d}", rows=rows) for day in range(count)]


def test_partitions_go_a_hundred_and_twenty_five_at_a_time(lake: Lake) -> None:
    publish(lake.catalog, *days(101, "a-1"))
    assert len(lake.shown(PROD)) == 101
    created = [len(call["PartitionInputList"]) for call in lake.glue.of("batch_create_partition")]
    updated = [len(call["Entries"]) for call in lake.glue.of("batch_update_partition")]
    assert (created, updated) == ([100, 1] * 2, [100, 1] * 2), "the candidate's table, then the readers'"

    publish(lake.catalog, *days(101, "b-1", rows=0)[:51])
    assert [len(call["PartitionsToDelete"]) for call in lake.glue.of("batch_delete_partition")] == [25, 25, 1]
    assert len(lake.shown(PROD)) == 50
    assert max(len(call["TransactItems"]) for call in lake.dynamodb.of("transact_write_items")) <= 100


def some_refused(operation: str, key: str, codes: list[str]) -> Callable[..., Any]:
    """The partition of May 30 is refused by Glue, each time with the next code; the others go through."""
    entries = {"Entries": "PartitionValueList", "PartitionInputList": "Values", "PartitionsToDelete": "Values"}

    def call(real: Any, **arguments: Any) -> Any:
        if not codes or arguments["DatabaseName"].endswith("candidate"):
            return real(**arguments)
        code = codes.pop(0)
        refused = [one for one in arguments[operation] if one[entries[operation]] == ["2024-05-30"]]
        others = [one for one in arguments[operation] if one not in refused]
        told = real(**{**arguments, operation: others}) if others else {}
        errors = [{key: ["2024-05-30"], "ErrorDetail": {"ErrorCode": code, "ErrorMessage": "No."}} for _ in refused]
        return {"Errors": [*told.get("Errors", []), *errors]}

    return call


def test_what_glue_was_too_busy_for_is_tried_again_alone(lake: Lake) -> None:
    publish(lake.catalog, *(version("a-1", day) for day in DAYS))
    busy = ["InternalServiceException"] * 2
    lake.glue.instead["batch_update_partition"] = some_refused("Entries", "PartitionValueList", busy)
    lake.glue.calls.clear()
    publish(lake.catalog, *(version("b-1", day) for day in DAYS))
    assert lake.shown(PROD) == {day: lake.location(version("b-1", day)) for day in DAYS}
    asked = [call for call in lake.glue.of("batch_update_partition") if call["DatabaseName"].endswith("prod")]
    assert [len(call["Entries"]) for call in asked] == [3, 1, 1]

    busy += ["ConcurrentModificationException"]
    lake.glue.instead["batch_delete_partition"] = some_refused("PartitionsToDelete", "PartitionValues", busy)
    publish(lake.catalog, *(version("c-1", day, rows=0) for day in DAYS))
    assert lake.shown(PROD) == {}


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        (
            "AccessDeniedException",
            LakeError,
            r"Glue refuses 2024-05-30 of .*taxi_availability: AccessDeniedException: No\.",
        ),
        ("InternalServiceException", ServiceBusy, r"Glue was too busy for 1 partitions .*, 2024-05-30 first"),
    ],
)
def test_a_flip_that_glue_refuses_in_part_is_completed_later(
    lake: Lake, code: str, kind: type[Exception], said: str
) -> None:
    publish(lake.catalog, *(version("a-1", day) for day in DAYS))
    new = [version("b-1", day) for day in DAYS]
    lake.catalog.register(new)
    refusing = some_refused("Entries", "PartitionValueList", [code] * 99)
    lake.glue.instead["batch_update_partition"] = refusing

    with pytest.raises(kind, match=said):
        lake.catalog.flip(new)
    assert lake.shown(PROD) == {one.partition: lake.location(one) for one in new} | {
        "2024-05-30": lake.location(version("a-1"))
    }

    del lake.glue.instead["batch_update_partition"]
    lake.process().register([])
    assert lake.shown(PROD) == {one.partition: lake.location(one) for one in new}
    assert lake.catalog.current(PROD) == new
    assert lake.redos() == 0


def test_a_missing_permission_of_glue_is_named(lake: Lake) -> None:
    def denied(*_: Any, **__: Any) -> Any:
        raise answer("AccessDeniedException", "", "GetTable")

    lake.catalog.register([version("a-1")])
    lake.glue.instead["get_table"] = denied
    with pytest.raises(ServiceRefused, match=r"permission glue:GetTable is missing for .*prod\.taxi_availability"):
        lake.catalog.flip([version("a-1")])


# A crash at any call.

TABLES = (AREA, PROD)
OLD = [*(version("a-1", day) for day in DAYS[:2]), version("a-1", "", AREA)]
NEW = [*(version("b-1", day) for day in DAYS[1:]), version("b-1", "", AREA), version("b-1", DAYS[0], rows=0)]


class Dying:
    """A client that dies at the n-th call of all, before or after it is made."""

    def __init__(self, client: Any, countdown: list[int], *, after: bool) -> None:
        self._client, self._countdown, self._after = client, countdown, after

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if name in ("exceptions", "get_paginator"):
            return found

        def call(**arguments: Any) -> Any:
            self._countdown[0] -= 1
            if self._countdown[0] == 0 and not self._after:
                raise Crash
            told = found(**arguments)
            if self._countdown[0] == 0:
                raise Crash
            return told

        return call


def dying_process(lake: Lake, nth: int, *, after: bool) -> tuple[GlueCatalog, list[int]]:
    countdown = [nth]
    clients = [Dying(one, countdown, after=after) for one in (aws.clients().glue, aws.one_at_a_time())]
    return lake.process(*clients), countdown


def all_shown(lake: Lake) -> dict[tuple[str, str], str]:
    found = {(PROD, dt): where for dt, where in lake.shown(PROD).items()}
    return {**found, (AREA, ""): lake.table("prod", "area")["StorageDescriptor"]["Location"]}


def locations(lake: Lake, *versions: PartitionVersion) -> dict[tuple[str, str], str]:
    return {(one.table, one.partition): lake.location(one) for one in versions if one.files}


def before_and_after(versions: list[PartitionVersion]) -> list[PartitionVersion]:
    """What readers see once these are flipped over the old ones."""
    flipped = {(one.table, one.partition): one for one in [*OLD, *versions]}
    return sorted(flipped.values(), key=lambda one: (one.table, one.partition))


def current(catalog: GlueCatalog) -> list[PartitionVersion]:
    return [one for table in TABLES for one in catalog.current(table)]


def ready_to_flip() -> Lake:
    lake = Lake()
    publish(lake.catalog, *OLD)
    lake.clock.sleep(60)
    lake.catalog.register(NEW)
    return lake


def ready_to_roll_back() -> Lake:
    lake = ready_to_flip()
    lake.catalog.flip(NEW)
    lake.clock.sleep(60)
    return lake


def count_of_calls(ready: Callable[[], Lake], act: Callable[[GlueCatalog], None]) -> int:
    process, countdown = dying_process(ready(), 0, after=False)  # it never dies
    act(process)
    return -countdown[0]


def flip(catalog: GlueCatalog) -> None:
    catalog.flip(NEW)


def roll_back(catalog: GlueCatalog) -> None:
    catalog.roll_back([one for one in OLD if one.partition == DAYS[1]], ["raw/x"])


@pytest.mark.parametrize(
    ("ready", "act", "returned", "pins"),
    [
        (ready_to_flip, flip, NEW, []),
        (ready_to_roll_back, roll_back, [one for one in OLD if one.partition == DAYS[1]], [("a-1", ("raw/x",))]),
    ],
    ids=["flip", "rollback"],
)
def test_a_crash_at_any_call_leaves_each_partition_old_or_new_and_ends_new(
    ready: Callable[[], Lake],
    act: Callable[[GlueCatalog], None],
    returned: list[PartitionVersion],
    pins: list[tuple[str, tuple[str, ...]]],
) -> None:
    """After the n-th call is before the next one; before the first one is 0."""
    calls = count_of_calls(ready, act)
    assert calls > 10
    for nth in range(calls + 1):
        lake = ready()
        old, shown_before = current(lake.catalog), all_shown(lake)
        process, _ = dying_process(lake, nth or 1, after=nth > 0)
        with pytest.raises(Crash):
            act(process)

        new = {(one.table, one.partition): one for one in [*old, *returned]}
        ends = locations(lake, *new.values())
        halfway = all_shown(lake)
        for partition in {*shown_before, *ends, *halfway}:
            assert halfway.get(partition) in (shown_before.get(partition), ends.get(partition)), (nth, partition)

        lake.clock.sleep(60)
        meant = lake.redos() > 0 or halfway != shown_before
        successor = lake.process()
        successor.register([])  # whatever a run does first
        if not meant and current(successor) == old:
            act(successor)  # it was never written down: nothing had happened, and it is done again
        assert all_shown(lake) == ends, nth
        assert current(successor) == sorted(new.values(), key=lambda one: (one.table, one.partition)), nth
        assert [(pin.version, pin.inputs) for pin in successor.pins(PROD)] == pins, nth
        assert lake.redos() == 0
        assert lake.candidates() == []
        assert_records_are_whole(successor, nth)


def assert_records_are_whole(catalog: GlueCatalog, nth: int) -> None:
    for table in TABLES:
        records = catalog.history(table)
        assert len({(one.version.partition, one.version.version) for one in records}) == len(records), nth
        assert [one.version for one in records if one.is_current] == catalog.current(table), nth
        assert all(one.published_at for one in records), nth


def test_two_crashes_one_after_the_other_end_new_too() -> None:
    """The one that completes the flip dies as well, at each of its calls."""
    nth, done = 1, False
    while not done:
        lake = ready_to_flip()
        process, _ = dying_process(lake, 7, after=True)
        with pytest.raises(Crash):
            flip(process)
        assert lake.redos() == 1
        second, countdown = dying_process(lake, nth, after=False)
        try:
            second.register([])
            done = countdown[0] > 0
        except Crash:
            lake.process().register([])
        assert all_shown(lake) == locations(lake, *before_and_after(NEW)), nth
        assert current(lake.process()) == before_and_after(NEW), nth
        nth += 1
    assert nth > 5


# Who completes it.


def cut_off_under_a_lease(lake: Lake, name: str) -> None:
    """A process that has this lease dies when the flip is written down, and nothing of it done."""
    dying = Spy(aws.clients().glue)
    state = lake.place.state()
    state.write([Put(Key(LEASE, name), b"dead")])
    state.fences[Key(LEASE, name)] = b"dead"
    process = GlueCatalog(dying, state, lake.place.storage, lake.place.table, lake.clock, describe=aws.described)  # type: ignore[arg-type]

    def die(*_: Any, **__: Any) -> Any:
        raise Crash

    dying.instead["get_table"] = die
    with pytest.raises(Crash):
        process.flip(NEW)


def under_lease(lake: Lake, name: str, data: bytes = b"alive") -> GlueCatalog:
    state = lake.place.state()
    state.write([Put(Key(LEASE, name), data)])
    state.fences[Key(LEASE, name)] = data
    return GlueCatalog(
        aws.clients().glue, state, lake.place.storage, lake.place.table, lake.clock, describe=aws.described
    )


@pytest.mark.parametrize(
    "first",
    [
        lambda catalog: catalog.unpublished(PROD),
        lambda catalog: catalog.current(PROD),
        lambda catalog: catalog.history(PROD),
        lambda catalog: catalog.replaced(PROD, START),
        lambda catalog: catalog.pins(PROD),
        lambda catalog: catalog.tables(),
    ],
    ids=["unpublished", "current", "history", "replaced", "pins", "tables"],
)
def test_the_next_holder_of_its_lease_completes_a_flip_before_it_looks_at_anything(
    first: Callable[[GlueCatalog], Any],
) -> None:
    lake = ready_to_flip()
    cut_off_under_a_lease(lake, "taxi")
    successor = under_lease(lake, "taxi")
    found = first(successor)
    assert all_shown(lake) == locations(lake, *before_and_after(NEW))
    assert first(successor) == found
    assert successor.unpublished(PROD) == [], "so that `delete` does not take what is about to be seen"


def test_readers_and_other_workflows_leave_a_flip_to_those_whose_it_is() -> None:
    lake = ready_to_flip()
    cut_off_under_a_lease(lake, "taxi")
    for process in (lake.process(), under_lease(lake, "polls")):
        assert current(process) == sorted(OLD, key=lambda one: (one.table, one.partition))
    under_lease(lake, "polls").register([])
    assert lake.redos() == 1
    assert all_shown(lake) == locations(lake, *OLD)


def test_a_process_that_stood_still_in_a_flip_does_not_touch_glue_again() -> None:
    """It wakes between two calls; its successor has completed the flip, and made another one since."""
    lake = ready_to_flip()
    spy = Spy(aws.clients().glue)
    state = lake.place.state()
    state.write([Put(Key(LEASE, "taxi"), b"slow")])
    state.fences[Key(LEASE, "taxi")] = b"slow"
    slow = GlueCatalog(spy, state, lake.place.storage, lake.place.table, lake.clock, describe=aws.described)  # type: ignore[arg-type]
    newest = [version("c-1", one.partition, one.table) for one in NEW]

    def others_go_on(real: Any, **arguments: Any) -> Any:
        del spy.instead["get_table"]
        publish(under_lease(lake, "taxi", b"fast"), *newest)
        return real(**arguments)

    spy.instead["get_table"] = others_go_on
    with pytest.raises(LeaseLost):
        slow.flip(NEW)
    assert all_shown(lake) == locations(lake, *before_and_after(newest))
    for look in (lambda: slow.unpublished(PROD), lambda: slow.replaced(PROD, START)):
        with pytest.raises(LeaseLost):
            look()


def test_what_was_completed_is_asked_for_only_once_a_lease() -> None:
    lake = ready_to_flip()
    spy = Spy(aws.one_at_a_time())
    state = lake.place.state(spy)
    state.write([Put(Key(LEASE, "taxi"), b"x")])
    state.fences[Key(LEASE, "taxi")] = b"x"
    catalog = GlueCatalog(
        aws.clients().glue, state, lake.place.storage, lake.place.table, lake.clock, describe=aws.described
    )
    for _ in range(3):
        catalog.current(PROD)
    asked = [call for call in spy.of("query") if call["ExpressionAttributeValues"][":pk"] == {"S": REDO}]
    assert len(asked) == 1
