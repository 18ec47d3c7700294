"""Schema drift: the paths of fields that a schema does not declare."""

from __future__ import annotations

from typing import TypedDict

import msgspec
import pytest

from millrace.schema_drift import undeclared_fields


class InnerForm(msgspec.Struct):
    a: int


class NamedForm(TypedDict):
    a: int


class OuterForm(msgspec.Struct):
    inner: InnerForm | None = None
    many: list[InnerForm] = []
    only: tuple[NamedForm] | None = None


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (b'{"inner":{"a":1}}', ()),
        (b'{"inner":{"a":1,"b":2}}', ("$.inner.b",)),
        (b'{"inner":null,"x":{"y":1}}', ("$.x",)),
        (b'{"many":[{"a":1,"c":2},{"a":1,"c":3}]}', ("$.many[].c",)),
        (b'{"only":[{"a":1}]}', ()),
        (b'{"only":[{"a":1,"d":2}]}', ("$.only[].d",)),
        (b'{"many":[],"text":"a \\"quoted\\": colon"}', ("$.text",)),
    ],
)
def test_undeclared_fields_are_given_by_path(payload: bytes, expected: tuple[str, ...]) -> None:
    assert undeclared_fields(OuterForm, payload) == expected
    assert undeclared_fields(OuterForm, payload) == expected, "from the cache"


def test_a_new_field_is_found_after_payloads_without_it() -> None:
    assert undeclared_fields(OuterForm, b'{"inner":{"a":1}}') == ()
    assert undeclared_fields(OuterForm, b'{"inner":{"a":1},"late":0}') == ("$.late",)


def test_more_sets_of_names_than_the_cache_holds() -> None:
    for number in range(250):
        assert undeclared_fields(OuterForm, f'{{"n{number}":1}}'.encode()) == (f"$.n{number}",)
