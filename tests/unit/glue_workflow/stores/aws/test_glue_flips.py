"""A flip in Glue that is cut off at any call: what readers find then, and who completes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from millrace.errors import LeaseLost
from millrace.glue_workflow.ports import PartitionVersion
from millrace.glue_workflow.stores.aws.catalog import GlueCatalog
from millrace.state.dynamo_items import Put
from millrace.state.dynamo_keys import CLAIM, LEASE, REDO, Key
from tests.contracts import aws
from tests.doubles.faults import Killed
from tests.doubles.spy import Spy
from tests.unit.glue_workflow.stores.aws.glue_lake import AREA, DAYS, PROD, START, GlueStores, publish, version

TABLES = (AREA, PROD)
OLD = [*(version("a-1", day) for day in DAYS[:2]), version("a-1", "", AREA)]
NEW = [*(version("b-1", day) for day in DAYS[1:]), version("b-1", "", AREA), version("b-1", DAYS[0], rows=0)]


class ClientOfOneDeath:
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
                raise Killed
            told = found(**arguments)
            if self._countdown[0] == 0:
                raise Killed
            return told

        return call


def dying_process(lake: GlueStores, nth: int, *, after: bool) -> tuple[GlueCatalog, list[int]]:
    countdown = [nth]
    clients = [ClientOfOneDeath(one, countdown, after=after) for one in (aws.clients().glue, aws.one_at_a_time())]
    return lake.process(*clients), countdown


def all_shown(lake: GlueStores) -> dict[tuple[str, str], str]:
    found = {(PROD, dt): where for dt, where in lake.shown(PROD).items()}
    return {**found, (AREA, ""): lake.table("prod", "area")["StorageDescriptor"]["Location"]}


def locations(lake: GlueStores, *versions: PartitionVersion) -> dict[tuple[str, str], str]:
    return {(one.table, one.partition): lake.location(one) for one in versions if one.files}


def before_and_after(versions: list[PartitionVersion]) -> list[PartitionVersion]:
    """What readers see after these versions are flipped over the old ones."""
    flipped = {(one.table, one.partition): one for one in [*OLD, *versions]}
    return sorted(flipped.values(), key=lambda one: (one.table, one.partition))


def current(catalog: GlueCatalog) -> list[PartitionVersion]:
    return [one for table in TABLES for one in catalog.current(table)]


def ready_to_flip() -> GlueStores:
    lake = GlueStores()
    publish(lake.catalog, *OLD)
    lake.clock.sleep(60)
    lake.catalog.register(NEW)
    return lake


def ready_to_roll_back() -> GlueStores:
    lake = ready_to_flip()
    lake.catalog.flip(NEW)
    lake.clock.sleep(60)
    return lake


def count_of_calls(ready: Callable[[], GlueStores], act: Callable[[GlueCatalog], None]) -> int:
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
    ready: Callable[[], GlueStores],
    act: Callable[[GlueCatalog], None],
    returned: list[PartitionVersion],
    pins: list[tuple[str, tuple[str, ...]]],
) -> None:
    """The process dies after the n-th call, which is before the next one; 0 is before the first."""
    calls = count_of_calls(ready, act)
    assert calls > 10
    for nth in range(calls + 1):
        lake = ready()
        old, shown_before = current(lake.catalog), all_shown(lake)
        process, _ = dying_process(lake, nth or 1, after=nth > 0)
        with pytest.raises(Killed):
            act(process)

        new = {(one.table, one.partition): one for one in [*old, *returned]}
        ends = locations(lake, *new.values())
        halfway = all_shown(lake)
        for partition in {*shown_before, *ends, *halfway}:
            assert halfway.get(partition) in (shown_before.get(partition), ends.get(partition)), (nth, partition)

        lake.clock.sleep(60)
        meant = lake.redos() > 0 or halfway != shown_before
        successor = lake.process()
        successor.register([])  # any first call of a run
        if not meant and current(successor) == old:
            act(successor)  # the flip was never written down, so nothing had happened: do it again
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


def test_after_a_second_crash_partitions_end_new_too() -> None:
    """The process that completes the flip dies as well, at each of its calls."""
    nth, done = 1, False
    while not done:
        lake = ready_to_flip()
        process, _ = dying_process(lake, 7, after=True)
        with pytest.raises(Killed):
            flip(process)
        assert lake.redos() == 1
        second, countdown = dying_process(lake, nth, after=False)
        try:
            second.register([])
            done = countdown[0] > 0
        except Killed:
            lake.process().register([])
        assert all_shown(lake) == locations(lake, *before_and_after(NEW)), nth
        assert current(lake.process()) == before_and_after(NEW), nth
        nth += 1
    assert nth > 5


# Who completes a flip.


def cut_off_under_a_lease(lake: GlueStores, name: str) -> None:
    """A step that holds this lease, and its claim, dies after the flip is written down and before any of it is done."""
    dying = Spy(aws.clients().glue)
    state = lake.place.state()
    for held in (Key(LEASE, name), Key(CLAIM, f"{name}#prod")):
        state.write([Put(held, b"dead")], fenced=False)
        state.fences[held] = b"dead"
    process = GlueCatalog(dying, state, lake.place.storage, lake.place.table, lake.clock, describe=aws.described)  # type: ignore[arg-type]

    def die(*_: Any, **__: Any) -> Any:
        raise Killed

    dying.instead["update_table"] = die
    with pytest.raises(Killed):
        process.flip(NEW)


def under_lease(lake: GlueStores, name: str, data: bytes = b"alive") -> GlueCatalog:
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
def test_the_next_holder_of_the_lease_completes_a_flip_before_it_reads_anything(
    first: Callable[[GlueCatalog], Any],
) -> None:
    lake = ready_to_flip()
    cut_off_under_a_lease(lake, "taxi")
    successor = under_lease(lake, "taxi")
    found = first(successor)
    assert all_shown(lake) == locations(lake, *before_and_after(NEW))
    assert first(successor) == found
    assert successor.unpublished(PROD) == [], "so that `delete` does not remove what readers are about to see"


def test_readers_and_other_workflows_do_not_complete_a_flip() -> None:
    lake = ready_to_flip()
    cut_off_under_a_lease(lake, "taxi")
    for process in (lake.process(), under_lease(lake, "polls")):
        assert current(process) == sorted(OLD, key=lambda one: (one.table, one.partition))
    under_lease(lake, "polls").register([])
    assert lake.redos() == 1
    assert all_shown(lake) == locations(lake, *OLD)


def test_a_process_that_was_suspended_in_a_flip_does_not_touch_glue_again() -> None:
    """It resumes between two calls; its successor has completed the flip meanwhile, and made another one."""
    lake = ready_to_flip()
    spy = Spy(aws.clients().glue)
    state = lake.place.state()
    state.write([Put(Key(LEASE, "taxi"), b"slow")])
    state.fences[Key(LEASE, "taxi")] = b"slow"
    slow = GlueCatalog(spy, state, lake.place.storage, lake.place.table, lake.clock, describe=aws.described)  # type: ignore[arg-type]
    newest = [version("c-1", one.partition, one.table) for one in NEW]

    def others_go_on(real: Any, **arguments: Any) -> Any:
        if arguments["Name"] != AREA.split(".")[1]:  # looked at before the flip is written down
            return real(**arguments)
        del spy.instead["get_table"]
        publish(under_lease(lake, "taxi", b"fast"), *newest)
        return real(**arguments)

    spy.instead["get_table"] = others_go_on
    with pytest.raises(LeaseLost):
        slow.flip(NEW)
    assert all_shown(lake) == locations(lake, *before_and_after(newest))
    with pytest.raises(LeaseLost):
        slow.unpublished(PROD)
    with pytest.raises(LeaseLost):
        slow.replaced(PROD, START)


def test_redo_records_are_read_only_once_per_lease() -> None:
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
