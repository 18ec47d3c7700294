"""The state table on DynamoDB: conditional transactions, numbered lists, fences."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from millrace.errors import LeaseLost, ServiceBusy, ServiceRefused
from millrace.state.dynamo import ConditionFailed, StateTable
from millrace.state.dynamo_items import INLINE, ConditionCheck, Delete, Put, Replace
from millrace.state.dynamo_keys import LEASE, Key, number_of, numbered
from tests.contracts import aws
from tests.doubles.spy import Spy, answer

A, B = Key("x", "a"), Key("x", "b")


@pytest.fixture
def place() -> aws.AwsPlace:
    return aws.new_place()


@pytest.fixture
def spy(place: aws.AwsPlace) -> Spy:
    return Spy(aws.one_at_a_time())


@pytest.fixture
def table(place: aws.AwsPlace, spy: Spy) -> StateTable:
    return StateTable(spy, place.table, place.storage, sleep=lambda _: None)  # type: ignore[arg-type]


def cancelled(*codes: str) -> Exception:
    error: Any = answer("TransactionCanceledException", "cancelled", "TransactWriteItems")
    error.response["CancellationReasons"] = [{"Code": code} for code in codes]
    return error  # type: ignore[no-any-return]


def failing(*errors: Exception) -> Any:
    """The first calls fail; later ones go through."""
    left = list(errors)

    def call(real: Any, **arguments: Any) -> Any:
        if left:
            raise left.pop(0)
        return real(**arguments)

    return call


def test_a_transaction_is_all_or_nothing(table: StateTable) -> None:
    table.write([Put(A, b"1")])
    with pytest.raises(ConditionFailed):
        table.write([Put(B, b"1"), Put(A, b"2", unless_there=True)])
    with pytest.raises(ConditionFailed):
        table.write([Put(B, b"1"), Replace(A, b"other", b"2")])
    with pytest.raises(ConditionFailed):
        table.write([Put(B, b"1"), ConditionCheck(A, b"other")])
    assert (table.get(A), table.get(B)) == (b"1", None)
    table.write([ConditionCheck(A, b"1"), Put(B, b"2")])
    table.write([Replace(A, b"1", b"3"), Delete(B)])
    assert (table.get(A), table.get(B)) == (b"3", None)


def test_what_is_too_long_for_an_item_is_an_object_and_comes_back_whole(table: StateTable, place: aws.AwsPlace) -> None:
    long = json.dumps(["\u00e9" * 100] * 5000).encode()
    assert len(long) > 400 * 1024
    table.write([Put(A, b"short"), Put(B, long)])
    assert list(table.items("x")) == [(A, b"short"), (B, long)]
    assert table.get_many([A, B]) == {A: b"short", B: long}
    (kept,) = place.storage.list("ops/state/")
    assert kept.size == len(long)
    table.write([Replace(B, long, b"short")])
    with pytest.raises(ConditionFailed):
        table.write([Replace(B, long, b"other")])


def test_the_largest_transaction_is_within_dynamodbs_limit(table: StateTable, spy: Spy) -> None:
    """DynamoDB takes 4 MB; moto has no limit."""
    table.write([Put(numbered("x", number), b"x" * INLINE) for number in range(90)])
    (call,) = spy.of("transact_write_items")
    assert len(json.dumps(call)) < 4_000_000


def test_reading_many_asks_again_for_unprocessed_keys(table: StateTable, spy: Spy, place: aws.AwsPlace) -> None:
    wanted = [numbered("x", number) for number in range(230)]
    for start in range(0, 230, 90):
        table.write([Put(key, key.sk.encode()) for key in wanted[start : start + 90]])

    def half(real: Any, RequestItems: Any) -> Any:  # noqa: N803
        asked = RequestItems[place.table]["Keys"]
        assert len(asked) <= 100
        answered = real(RequestItems={place.table: {"Keys": asked[: len(asked) // 2 + 1], "ConsistentRead": True}})
        left = asked[len(asked) // 2 + 1 :]
        return answered | {"UnprocessedKeys": {place.table: {"Keys": left}} if left else {}}

    spy.instead["batch_get_item"] = half
    assert table.get_many([*wanted, *wanted]) == {key: key.sk.encode() for key in wanted}


def test_items_come_in_order_or_backwards_page_by_page(table: StateTable, spy: Spy) -> None:
    table.write([Put(numbered("x", number), b"") for number in range(1, 31)])
    assert [number_of(key) for key, _ in table.items("x", page_size=7)] == list(range(1, 31))
    assert len(spy.of("query")) == 5
    spy.calls.clear()
    newest = table.items("x", newest_first=True, page_size=2)
    assert [number_of(next(newest)[0]) for _ in range(3)] == [30, 29, 28]
    assert len(spy.of("query")) == 2, "no more is read than is asked for"


@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"])
def test_a_transaction_that_conflicts_with_another_one_is_retried(table: StateTable, spy: Spy, code: str) -> None:
    spy.instead["transact_write_items"] = failing(*[cancelled("None", code)] * 3)
    table.write([Put(A, b"1"), Put(B, b"1")])
    assert table.get(B) == b"1"
    spy.instead["transact_write_items"] = failing(*[cancelled("None", code)] * 99)
    with pytest.raises(ServiceBusy):
        table.write([Put(A, b"2")])


def test_numbers_are_given_in_order_and_are_never_reused(place: aws.AwsPlace) -> None:
    tables = [place.state() for _ in range(4)]

    def one(number: int) -> int:
        data = str(number).encode()
        return tables[number % 4].append("list", lambda given: [Put(numbered("list", given), data)])

    with ThreadPoolExecutor(4) as pool:
        given = list(pool.map(one, range(12)))
    assert sorted(given) == list(range(1, 13))
    tables[0].write([Delete(numbered("list", number)) for number in given])
    assert tables[0].append("list", lambda given: []) == 13


def test_a_write_is_refused_once_another_process_has_the_lease(table: StateTable) -> None:
    lease = Key(LEASE, "w")
    table.write([Put(lease, b"mine")])
    table.fences[lease] = b"mine"
    table.write([Put(A, b"1")])
    table.check_fences()

    table.write([Put(lease, b"another's")], fenced=False)

    with pytest.raises(LeaseLost, match="the lease w was lost"):
        table.write([Put(A, b"2")])
    with pytest.raises(LeaseLost):
        table.append("list", lambda number: [])
    with pytest.raises(LeaseLost):
        table.check_fences()
    assert table.get(A) == b"1"
    table.write([Put(A, b"3")], fenced=False)


def test_a_missing_table_is_one_clear_error(place: aws.AwsPlace) -> None:
    nowhere = StateTable(aws.one_at_a_time(), "nowhere", place.storage)
    for act in (lambda: nowhere.get(A), lambda: list(nowhere.items("x")), lambda: nowhere.get_many([A])):
        with pytest.raises(ServiceRefused, match=r"the table nowhere is not there\. Check MILLRACE_STAGE"):
            act()
