"""One spool, and several processes and threads that put and flush at once."""

from __future__ import annotations

import threading
import time

from millrace.commit_points import CommitPoint
from millrace.firehose.ports import Receipt
from tests.unit.firehose.spooling import SpooledLake, record, records

ACCEPTED, DUPLICATE = Receipt.ACCEPTED, Receipt.DUPLICATE


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
