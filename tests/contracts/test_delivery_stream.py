"""The contract of the delivery stream. A new adapter is one entry in ADAPTERS."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from millrace.clock import ManualClock
from millrace.errors import DeliveryError
from millrace.firehose.batching import KIB
from millrace.firehose.firehose_stream import FirehoseDeliveryStream
from millrace.firehose.local_spool import Buffering
from millrace.firehose.ports import DeliveryStream, Receipt
from millrace.firehose.stream_definition import StreamDefinition
from millrace.lake.local import LocalStorage
from tests.doubles.firehose import FirehoseDouble
from tests.doubles.firehose_server import FirehoseServer
from tests.unit.firehose.spooling import START, SpooledLake, delivered, record, records

ACCEPTED, DUPLICATE = Receipt.ACCEPTED, Receipt.DUPLICATE
KEY = re.compile(
    r"raw/[^/]+/dt=\d{4}-\d\d-\d\d/hour=\d\d/"
    r"(raw-\d{8}T\d{6}Z-[0-9a-f]{8}|raw-1-\d{4}(-\d\d){5}-[0-9a-f-]{36}|[a-z]+-\d{8})\.json\.gz"
)


@dataclass
class Delivery:
    """`open` gives the stream of a new process; `delivered` delivers all and gives the snapshot_ids by object key."""

    open: Callable[[], DeliveryStream]
    delivered: Callable[[], dict[str, list[str]]]
    close: Callable[[], None]
    knows_duplicates: bool


def local(folder: Path) -> Delivery:
    lake = SpooledLake(folder, buffering=Buffering(size=64 * KIB, interval=timedelta(seconds=300)))
    return Delivery(lake.open, lake.delivered, lake.close, True)


def firehose(folder: Path) -> Delivery:
    """boto3's client and the Firehose double, over HTTP."""
    storage, clock = LocalStorage(folder), ManualClock(START)
    double = FirehoseDouble("raw", StreamDefinition("raw").destination("arn:bucket", "arn:role"), storage, clock)
    server = FirehoseServer(double)

    def arrived() -> dict[str, list[str]]:
        double.deliver(everything=True)
        return delivered(storage)

    def opened() -> FirehoseDeliveryStream:
        return FirehoseDeliveryStream(server.client(), "raw", storage, clock)

    return Delivery(opened, arrived, server.close, False)


ADAPTERS = {"local": local, "firehose": firehose}


@pytest.fixture(params=ADAPTERS)
def delivery(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Delivery]:
    made = ADAPTERS[request.param](tmp_path)
    yield made
    made.close()


def delivered_ids(delivery: Delivery) -> list[str]:
    return [found for ids in delivery.delivered().values() for found in ids]


def test_each_record_has_one_receipt_in_order(delivery: Delivery) -> None:
    stream = delivery.open()
    again = DUPLICATE if delivery.knows_duplicates else ACCEPTED
    assert stream.put([record(1), record(2), record(1)]) == [ACCEPTED, ACCEPTED, again]
    assert stream.put([record(3), record(2)]) == [ACCEPTED, again]
    assert stream.put([]) == []


def test_after_close_every_record_is_in_exactly_one_object(delivery: Delivery) -> None:
    stream = delivery.open()
    for start in range(0, 100, 10):
        stream.put(records(range(start, start + 10), size=2000))
    stream.close()
    assert sorted(delivered_ids(delivery)) == [record(number).snapshot_id for number in range(100)]


def test_each_object_holds_one_partition_in_the_order_of_acceptance(delivery: Delivery) -> None:
    stream = delivery.open()
    stream.put([record(3, hour="07"), record(1), record(2), record(4, dt="2023-12-31"), record(5, source="polls")])
    stream.put([record(0), record(6, hour="07")])
    stream.close()
    found = {key.rpartition("/")[0]: ids for key, ids in delivery.delivered().items()}
    assert found == {
        "raw/polls/dt=2024-05-30/hour=08": ["polls-00000005"],
        "raw/taxi/dt=2023-12-31/hour=08": ["taxi-00000004"],
        "raw/taxi/dt=2024-05-30/hour=07": ["taxi-00000003", "taxi-00000006"],
        "raw/taxi/dt=2024-05-30/hour=08": ["taxi-00000001", "taxi-00000002", "taxi-00000000"],
    }
    assert all(KEY.fullmatch(key) for key in delivery.delivered())


def test_a_put_beyond_the_limits_of_a_batch_is_accepted_whole(delivery: Delivery) -> None:
    stream = delivery.open()
    assert stream.put(records(range(501))) == [ACCEPTED] * 501
    assert stream.put(records(range(501, 511), size=900 * KIB)) == [ACCEPTED] * 10
    stream.close()
    assert len(set(delivered_ids(delivery))) == len(delivered_ids(delivery)) == 511


def test_an_oversize_record_gets_an_object_of_its_own(delivery: Delivery) -> None:
    stream = delivery.open()
    assert stream.put([record(1), record(2, size=5 * 1024 * KIB), record(3)]) == [ACCEPTED] * 3
    stream.close()
    found = delivery.delivered()
    assert found.pop("raw/taxi/dt=2024-05-30/hour=08/taxi-00000002.json.gz") == ["taxi-00000002"]
    assert sorted(ids for rest in found.values() for ids in rest) == ["taxi-00000001", "taxi-00000003"]


def test_after_an_error_no_record_of_the_call_is_taken(delivery: Delivery) -> None:
    stream = delivery.open()
    spoilt = record(2)
    object.__setattr__(spoilt, "dt", "no/date")
    with pytest.raises(DeliveryError):
        stream.put([record(1), spoilt])
    stream.close()
    assert delivery.delivered() == {}
    assert stream.put([record(1)]) == [ACCEPTED]


def test_a_new_process_continues_where_the_last_one_stopped(delivery: Delivery) -> None:
    delivery.open().put([record(1), record(2)])
    stream = delivery.open()
    if delivery.knows_duplicates:
        assert stream.put([record(1)]) == [DUPLICATE]
    stream.put([record(3)])
    stream.close()
    assert set(delivered_ids(delivery)) == {"taxi-00000001", "taxi-00000002", "taxi-00000003"}
    if delivery.knows_duplicates:
        assert delivery.open().put([record(1)]) == [DUPLICATE], "known also after its delivery"
