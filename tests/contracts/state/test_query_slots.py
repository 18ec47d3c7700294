"""The slots of a stage's queries, in the table of state."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from millrace.athena_sql.engines.athena.query_slots import LASTS, DynamoQuerySlots
from millrace.infra.pricing.assumptions import CostAssumptions
from tests.contracts import aws
from tests.unit.ingestors.fakes import Time


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def slots(time: Time) -> DynamoQuerySlots:
    return DynamoQuerySlots(aws.new_place().state(), 2, time.timer)


def test_there_are_so_many_and_a_freed_one_is_taken_again(slots: DynamoQuerySlots) -> None:
    assert [slots.take(holder) for holder in "abc"] == [True, True, False]
    slots.free("a")
    assert [slots.take(holder) for holder in "cd"] == [True, False]


def test_who_has_one_renews_it(slots: DynamoQuerySlots, time: Time) -> None:
    assert slots.take("a")
    assert slots.take("b")
    time.sleep(LASTS - 1)
    assert slots.take("a")
    time.sleep(2)
    assert [slots.take(holder) for holder in "cda"] == [True, False, True], "that of b has ended by itself"


def test_to_free_what_has_ended_takes_nothing_from_others(slots: DynamoQuerySlots, time: Time) -> None:
    assert slots.take("a")
    time.sleep(LASTS + 1)
    assert [slots.take(holder) for holder in "bc"] == [True, True]
    slots.free("a")
    assert not slots.take("d")


def test_a_query_reads_and_writes_as_much_of_the_table_as_its_cost_assumes() -> None:
    """A read is one request unit, an item that is written in a transaction two."""
    clients, called = aws.clients_of(aws.settings()), list[str]()
    clients.dynamodb.meta.events.register("before-call.dynamodb", lambda model, **_: called.append(model.name))
    slots = DynamoQuerySlots(aws.new_place().state(clients.dynamodb), 2)
    assert slots.take("first")  # with the requests by which a process looks at the table's format
    slots.free("first")
    called.clear()
    assert slots.take("a")
    slots.free("a")
    counted, assumed = Counter(called), CostAssumptions()
    assert counted == {"GetItem": assumed.query_reads, "TransactWriteItems": assumed.query_writes / 2}


def test_of_processes_that_come_at_once_so_many_have_one(time: Time) -> None:
    place = aws.new_place()

    def process(number: int) -> bool:
        return DynamoQuerySlots(place.state(), 3, time.timer).take(str(number))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(process, range(8))) == 3
