"""The local delivery stream against a model in a few lines of Python: puts, time, flushes, new processes, crashes."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from millrace.commit_points import CommitPoint
from millrace.firehose.batching import KIB
from millrace.firehose.ports import Receipt, Record
from tests.unit.firehose.spooling import SMALL, SpooledLake, record

CRASHES = [point for point in CommitPoint if point.startswith(("spool.", "flush."))]
HOURS = st.sampled_from([("2024-05-29", "23"), ("2024-05-30", "00"), ("2024-05-30", "01")])
PUTS = st.lists(
    st.builds(
        lambda number, partition, size: record(number, partition[0], partition[1], size),
        st.integers(0, 60),
        HOURS,
        st.sampled_from([60, 100, 300, 400, 400, 500, 1200, 1000 * KIB + 1]),
    ),
    max_size=8,
)


class Crash(BaseException):
    """The end of the process at this point."""


@dataclass
class ModelBuffer:
    partition: tuple[str, str]
    since: datetime
    alone: bool
    size: int = 0
    ids: list[str] = field(default_factory=list)


@dataclass
class SpoolModel:
    known: set[str] = field(default_factory=set)
    waiting: list[ModelBuffer] = field(default_factory=list)
    objects: Counter[tuple[str, str, tuple[str, ...]]] = field(default_factory=Counter)

    def put(self, given: list[Record], now: datetime) -> list[Receipt]:
        return [self._put_one(each, now) for each in given]

    def _put_one(self, given: Record, now: datetime) -> Receipt:
        if given.snapshot_id in self.known:
            return Receipt.DUPLICATE
        self.known.add(given.snapshot_id)
        partition, alone = (given.dt, given.hour), len(given.data) > 1000 * KIB
        found = [each for each in self.waiting if each.partition == partition and not each.alone]
        if alone or not found or found[-1].size >= SMALL.size:
            found = [ModelBuffer(partition, now, alone)]
            self.waiting += found
        found[-1].ids.append(given.snapshot_id)
        found[-1].size += len(given.data)
        return Receipt.ACCEPTED

    def deliver(self, now: datetime, *, everything: bool = False) -> int:
        def due(buffer: ModelBuffer) -> bool:
            return everything or buffer.alone or buffer.size >= SMALL.size or buffer.since <= now - SMALL.interval

        going = [buffer for buffer in self.waiting if due(buffer)]
        self.waiting = [buffer for buffer in self.waiting if not due(buffer)]
        self.objects.update((*buffer.partition, tuple(buffer.ids)) for buffer in going)
        return len(going)


class StreamAgainstModel(RuleBasedStateMachine):
    @initialize()
    def start(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="millrace-"))
        self.lake = SpooledLake(self.folder)
        self.model = SpoolModel()
        self.crash_at: CommitPoint | None = None
        self.stream = self.lake.open(self.reached)

    def reached(self, point: CommitPoint) -> None:
        if point is self.crash_at:
            raise Crash

    @rule(given=PUTS)
    def put(self, given: list[Record]) -> None:
        now = self.lake.clock.now()
        assert self.stream.put(given) == self.model.put(given, now)
        self.model.deliver(now)

    @rule(given=PUTS, point=st.sampled_from(CRASHES))
    def put_and_crash(self, given: list[Record], point: CommitPoint) -> None:
        """After a crash at any point, the next process finds the whole put or nothing, and completes the flush."""
        now = self.lake.clock.now()
        self.crash_at = point
        with suppress(Crash):
            self.stream.put(given)
        if point is not CommitPoint.SPOOL_BEFORE_COMMIT:
            self.model.put(given, now)
        self.reopen()
        self.stream.recover()
        self.model.deliver(now)

    @rule(seconds=st.sampled_from([1, 100, 299, 300, 4000]))
    def time_passes(self, seconds: int) -> None:
        self.lake.clock.sleep(seconds)

    @rule(everything=st.booleans())
    def flush(self, everything: bool) -> None:
        expected = self.model.deliver(self.lake.clock.now(), everything=everything)
        assert self.stream.flush(everything=everything) == expected

    @rule()
    def reopen(self) -> None:
        self.crash_at = None
        self.lake.states[-1].close()
        self.stream = self.lake.open(self.reached)

    @rule()
    def close_and_reopen(self) -> None:
        self.stream.close()
        self.model.deliver(self.lake.clock.now(), everything=True)
        self.reopen()

    @invariant()
    def the_objects_are_the_models(self) -> None:
        found: Counter[tuple[str, str, tuple[str, ...]]] = Counter()
        for key, ids in self.lake.delivered().items():
            _, _, dt, hour, _ = key.split("/")
            found[dt.removeprefix("dt="), hour.removeprefix("hour="), tuple(ids)] += 1
        assert found == self.model.objects

    @invariant()
    def the_rest_is_in_flight(self) -> None:
        expected = sorted((buffer.partition[0], found) for buffer in self.model.waiting for found in buffer.ids)
        assert sorted((flight.dt, flight.snapshot_id) for flight in self.stream.in_flight()) == expected

    @invariant()
    def the_partitions_of_the_objects_are_touched(self) -> None:
        assert self.lake.touched() == sorted({dt for dt, _, _ in self.model.objects})

    def teardown(self) -> None:
        self.lake.close()
        shutil.rmtree(self.folder)


StreamAgainstModel.TestCase.settings = settings(max_examples=15, stateful_step_count=12, deadline=None)
TestStreamAgainstModel = StreamAgainstModel.TestCase
