"""The state table on DynamoDB: conditional transactions, numbered lists, fences."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from millrace.errors import LeaseLost, ObjectMissing, ServiceBusy, ServiceRefused
from millrace.state.dynamo import ConditionFailed, StateTable
from millrace.state.dynamo_items import INLINE, ConditionCheck, Delete, Put, Replace
from millrace.state.dynamo_keys import CALLED, EXPIRES_AT, LASTING, LEASE, NOTICES, START, Key, number_of, numbered
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
        table.write([Put(B, b"1"), Put(A, b"2", only_if_absent=True)])
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


LONG = [json.dumps([letter * 100] * 500).encode() for letter in "abcd"]


def kept(place: aws.AwsPlace) -> list[bytes]:
    return sorted(place.storage.get(found.key) for found in place.storage.list("ops/state/"))


def test_the_object_of_a_replaced_text_is_deleted(table: StateTable, place: aws.AwsPlace) -> None:
    table.write([Put(A, LONG[0]), Put(B, LONG[0])])
    table.write([Replace(A, LONG[0], LONG[1])])
    assert kept(place) == [LONG[0], LONG[1]]  # B has an object of its own
    table.update(A, lambda before: LONG[2])
    assert kept(place) == [LONG[0], LONG[2]]
    table.write([Put(A, b"short")])
    assert kept(place) == [LONG[0]]
    table.write([Delete(B)])
    assert kept(place) == []
    assert (table.get(A), table.get(B)) == (b"short", None)


def test_the_object_that_another_process_wrote_is_deleted_once_its_text_is_replaced(place: aws.AwsPlace) -> None:
    one, other = place.state(), place.state()
    one.write([Put(A, LONG[0])])
    other.update(A, lambda before: LONG[1] if before == LONG[0] else None)
    assert kept(place) == [LONG[1]]
    one.update(A, lambda before: LONG[0])  # the same text again: an object of its own
    assert kept(place) == [LONG[0]]
    assert other.get(A) == LONG[0]


def test_a_refused_write_deletes_nothing_that_an_item_names(table: StateTable, place: aws.AwsPlace) -> None:
    table.write([Put(A, LONG[0])])
    with pytest.raises(ConditionFailed):
        table.write([Replace(A, LONG[3], LONG[1])])
    assert table.get(A) == LONG[0]


def test_a_reader_whose_object_goes_meanwhile_reads_the_new_text(place: aws.AwsPlace, spy: Spy) -> None:
    """Between the reader's look at the item and at its object, another process replaces the text."""
    other = place.state()
    other.write([Put(A, LONG[0]), Put(B, LONG[0])])
    reader = StateTable(spy, place.table, place.storage, sleep=lambda _: None)  # type: ignore[arg-type]

    def overtaken(real: Any, **arguments: Any) -> Any:
        answered = real(**arguments)
        spy.instead.clear()
        other.update(A, lambda before: LONG[1] if before == LONG[0] else LONG[0])
        return answered

    reads: dict[str, Callable[[], bytes | None]] = {
        "get_item": lambda: reader.get(A),
        "query": lambda: dict(reader.items("x"))[A],
        "batch_get_item": lambda: reader.get_many([A])[A],
    }
    for name, read in reads.items():
        before = other.get(A)
        spy.instead[name] = overtaken
        assert read() == other.get(A) != before

    def deleted(real: Any, **arguments: Any) -> Any:
        answered = real(**arguments)
        spy.instead.clear()
        other.write([Delete(A)])
        return answered

    spy.instead["query"] = deleted
    assert list(reader.items("x")) == [(B, LONG[0])]


def test_a_lost_object_is_an_error_and_is_not_looked_for_again_and_again(
    table: StateTable, place: aws.AwsPlace
) -> None:
    table.write([Put(A, LONG[0])])
    place.storage.delete([found.key for found in place.storage.list("ops/state/")])
    with pytest.raises(ObjectMissing):
        table.get(A)


def test_what_a_killed_process_left_is_an_orphan(table: StateTable, place: aws.AwsPlace, spy: Spy) -> None:
    table.write([Put(A, LONG[0])])
    spy.instead["transact_write_items"] = failing(KeyboardInterrupt())  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        table.write([Replace(A, LONG[0], LONG[1])])
    later = datetime.now(UTC) + timedelta(minutes=1)
    assert [place.storage.get(found.key) for found in table.orphans(later)] == [LONG[1]]
    assert table.orphans(datetime.now(UTC) - timedelta(days=1)) == []
    assert table.get(A) == LONG[0]


def test_an_item_from_before_can_be_replaced_and_its_shared_object_stays(
    table: StateTable, place: aws.AwsPlace
) -> None:
    """Items used to have no digest, and an object's key was the digest alone."""
    key = f"ops/state/{hashlib.sha256(LONG[0]).hexdigest()}.json"
    place.storage.put(key, LONG[0])
    for item in (A, B):
        aws.clients().dynamodb.put_item(
            TableName=place.table, Item={"pk": {"S": item.pk}, "sk": {"S": item.sk}, "kept_at": {"S": key}}
        )
    table.update(A, lambda before: LONG[1] if before == LONG[0] else None)
    assert (table.get(A), table.get(B)) == (LONG[1], LONG[0])
    later = datetime.now(UTC) + timedelta(minutes=1)
    assert table.orphans(later) == []
    table.write([Delete(B)])
    assert [found.key for found in table.orphans(later)] == [key]


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
        with pytest.raises(ServiceRefused, match=r"the table nowhere does not exist\. Check MILLRACE_STAGE"):
            act()


def test_the_key_of_a_start_expires_though_the_service_has_not_removed_it(place: aws.AwsPlace) -> None:
    """Whoever comes later writes over it; what lasts is never an item that expires."""
    now, key, data = [1_700_000_000.0], Key(START, "w#k"), b'{"run_id":"r1"}'
    table = StateTable(aws.one_at_a_time(), place.table, place.storage, now=lambda: now[0])
    assert table.swap(key, None, data)
    assert not table.swap(key, None, b"2")
    now[0] += LASTING[START].total_seconds() - 1
    assert (table.get(key), table.get_many([key]), [*table.items(START)]) == (data, {key: data}, [(key, data)])
    now[0] += 1
    assert (table.get(key), table.get_many([key]), [*table.items(START)]) == (None, {}, [])
    assert table.swap(key, None, b"2")
    assert not table.swap(key, None, b"3")
    assert table.get(key) == b"2"


def test_an_item_from_before_items_expired_does_not(place: aws.AwsPlace) -> None:
    old = {"pk": {"S": START}, "sk": {"S": "w#k"}, "data": {"S": "1"}}
    aws.one_at_a_time().put_item(TableName=place.table, Item=old)
    table = place.state()
    assert table.get(Key(START, "w#k")) == b"1"
    assert not table.swap(Key(START, "w#k"), None, b"2")


def test_nothing_else_expires(table: StateTable, place: aws.AwsPlace) -> None:
    table.write(
        [Put(Key(pk, "a"), b"1") for pk in ("runs", "lease", "claim", "current#prod.t", "duty", "health", *LASTING)]
    )
    found = aws.one_at_a_time().scan(TableName=place.table)["Items"]
    assert {one["pk"]["S"] for one in found if EXPIRES_AT in one} == {START, NOTICES, CALLED}
