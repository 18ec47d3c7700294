"""Faults between a poll and Firehose. The client is boto3's, the service is the double."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from millrace.clock import ManualClock
from millrace.errors import DeliveryError, LakeError
from millrace.firehose.batching import KIB, MIB
from millrace.firehose.firehose_stream import FirehoseDeliveryStream, default_policy
from millrace.firehose.ports import Receipt, Record
from millrace.firehose.stream_definition import StreamDefinition
from millrace.lake.local import LocalStorage
from tests.doubles.firehose import CallRefused, FirehoseDouble
from tests.doubles.firehose_server import FirehoseServer
from tests.unit.firehose.spooling import START, delivered, record, records


class ReadOnlyLake(LocalStorage):
    def put(self, key: str, data: bytes) -> None:
        raise LakeError(f"cannot write {key}: access denied.")


@dataclass
class StreamBench:
    double: FirehoseDouble
    server: FirehoseServer
    storage: LocalStorage
    clock: ManualClock

    def stream(self, storage: LocalStorage | None = None, name: str = "raw") -> FirehoseDeliveryStream:
        return FirehoseDeliveryStream(
            self.server.client(),
            name,
            storage or self.storage,
            self.clock,
            policy=default_policy(lambda: 1.0),
            timer=lambda: self.clock.now().timestamp(),
        )

    def straight(self) -> list[str]:
        """The snapshot_ids that are in the lake before the stream has delivered anything."""
        return sorted(one for ids in delivered(self.storage).values() for one in ids)

    def all(self) -> Counter[str]:
        self.double.deliver(everything=True)
        return Counter(one for ids in delivered(self.storage).values() for one in ids)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[StreamBench]:
    storage, clock = LocalStorage(tmp_path), ManualClock(START)
    double = FirehoseDouble("raw", StreamDefinition("raw").destination("arn:bucket", "arn:role"), storage, clock)
    server = FirehoseServer(double)
    yield StreamBench(double, server, storage, clock)
    server.close()


def times(count: int, fault: Callable[[Sequence[bytes]], set[int]]) -> Callable[[Sequence[bytes]], set[int]]:
    """A fault for the first `count` calls only."""
    left = count

    def one(taken: Sequence[bytes]) -> set[int]:
        nonlocal left
        left -= 1
        return fault(taken) if left >= 0 else set()

    return one


def throttled(_: Sequence[bytes]) -> set[int]:
    raise CallRefused("ServiceUnavailableException", "Slow down.", status=503)


def counted(given: Sequence[Record]) -> Counter[str]:
    return Counter(one.snapshot_id for one in given)


@pytest.mark.parametrize("position", range(5))
def test_after_a_partial_failure_only_the_failed_records_are_sent_again(bench: StreamBench, position: int) -> None:
    bench.double.fault = times(1, lambda _: {position})
    given = records(range(5))
    assert bench.stream().put(given) == [Receipt.ACCEPTED] * 5
    assert bench.double.calls == [5, 1]
    assert bench.all() == counted(given)


def test_failed_records_are_sent_again_until_all_are_taken(bench: StreamBench) -> None:
    bench.double.fault = times(3, lambda taken: set(range(1, len(taken))))
    given = records(range(6))
    bench.stream().put(given)
    assert bench.double.calls == [6, 5, 4, 3]
    assert bench.all() == counted(given)


def test_between_two_tries_it_waits_longer_each_time(bench: StreamBench) -> None:
    bench.double.fault = times(3, throttled)
    bench.stream().put([record(1)])
    assert (bench.clock.now() - START).total_seconds() == pytest.approx(0.2 + 0.4 + 0.8)
    assert bench.all() == {"taxi-00000001": 1}


def test_a_record_that_the_stream_keeps_refusing_goes_straight_to_the_lake(bench: StreamBench) -> None:
    bench.double.fault = lambda taken: {n for n, line in enumerate(taken) if b"taxi-00000002" in line}
    given = records(range(4))
    assert bench.stream().put(given) == [Receipt.ACCEPTED] * 4
    assert bench.double.calls == [4, 1, 1, 1, 1]
    assert bench.straight() == ["taxi-00000002"]
    assert "raw/taxi/dt=2024-05-30/hour=08/taxi-00000002.json.gz" in delivered(bench.storage)
    assert bench.all() == counted(given)


def test_a_stream_that_is_throttled_for_long_loses_nothing(bench: StreamBench) -> None:
    bench.double.fault = throttled
    given = records(range(3))
    assert bench.stream().put(given) == [Receipt.ACCEPTED] * 3
    assert len(bench.double.calls) == 5
    assert bench.straight() == sorted(counted(given))


def test_a_stream_that_does_not_exist_is_called_once(bench: StreamBench) -> None:
    assert bench.stream(name="other").put([record(1)]) == [Receipt.ACCEPTED]
    assert bench.clock.now() == START
    assert bench.straight() == ["taxi-00000001"]


def test_a_lost_answer_may_duplicate_a_record_and_never_loses_one(bench: StreamBench) -> None:
    lost = iter([True, False])
    bench.server.loses_answer = lambda: next(lost)
    bench.stream().put(records(range(3)))
    assert bench.all() == dict.fromkeys(counted(records(range(3))), 2)


def test_501_records_are_two_calls(bench: StreamBench) -> None:
    given = records(range(501))
    bench.stream().put(given)
    assert bench.double.calls == [500, 1]
    assert bench.all() == counted(given)


def test_four_mib_and_a_byte_are_two_calls(bench: StreamBench) -> None:
    given = [*records(range(4), size=1000 * KIB), record(4, size=4 * MIB - 4 * 1000 * KIB + 1)]
    bench.stream().put(given)
    assert bench.double.calls == [4, 1]
    assert bench.all() == counted(given)


def test_four_mib_are_one_call(bench: StreamBench) -> None:
    bench.stream().put([*records(range(4), size=1000 * KIB), record(4, size=4 * MIB - 4 * 1000 * KIB)])
    assert bench.double.calls == [5]


def test_a_record_over_the_limit_goes_straight_to_the_lake(bench: StreamBench) -> None:
    given = [record(1), record(2, size=1000 * KIB + 1), record(3)]
    bench.stream().put(given)
    assert bench.double.calls == [2]
    assert bench.straight() == ["taxi-00000002"]
    assert bench.all() == counted(given)


def test_when_the_lake_refuses_too_the_error_names_the_records_that_are_not_durable(
    bench: StreamBench, tmp_path: Path
) -> None:
    bench.double.fault = lambda taken: {n for n, line in enumerate(taken) if b"taxi-00000002" in line}
    with pytest.raises(DeliveryError) as raised:
        bench.stream(ReadOnlyLake(tmp_path)).put(records(range(4)))
    assert "taxi-00000002" in str(raised.value)
    assert "access denied" in str(raised.value)
    assert "taxi-00000001" not in str(raised.value)
    assert set(bench.all()) == {"taxi-00000000", "taxi-00000001", "taxi-00000003"}


def test_an_unreachable_service_loses_nothing(bench: StreamBench) -> None:
    stream = bench.stream()
    bench.server.close()
    assert stream.put([record(1)]) == [Receipt.ACCEPTED]
    assert bench.straight() == ["taxi-00000001"]
