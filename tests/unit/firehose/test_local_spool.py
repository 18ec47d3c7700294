from __future__ import annotations

import gzip
from datetime import timedelta
from pathlib import Path

import pytest

from millrace.commit_points import CommitPoint
from millrace.errors import DeliveryError
from millrace.firehose.batching import KIB
from millrace.firehose.local_spool import DEFAULT_BUFFERING, Buffering
from millrace.firehose.ports import Receipt, Record
from tests.unit.firehose.spooling import START, SpooledLake, record, records

ACCEPTED, DUPLICATE = Receipt.ACCEPTED, Receipt.DUPLICATE


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
