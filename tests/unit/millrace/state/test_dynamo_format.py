"""The format number of the state table: written once, looked at first, and a newer one is refused."""

from __future__ import annotations

import pytest

from millrace.errors import LakeError
from millrace.state.dynamo import StateTable
from millrace.state.dynamo_format import TableFormat
from millrace.state.dynamo_items import Put, attributes
from millrace.state.dynamo_keys import FORMAT, Key
from millrace.state.formats import TABLE_FORMAT
from tests.contracts import aws

A = Key("x", "a")
NEWER = TABLE_FORMAT + 1


@pytest.fixture
def place() -> aws.AwsPlace:
    return aws.new_place()


def number(place: aws.AwsPlace) -> str | None:
    client = aws.one_at_a_time()
    found = client.get_item(TableName=place.table, Key=attributes(Key(FORMAT, "table"))).get("Item")
    return found["number"]["N"] if found else None


def marked(place: aws.AwsPlace, known: int) -> None:
    """By code that knows so many formats."""
    TableFormat(aws.one_at_a_time(), place.table, known).mark()


def test_the_first_write_gives_a_table_its_number(place: aws.AwsPlace) -> None:
    table = place.state()
    assert table.get(A) is None
    assert number(place) is None, "who only reads writes nothing"

    table.write([Put(A, b"1")])

    assert number(place) == str(TABLE_FORMAT)


def test_a_table_without_a_number_is_of_the_first_format(place: aws.AwsPlace) -> None:
    form = TableFormat(aws.one_at_a_time(), place.table, known=1)

    form.require()


def test_older_code_refuses_a_newer_table_before_it_reads_or_writes(place: aws.AwsPlace) -> None:
    place.state().write([Put(A, b"1")])
    marked(place, NEWER)
    older = place.state()
    refusal = rf"state table {place.table} has format {NEWER}, and this Millrace knows formats up to {TABLE_FORMAT}\."

    with pytest.raises(LakeError, match=refusal):
        older.get(A)
    with pytest.raises(LakeError, match=refusal):
        list(older.items("x"))
    with pytest.raises(LakeError, match=refusal):
        older.write([Put(A, b"2")])

    assert number(place) == str(NEWER)


def test_newer_code_raises_the_number_and_older_code_that_comes_between_does_not_lower_it(place: aws.AwsPlace) -> None:
    marked(place, 1)
    older = TableFormat(aws.one_at_a_time(), place.table, 1)
    newer = TableFormat(aws.one_at_a_time(), place.table, NEWER)
    newer.require()
    newer.mark()
    assert number(place) == str(NEWER)

    with pytest.raises(LakeError, match=f"has format {NEWER}"):
        older.mark()

    assert number(place) == str(NEWER)


def test_a_process_looks_once(place: aws.AwsPlace) -> None:
    table = StateTable(aws.one_at_a_time(), place.table, place.storage)
    table.write([Put(A, b"1")])
    marked(place, NEWER)

    assert table.get(A) == b"1", "docs/deploy.md: what is under way ends"
