"""The layout of raw objects: what is written is read back, and what lies elsewhere is no raw object."""

from __future__ import annotations

import pytest

from millrace.lake.raw_layout import RAW_LAYOUT, RawPlace

KEY = "raw/taxi/dt=2024-05-30/hour=08/n.json.gz"


def test_the_prefixes_of_an_object() -> None:
    assert RAW_LAYOUT.object("taxi", "2024-05-30", "08", "n") == KEY
    above = [RAW_LAYOUT.partition("taxi", "2024-05-30", "08"), RAW_LAYOUT.day("taxi", "2024-05-30")]
    assert [KEY.startswith(one) for one in [*above, RAW_LAYOUT.of_source("taxi"), RAW_LAYOUT.prefix]] == [True] * 4
    assert len(KEY.split("/")) == RAW_LAYOUT.depth


def test_what_is_left_of_an_object_leads_back_to_it() -> None:
    copy = RAW_LAYOUT.copy(KEY, "ab12")
    assert copy == "raw/taxi/dt=2024-05-30/hour=08/n.without-ab12.json.gz"
    assert (RAW_LAYOUT.original(copy), RAW_LAYOUT.original(KEY)) == (KEY, KEY)
    assert RAW_LAYOUT.exclusion(KEY) == f"ops/excluded/{KEY}"


@pytest.mark.parametrize(
    ("key", "place"),
    [
        (KEY, RawPlace("taxi", "2024-05-30", "08")),
        ("raw/taxi/n.json.gz", RawPlace("taxi", "", "")),
        ("raw/taxi/dt=2024-05-30/n.csv", RawPlace("taxi", "2024-05-30", "")),
        ("raw/taxi", None),
        ("raw//dt=2024-05-30/n", None),
        ("staging/taxi/run=r/dt=2024-05-30/n.parquet", None),
        (f"ops/excluded/{KEY}", None),
        ("lake.json", None),
    ],
)
def test_the_place_of_a_key(key: str, place: RawPlace | None) -> None:
    assert RAW_LAYOUT.place(key) == place
