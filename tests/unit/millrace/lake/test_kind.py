"""The marker of a lake: simulated and live data never mix."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from millrace.clock import ManualClock
from millrace.errors import LakeError, WrongLakeKind
from millrace.lake.kind import MARKER, kind_of, open_lake
from millrace.lake.local import LocalStorage

CLOCK = ManualClock(datetime(2024, 5, 30, 4, 30, tzinfo=UTC))


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path)


def test_a_new_lake_has_no_kind_until_it_is_opened(storage: LocalStorage) -> None:
    assert kind_of(storage) is None
    open_lake(storage, "simulated", CLOCK)
    assert kind_of(storage) == "simulated"
    assert json.loads(storage.get(MARKER)) == {
        "kind": "simulated",
        "format_version": 1,
        "created_at": "2024-05-30 04:30:00",
    }


def test_opening_again_changes_nothing(storage: LocalStorage) -> None:
    open_lake(storage, "live", CLOCK)
    marker = storage.get(MARKER)
    storage.put("raw/taxi/a", b"x")
    open_lake(storage, "live", ManualClock(datetime(2025, 1, 1, tzinfo=UTC)))
    assert storage.get(MARKER) == marker


def test_data_of_the_other_kind_is_refused(storage: LocalStorage, tmp_path: Path) -> None:
    open_lake(storage, "simulated", CLOCK)
    with pytest.raises(WrongLakeKind) as caught:
        open_lake(storage, "live", CLOCK)
    assert str(caught.value) == (
        f"the lake {tmp_path} holds simulated data and does not take live data. "
        "Use another lake for live data (--home DIR or MILLRACE_HOME), or set MILLRACE_FEED=simulated."
    )
    assert kind_of(storage) == "simulated"


def test_a_lake_that_has_lost_its_marker_is_not_taken_for_a_new_one(storage: LocalStorage) -> None:
    open_lake(storage, "simulated", CLOCK)
    storage.put("raw/taxi/a", b"x")
    storage.delete([MARKER])
    with pytest.raises(LakeError, match=r"raw data, but has no lake\.json"):
        open_lake(storage, "live", CLOCK)


@pytest.mark.parametrize("text", [b"", b"{}", b'{"kind": "other"}', b"\xff", b'{"kind":"live","format_version":"1"}'])
def test_a_broken_marker_is_named(storage: LocalStorage, text: bytes) -> None:
    storage.put(MARKER, text)
    with pytest.raises(LakeError, match=r"cannot read .*lake\.json"):
        kind_of(storage)
    with pytest.raises(LakeError, match=r"cannot read .*lake\.json"):
        open_lake(storage, "live", CLOCK)


def test_a_lake_of_a_newer_millrace_is_refused(storage: LocalStorage) -> None:
    storage.put(MARKER, b'{"kind":"live","format_version":2,"created_at":"2030-01-01 00:00:00"}')
    with pytest.raises(LakeError, match="newer Millrace"):
        open_lake(storage, "live", CLOCK)
