from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from millrace.commit_points import CommitPoint
from millrace.errors import LakeError
from millrace.firehose.object_quarantine import ObjectQuarantine
from millrace.firehose.ports import QuarantinedItem
from millrace.lake.local import LocalStorage

ITEM = QuarantinedItem(
    item_id="poll-1",
    source="taxi",
    dt="2024-05-30",
    code="not_json",
    reason="the response is not JSON",
    quarantined_at=datetime(2024, 5, 30, 4, 30, tzinfo=UTC),
    body=b"<html>\xff</html>",
    attempt={"poll_id": "poll-1", "status": 200, "entities": None},
)


def test_an_item_is_one_readable_object(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    ObjectQuarantine(storage).add(ITEM)
    assert [found.key for found in storage.list("")] == ["quarantine/taxi/dt=2024-05-30/poll-1.json"]
    assert json.loads(storage.get("quarantine/taxi/dt=2024-05-30/poll-1.json")) == {
        "item_id": "poll-1",
        "source": "taxi",
        "dt": "2024-05-30",
        "code": "not_json",
        "reason": "the response is not JSON",
        "quarantined_at": "2024-05-30 04:30:00",
        "attempt": {"poll_id": "poll-1", "status": 200, "entities": None},
        "body": "PGh0bWw+/zwvaHRtbD4=",
    }


def test_the_same_item_gives_the_same_bytes(tmp_path: Path) -> None:
    stores = LocalStorage(tmp_path / "a"), LocalStorage(tmp_path / "b")
    for storage, order in zip(stores, (1, -1), strict=True):
        attempt = dict(list(ITEM.attempt.items())[::order])
        fields = {name: getattr(ITEM, name) for name in ITEM.__dataclass_fields__}
        ObjectQuarantine(storage).add(QuarantinedItem(**{**fields, "attempt": attempt}))
    first, second = (storage.get("quarantine/taxi/dt=2024-05-30/poll-1.json") for storage in stores)
    assert first == second


def test_the_commit_point_comes_after_the_write(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    seen: list[tuple[CommitPoint, int]] = []
    quarantine = ObjectQuarantine(storage, reached=lambda point: seen.append((point, len(list(storage.list(""))))))
    quarantine.add(ITEM)
    assert seen == [(CommitPoint.QUARANTINE_WRITTEN, 1)]


@pytest.mark.parametrize("text", [b"", b"{}", b"\xff", b'{"item_id": 1}'])
def test_an_object_that_is_not_an_item_is_named_in_the_error(tmp_path: Path, text: bytes) -> None:
    storage = LocalStorage(tmp_path)
    storage.put("quarantine/taxi/dt=2024-05-30/poll-2.json", text)
    with pytest.raises(LakeError, match=r"cannot read .*poll-2\.json"):
        list(ObjectQuarantine(storage).items())
