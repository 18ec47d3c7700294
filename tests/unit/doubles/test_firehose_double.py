"""The double against the documented rules: otherwise what passes on it says nothing about the service."""

from __future__ import annotations

import base64
import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from millrace.clock import ManualClock
from millrace.firehose.batching import FIREHOSE
from millrace.firehose.stream_definition import StreamDefinition
from millrace.lake.local import LocalStorage
from tests.doubles.firehose import (
    MAX_BATCH_BYTES,
    MAX_RECORD_BYTES,
    MAX_RECORDS,
    CallRefused,
    FirehoseDouble,
    check_destination,
    java_time,
)

START = datetime(2024, 5, 30, 15, 59, 30, tzinfo=UTC)


class Made:
    def __init__(self, folder: Path, **changes: Any) -> None:
        self.storage, self.clock = LocalStorage(folder), ManualClock(START)
        destination = {**StreamDefinition("raw").destination("arn:bucket", "arn:role"), **changes}
        self.double = FirehoseDouble("raw", destination, self.storage, self.clock)

    def put(self, *lines: bytes) -> None:
        self.double.put_record_batch(lines)

    def objects(self) -> dict[str, bytes]:
        return {found.key: self.storage.get(found.key) for found in self.storage.list("")}


def line(dt: str = "2024-05-30", hour: str = "08", size: int = 0) -> bytes:
    return json.dumps({"source": "taxi", "dt": dt, "hour": hour, "payload": "x" * size}).encode() + b"\n"


def test_its_limits_are_those_that_batches_are_cut_by() -> None:
    assert (FIREHOSE.records, FIREHOSE.batch_bytes) == (MAX_RECORDS, MAX_BATCH_BYTES)
    assert FIREHOSE.record_bytes == MAX_RECORD_BYTES


@pytest.mark.parametrize(
    "lines", [[], [b"x"] * 501, [b"x" * 1_024_001], [b"x" * 1_000_000] * 5], ids=["none", "501", "large", "5 MB"]
)
def test_a_call_beyond_the_limits_is_refused_whole(tmp_path: Path, lines: list[bytes]) -> None:
    made = Made(tmp_path)
    with pytest.raises(CallRefused):
        made.put(*lines)
    made.double.deliver(everything=True)
    assert made.objects() == {}


def test_a_buffer_is_delivered_when_it_is_old_and_each_partition_has_one(tmp_path: Path) -> None:
    made = Made(tmp_path)
    made.put(line(), line(hour="09"), line())
    made.clock.sleep(299)
    assert made.double.deliver() == 0
    made.clock.sleep(1)
    assert made.double.deliver() == 2
    found = {key.rpartition("/")[0]: gzip.decompress(data) for key, data in made.objects().items()}
    assert found == {"raw/taxi/dt=2024-05-30/hour=08": line() * 2, "raw/taxi/dt=2024-05-30/hour=09": line(hour="09")}


def test_a_buffer_is_delivered_when_it_has_its_size_before_compression(tmp_path: Path) -> None:
    made = Made(tmp_path)
    for _ in range(63):
        made.put(line(size=1_000_000))
    assert made.objects() == {}
    for _ in range(5):
        made.put(line(size=1_000_000))
    assert len(made.objects()) == 1


def test_an_object_is_named_by_stream_version_arrival_and_a_random_part(tmp_path: Path) -> None:
    made = Made(tmp_path)
    made.put(line())
    made.clock.sleep(100)
    made.double.deliver(everything=True)
    name = next(iter(made.objects())).rpartition("/")[2]
    assert name.startswith("raw-1-2024-05-30-15-59-30-")
    assert name.endswith(".json.gz")


@pytest.mark.parametrize("bad", [b"not json\n", b'{"source": "taxi", "dt": null, "hour": "08"}\n', b"\xff\n", b"[1]\n"])
def test_a_record_without_partition_keys_is_kept_under_the_error_prefix(tmp_path: Path, bad: bytes) -> None:
    made = Made(tmp_path)
    made.put(line(), bad)
    made.double.deliver(everything=True)
    errors = {key: data for key, data in made.objects().items() if key.startswith("delivery_errors/")}
    ((key, data),) = errors.items()
    assert key.startswith("delivery_errors/metadata-extraction-failed/dt=2024-05-30/")
    assert base64.b64decode(json.loads(gzip.decompress(data))["rawData"]) == bad
    assert len(made.objects()) == 2


def test_beyond_500_active_partitions_records_go_to_the_error_prefix(tmp_path: Path) -> None:
    made = Made(tmp_path)
    days = [(datetime(2020, 1, 1) + timedelta(days=day)).strftime("%Y-%m-%d") for day in range(501)]  # noqa: DTZ001
    made.put(*[line(dt=day) for day in days[:500]])
    made.put(line(dt=days[500]), line(dt=days[0]))
    made.double.deliver(everything=True)
    assert len([key for key in made.objects() if key.startswith("raw/")]) == 500
    assert len([key for key in made.objects() if key.startswith("delivery_errors/activePartitionExceeded/")]) == 1


def test_times_in_a_prefix_are_those_of_the_oldest_record_in_the_streams_zone(tmp_path: Path) -> None:
    made = Made(
        tmp_path,
        Prefix="p/!{timestamp:yyyy/MM/dd'T'HH}/!{partitionKeyFromQuery:dt}/!{firehose:random-string}/",
        CustomTimeZone="Asia/Singapore",
    )
    made.put(line())
    made.clock.sleep(120)
    made.put(line())
    made.double.deliver(everything=True)
    ((key, _),) = made.objects().items()
    assert key.startswith("p/2024/05/30T23/2024-05-30/")
    assert len(key.split("/")[5]) == 11


def test_the_delimiter_is_appended_to_each_record(tmp_path: Path) -> None:
    destination = StreamDefinition("raw", delimiter="\\n").destination("arn:bucket", "arn:role")
    made = Made(tmp_path, ProcessingConfiguration=destination["ProcessingConfiguration"])
    made.put(line().rstrip(), line().rstrip())
    made.double.deliver(everything=True)
    ((_, data),) = made.objects().items()
    assert gzip.decompress(data) == line() * 2


def test_java_patterns() -> None:
    assert java_time("yyyy-MM-dd'at'HH''", START) == "2024-05-30at15'"
    with pytest.raises(ValueError, match="not known"):
        java_time("QQ", START)


@pytest.mark.parametrize(
    "changes",
    [
        {"BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 300}},
        {"BufferingHints": {"SizeInMBs": 64, "IntervalInSeconds": 30}},
        {"ErrorOutputPrefix": "errors/!{timestamp:yyyy}/"},
        {"ErrorOutputPrefix": "errors/!{partitionKeyFromQuery:dt}/!{firehose:error-output-type}/"},
        {"FileExtension": "json"},
    ],
)
def test_a_destination_that_the_service_would_not_create_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"buffers|error prefix|partition keys|extension"):
        check_destination({**StreamDefinition("raw").destination("arn:bucket", "arn:role"), **changes})


def test_botocore_takes_the_stream_definition() -> None:
    from botocore.session import Session
    from botocore.validate import ParamValidator

    shape = Session().get_service_model("firehose").operation_model("CreateDeliveryStream").input_shape
    assert shape
    call = {
        "DeliveryStreamName": "raw",
        "DeliveryStreamType": "DirectPut",
        "ExtendedS3DestinationConfiguration": StreamDefinition("raw").destination("arn:aws:s3:::b", "arn:aws:iam::1:r"),
    }
    assert not ParamValidator().validate(call, shape).has_errors()
