"""Deliveries that fail, and puts that do: what is acknowledged is safe, and the next one tries again."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from millrace.errors import DeliveryError, LakeError
from millrace.firehose.batching import KIB
from millrace.firehose.ports import Receipt
from millrace.lake.local import LocalStorage
from millrace.lake.storage import ObjectInfo
from tests.unit.firehose.spooling import SpooledLake, record, records

ACCEPTED = Receipt.ACCEPTED


class FailingStorage:
    """A storage that refuses keys with `refused` in them, as a full or read-only disk would."""

    def __init__(self, inner: LocalStorage) -> None:
        self._inner = inner
        self.refused = ""
        self.error: Exception = LakeError("no space left.")
        self.attempts = 0

    def put(self, key: str, data: bytes) -> None:
        self.attempts += 1
        if self.refused and self.refused in key:
            raise self.error
        self._inner.put(key, data)

    def put_chunks(self, key: str, chunks: Iterable[bytes]) -> None:
        self.put(key, b"".join(chunks))

    def create(self, key: str, data: bytes) -> bool:
        return self._inner.create(key, data)

    def get(self, key: str) -> bytes:
        return self._inner.get(key)

    def tail(self, key: str, size: int) -> bytes:
        return self._inner.tail(key, size)

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        return self._inner.list(prefix)

    def delete(self, keys: Iterable[str]) -> None:
        self._inner.delete(keys)

    def location(self, key: str) -> str:
        return self._inner.location(key)

    def seal(self, keys: Iterable[str]) -> None:
        self._inner.seal(keys)


@pytest.fixture
def failing(tmp_path: Path) -> FailingStorage:
    return FailingStorage(LocalStorage(tmp_path / "lake"))


@pytest.fixture
def failing_lake(tmp_path: Path, failing: FailingStorage) -> Iterator[SpooledLake]:
    made = SpooledLake(tmp_path, storage=failing)
    yield made
    made.close()


class TestFailure:
    @pytest.mark.parametrize("error", [LakeError("no space left."), OSError(28, "No space left on device")])
    def test_when_only_the_delivery_fails_the_receipts_stand(
        self,
        failing_lake: SpooledLake,
        failing: FailingStorage,
        error: Exception,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        stream = failing_lake.open()
        failing.refused, failing.error = "raw/", error
        with caplog.at_level(logging.WARNING):
            assert stream.put(records(range(10))) == [ACCEPTED] * 10
        assert "safe in the spool" in caplog.text
        with pytest.raises(DeliveryError, match="safe in the spool"):
            stream.flush()
        with pytest.raises(DeliveryError, match="safe in the spool"):
            stream.close()
        assert len(stream.in_flight()) == 10
        assert failing_lake.touched() == []

    def test_the_next_put_tries_again_under_the_same_key(
        self, failing_lake: SpooledLake, failing: FailingStorage
    ) -> None:
        stream = failing_lake.open()
        assert stream.recover() == 0, "so that nothing is left of a dead process to look for"
        failing.refused = "raw/"
        stream.put(records(range(10)))
        failing.refused = ""
        failing_lake.clock.sleep(60)
        stream.put([record(10)])
        ((key, ids),) = failing_lake.delivered().items()
        assert "raw-20240530T000000Z-" in key
        assert len(ids) == 10

    def test_a_put_stops_at_the_first_failure_and_a_flush_tries_every_buffer(
        self, failing_lake: SpooledLake, failing: FailingStorage
    ) -> None:
        stream = failing_lake.open()
        failing.refused = "hour=08"
        stream.put(records(range(10)) + records(range(10, 20), hour="09"))
        assert failing.attempts == 1
        with pytest.raises(DeliveryError):
            stream.flush()
        assert [len(ids) for ids in failing_lake.delivered().values()] == [10], "hour 09 is not held up by hour 08"
        assert len(stream.in_flight()) == 10, "and is let go of, whatever becomes of hour 08"

    def test_a_full_disk_fails_the_put_before_anything_is_acknowledged(self, lake: SpooledLake) -> None:
        state = lake.state
        stream = lake.open(state=state)
        pages = state.connection.execute("PRAGMA page_count").fetchone()[0]
        state.connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(DeliveryError, match="full"):
            stream.put([record(1), record(2, size=500 * KIB)])
        state.connection.execute("PRAGMA max_page_count = 1000000")
        assert stream.in_flight() == []
        assert stream.put([record(1)]) == [ACCEPTED], "a failed put leaves no id behind that would make it a duplicate"
