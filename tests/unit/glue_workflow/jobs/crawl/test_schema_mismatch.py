from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypedDict

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import inspect

from millrace.glue_workflow.jobs.crawl.schema_mismatch import first_mismatch


class ArrayPoint(msgspec.Struct, array_like=True):
    east: float
    north: float


class Inner(msgspec.Struct):
    count: int
    kind: Literal["a", "b"] = "a"
    note: str | None = None


class NamedSize(TypedDict):
    size: float
    note: NotRequired[str]


class Outer(msgspec.Struct):
    inner: Annotated[list[Inner], msgspec.Meta(min_length=1)]
    points: list[ArrayPoint] = []
    extra: dict[str, Any] | None = None
    flag: bool = False
    only: tuple[NamedSize] | None = None


DECLARED = inspect.type_info(Outer)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"inner": [{"count": 1}]}, None),
        ({"inner": [{"count": 1}, {"count": "2"}]}, '$.inner[1].count: declared int, found str ("2")'),
        ({"inner": [{"count": True}]}, "$.inner[0].count: declared int, found bool (true)"),
        ({"inner": [{"count": 1.5}]}, "$.inner[0].count: declared int, found float (1.5)"),
        ({"inner": [{}]}, "$.inner[0].count: declared int, found nothing"),
        ({"inner": [{"count": 1, "kind": "c"}]}, '$.inner[0].kind: declared "a" or "b", found str ("c")'),
        ({"inner": [{"count": 1, "note": 3}]}, "$.inner[0].note: declared str or null, found int (3)"),
        ({"inner": {}}, "$.inner: declared array, found object ({})"),
        ({"inner": [3]}, "$.inner[0]: declared object, found int (3)"),
        ({"inner": [], "points": [[1, 2], [1, "2"]]}, '$.points[1][1]: declared float, found str ("2")'),
        ({"inner": [], "extra": [1]}, "$.extra: declared object or null, found array ([1])"),
        ({"inner": [], "flag": 0}, "$.flag: declared bool, found int (0)"),
        ({"inner": [], "only": [{"size": 1}]}, None),
        ({"inner": [], "only": [{"note": "x"}]}, "$.only[0].size: declared float, found nothing"),
        ({"inner": [], "only": [{"size": 1, "note": 2}]}, "$.only[0].note: declared str, found int (2)"),
        ({"inner": [], "only": [3]}, "$.only[0]: declared object, found int (3)"),
        ({"inner": [], "only": 3}, "$.only: declared array or null, found int (3)"),
        (None, "$: declared object, found null (null)"),
    ],
)
def test_the_first_mismatch_has_its_path_both_types_and_the_value(value: Any, expected: str | None) -> None:
    found = first_mismatch(value, DECLARED)
    assert found == expected


def test_a_long_example_is_cut() -> None:
    found = first_mismatch({"inner": "x" * 500}, DECLARED)
    assert found is not None
    assert len(found) < 120


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(0, 1) | st.sampled_from(["a", "c"]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["inner", "count", "points", "extra", "only", "size"]), inner)
    ),
    max_leaves=6,
)


@given(st.fixed_dictionaries({"inner": st.lists(st.fixed_dictionaries({"count": JSON}), min_size=1) | JSON}) | JSON)
def test_a_value_that_msgspec_accepts_has_no_mismatch(value: Any) -> None:
    try:
        msgspec.json.decode(msgspec.json.encode(value), type=Outer)
    except msgspec.ValidationError:
        return
    assert first_mismatch(value, DECLARED) is None
