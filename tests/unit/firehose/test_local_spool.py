from __future__ import annotations

import gzip
import logging
import threading
import time
from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from millrace.commit_points import CommitPoint
from millrace.errors import DeliveryError, LakeError
from millrace.firehose.batching import KIB
from millrace.firehose.local_spool import DEFAULT_BUFFERING, Buffering
from millrace.firehose.ports import Receipt, Record
from millrace.lake.local import LocalStorage
from millrace.lake.storage import ObjectInfo
from tests.unit.firehose.spooling import START, SpooledLake, record, records

ACCEPTED, DUPLICATE = Receipt.ACCEPTED, Receipt.DUPLICATE


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[SpooledLake]:
    made = SpooledLake(tmp_path)
    yield made
    made.close()


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


class TestBuffering:
    def test_the_defaults_are_those_of_firehose(self) -> None:
        assert Buffering(size=5 * 1024 * KIB, interval=timedelta(minutes=5)) == DEFAULT_BUFFERING

    def test_a_buffer_is_delivered_by_the_put_that_fills_it(self, lake: SpooledLake) -> None:
        stream = lake.open()
        stream.put(records(range(9)))
        assert lake.delivered() == {}
        stream.put([record(9)])
        assert list(lake.delivered().values()) == [[record(number).snapshot_id for number in range(10)]]

    def test_a_buffer_is_delivered_when_its_oldest_record_is_old(self, lake: SpooledLake) -> None:
        stream = lake.open()
        stream.put([record(1)])
        lake.clock.sleep(200)
        stream.put([record(2)])
        lake.clock.sleep(99)
        assert stream.flush() == 0
        lake.clock.sleep(1)
        assert stream.flush() == 1
        assert list(lake.delivered().values()) == [["taxi-00000001", "taxi-00000002"]]

    def test_a_put_to_one_partition_delivers_the_others_that_are_due(self, lake: SpooledLake) -> None:
        stream = lake.open()
        stream.put([record(1, hour="08")])
        lake.clock.sleep(300)
        stream.put([record(2, hour="09")])
        assert list(lake.delivered().values()) == [["taxi-00000001"]]

    def test_buffers_are_per_source_and_partition(self, lake: SpooledLake) -> None:
        stream = lake.open()
        stream.put(records(range(6)) + records(range(6), hour="09") + records(range(6, 9), source="polls"))
        assert lake.delivered() == {}, "18 x 100 bytes, but in no buffer 1000"
        assert stream.flush(everything=True) == 2, "the second six are duplicates of the first"

    def test_a_large_put_makes_objects_of_bounded_size(self, lake: SpooledLake) -> None:
        lake.open().put(records(range(100)))
        assert [len(ids) for ids in lake.delivered().values()] == [10] * 10

    def test_the_key_says_when_the_object_was_planned(self, lake: SpooledLake) -> None:
        stream = lake.open()
        stream.put([record(1)])
        lake.clock.sleep(7)
        stream.close()
        (key,) = lake.delivered()
        assert key.startswith("raw/taxi/dt=2024-05-30/hour=08/raw-20240530T000007Z-")


class TestOversize:
    def test_it_gets_an_object_of_its_own_at_once_while_others_wait(self, lake: SpooledLake) -> None:
        lake.buffering = Buffering(size=2000 * KIB)
        stream = lake.open()
        big = record(2, size=1000 * KIB + 1)
        assert stream.put([record(1), big, record(3)]) == [ACCEPTED] * 3
        assert lake.delivered() == {"raw/taxi/dt=2024-05-30/hour=08/taxi-00000002.json.gz": ["taxi-00000002"]}
        assert [flight.snapshot_id for flight in stream.in_flight()] == ["taxi-00000001", "taxi-00000003"]
        assert stream.put([big]) == [DUPLICATE]

    def test_a_record_of_just_the_limit_waits_with_the_others(self, lake: SpooledLake) -> None:
        lake.buffering = Buffering(size=2000 * KIB)
        lake.open().put([record(1, size=1000 * KIB)])
        assert lake.delivered() == {}

    def test_eight_mebibytes_pass(self, lake: SpooledLake) -> None:
        lake.open().put([record(1, size=8 * 1024 * KIB)])
        assert list(lake.delivered().values()) == [["taxi-00000001"]]


class TestInFlight:
    def test_it_lists_the_accepted_records_that_are_in_no_object(self, lake: SpooledLake) -> None:
        stream = lake.open()
        stream.put([record(1, dt="2024-05-29")])
        lake.clock.sleep(60)
        stream.put([record(2)])
        later = START + timedelta(seconds=60)
        assert lake.open().in_flight() == [
            ("taxi", "2024-05-29", "taxi-00000001", START),
            ("taxi", "2024-05-30", "taxi-00000002", later),
        ]
        stream.flush(everything=True)
        assert stream.in_flight() == []


class TestRefused:
    @pytest.mark.parametrize(
        "bad",
        [
            Record("../up", "a", "2024-05-30", "08", b"{}\n"),
            Record("taxi", "a/b", "2024-05-30", "08", b"{}\n"),
            Record("taxi", ".a", "2024-05-30", "08", b"{}\n"),
            Record("taxi", "", "2024-05-30", "08", b"{}\n"),
            Record("taxi", "a", "30.5.2024", "08", b"{}\n"),
            Record("taxi", "a", "2024-05-30", "8", b"{}\n"),
            Record("taxi", "a", "2024-05-30", "08", b""),
            Record("taxi", "a", "2024-05-30", "08", b"{}"),
            Record("taxi", "a", "2024-05-30", "08", b"{\n}\n"),
        ],
    )
    def test_a_record_that_would_spoil_an_object_is_refused_with_the_whole_put(
        self, lake: SpooledLake, bad: Record
    ) -> None:
        stream = lake.open()
        with pytest.raises(DeliveryError):
            stream.put([record(1), bad])
        assert stream.in_flight() == []
        assert stream.put([record(1)]) == [ACCEPTED]


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


class TestTwoAtOnce:
    def test_two_processes_may_finish_the_same_flush(self, lake: SpooledLake) -> None:
        """The second process does the whole flush while the first is in the middle of it; then the first continues."""
        second = lake.open()
        finished: list[int] = []

        def intrude(point: CommitPoint) -> None:
            if point is CommitPoint.FLUSH_WRITTEN and not finished:
                finished.append(second.recover())

        first = lake.open(reached=intrude)
        first.put(records(range(10)))
        assert finished == [1]
        assert [len(ids) for ids in lake.delivered().values()] == [10]
        (touch,) = lake.pending.touched("taxi")
        assert touch.sequence == 1, "one flush, one touch"

    def test_a_flush_that_another_finished_before_its_write_writes_nothing(self, lake: SpooledLake) -> None:
        second = lake.open()
        finished: list[int] = []

        def intrude(point: CommitPoint) -> None:
            if point is CommitPoint.FLUSH_PLANNED and not finished:
                finished.append(second.recover())
                assert lake.storage is not None
                lake.storage.delete(list(lake.delivered()))

        first = lake.open(reached=intrude)
        first.put(records(range(10)))
        assert finished == [1]
        assert lake.delivered() == {}

    def test_a_process_leaves_the_recent_plans_of_another_alone(self, lake: SpooledLake) -> None:
        second = lake.open()
        second.flush()
        seen: list[int] = []

        def look(point: CommitPoint) -> None:
            if point is CommitPoint.FLUSH_PLANNED:
                seen.append(second.flush())
                lake.clock.sleep(300)
                seen.append(second.flush())

        lake.open(reached=look).put(records(range(10)))
        assert seen[:2] == [0, 1], "not while it is fresh; after the interval its owner counts as dead"

    def test_threads_share_a_stream(self, lake: SpooledLake) -> None:
        stream = lake.open()
        told: list[Receipt] = []

        def work(start: int) -> None:
            for number in range(start, start + 40):
                told.extend(stream.put([record(number)]))

        threads = [threading.Thread(target=work, args=(start,)) for start in (0, 0, 40, 60)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        stream.close()
        ids = [found for ids in lake.delivered().values() for found in ids]
        assert sorted(ids) == [record(number).snapshot_id for number in range(100)]
        assert told.count(ACCEPTED) == 100
        assert told.count(DUPLICATE) == 60

    def test_one_thread_delivers_at_a_time(self, lake: SpooledLake) -> None:
        """More threads would only write the same objects several times."""
        delivering: set[int] = set()
        together: list[int] = []

        def watch(point: CommitPoint) -> None:
            if point is CommitPoint.FLUSH_PLANNED:
                delivering.add(threading.get_ident())
                together.append(len(delivering))
                time.sleep(0.002)
            elif point is CommitPoint.FLUSH_COMMITTED:
                delivering.discard(threading.get_ident())

        stream = lake.open(reached=watch)
        threads = [
            threading.Thread(
                target=lambda start=start: [stream.put(records([n], size=1000)) for n in range(start, start + 10)]
            )
            for start in (0, 10, 20)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert max(together) == 1


def test_commit_points_in_their_order(lake: SpooledLake) -> None:
    seen: list[CommitPoint] = []
    lake.open(reached=seen.append).put(records(range(10)))
    assert seen == [
        CommitPoint.SPOOL_BEFORE_COMMIT,
        CommitPoint.SPOOL_COMMITTED,
        CommitPoint.FLUSH_PLANNED,
        CommitPoint.FLUSH_WRITTEN,
        CommitPoint.FLUSH_COMMITTED,
    ]


def test_an_object_is_gzip_of_the_lines_as_they_were_put(lake: SpooledLake) -> None:
    stream = lake.open()
    given = records(range(5))
    stream.put(given)
    stream.close()
    (key,) = lake.delivered()
    assert lake.storage is not None
    assert gzip.decompress(lake.storage.get(key)) == b"".join(each.data for each in given)


def test_flush_delivers_by_size_by_age_or_everything_and_counts(tmp_path: Path) -> None:
    lake = SpooledLake(tmp_path, buffering=Buffering(size=64 * KIB, interval=timedelta(seconds=300)))
    stream = lake.open()
    stream.put([record(1), record(2, hour="09")])
    assert stream.flush() == 0
    lake.clock.sleep(299)
    stream.put([record(3, hour="09"), record(4, hour="10")])
    assert stream.flush() == 0
    lake.clock.sleep(1)
    assert stream.flush() == 2
    assert sorted(one for ids in lake.delivered().values() for one in ids) == [
        "taxi-00000001",
        "taxi-00000002",
        "taxi-00000003",
    ]
    assert stream.flush() == 0
    assert stream.flush(everything=True) == 1
    assert stream.flush(everything=True) == 0
    stream.put(records(range(10, 20), size=7000))
    assert sum(map(len, lake.delivered().values())) == 14, "70,000 bytes are over the buffer's 64 KiB"
    lake.close()
