"""The storage on a bucket, as far as it is S3's own; the rest is in the storage contract."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from millrace.clock import ManualClock
from millrace.errors import LakeError, ServiceBusy, ServiceRefused, WrongLakeKind
from millrace.lake.kind import kind_of, open_lake
from millrace.lake.s3 import S3Storage
from millrace.time_keys import from_stored
from tests.contracts import aws
from tests.doubles.spy import Spy, answer

AT = from_stored("2024-05-30 04:30:00")


@pytest.fixture
def bucket() -> str:
    name = f"t{uuid.uuid4().hex}"
    aws.clients().s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": aws.REGION})
    return name


@pytest.fixture
def spy(bucket: str) -> Spy:
    return Spy(aws.clients().s3)


def storage(spy: Spy, bucket: str, prefix: str = "", **options: Any) -> S3Storage:
    return S3Storage(spy, bucket, prefix, sleep=lambda _: None, **options)  # type: ignore[arg-type]


def keys_in(bucket: str) -> list[str]:
    return [one["Key"] for one in aws.clients().s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


def test_lakes_of_one_bucket_do_not_see_each_other(spy: Spy, bucket: str) -> None:
    one, other = storage(spy, bucket, "lakes/a"), storage(spy, bucket, "lakes/ab")
    one.put("raw/x", b"1")
    other.put("raw/y", b"2")
    assert keys_in(bucket) == ["lakes/a/raw/x", "lakes/ab/raw/y"]
    assert [found.key for found in one.list("")] == ["raw/x"]
    assert one.location("raw/x") == f"s3://{bucket}/lakes/a/raw/x"
    assert storage(spy, bucket).location("raw/") == f"s3://{bucket}/raw/"


def test_a_large_object_is_sent_in_parts_and_a_small_one_at_once(bucket: str) -> None:
    parts: list[str] = []
    client = aws.clients_of(aws.settings()).s3
    client.meta.events.register("before-call.s3.*", lambda model, **_: parts.append(model.name))
    lake = S3Storage(client, bucket)
    large = bytes(range(256)) * 4096 * 17  # 17 MiB
    lake.put("raw/large", large)
    assert parts == ["CreateMultipartUpload", "UploadPart", "UploadPart", "UploadPart", "CompleteMultipartUpload"]
    assert lake.get("raw/large") == large
    parts.clear()
    lake.put("raw/small", b"x" * 1000)
    assert parts == ["PutObject"]


def test_of_two_processes_that_mark_a_lake_the_first_wins(spy: Spy, bucket: str) -> None:
    """The second one looks before the marker exists, and writes after it exists."""
    lake = storage(spy, bucket)
    late = Spy(aws.clients().s3)

    def put_after_the_other(put: Any, **arguments: Any) -> Any:
        open_lake(lake, "live", ManualClock(AT))
        return put(**arguments)

    late.instead["put_object"] = put_after_the_other
    with pytest.raises(WrongLakeKind, match="holds live data"):
        open_lake(storage(late, bucket), "simulated", ManualClock(AT))
    assert kind_of(lake) == "live"


def test_a_conflict_of_conditional_writes_is_retried(spy: Spy, bucket: str) -> None:
    conflicts = [answer("ConditionalRequestConflict", operation="PutObject")] * 2

    def put(real: Any, **arguments: Any) -> Any:
        if conflicts:
            raise conflicts.pop()
        return real(**arguments)

    spy.instead["put_object"] = put
    assert storage(spy, bucket).create("lake.json", b"{}")
    conflicts += [answer("ConditionalRequestConflict", operation="PutObject")] * 9
    with pytest.raises(ServiceBusy):
        storage(spy, bucket).create("other.json", b"{}")


def test_a_listing_reads_all_pages_and_leaves_out_console_folders(bucket: str) -> None:
    client = aws.clients_of(aws.settings()).s3
    client.meta.events.register("before-parameter-build.s3.ListObjectsV2", lambda params, **_: params.update(MaxKeys=7))
    lake = S3Storage(client, bucket)
    client.put_object(Bucket=bucket, Key="raw/taxi/", Body=b"")
    for number in range(20):
        lake.put(f"raw/taxi/{number:04d}", b"")
    assert [found.key for found in lake.list("raw/taxi/")] == [f"raw/taxi/{number:04d}" for number in range(20)]


def test_deletes_go_a_thousand_at_a_time(spy: Spy, bucket: str) -> None:
    storage(spy, bucket).delete(f"staging/t/{number}" for number in range(2001))
    assert [len(call["Delete"]["Objects"]) for call in spy.of("delete_objects")] == [1000, 1000, 1]


@pytest.mark.parametrize("key", ["raw/taxi/dt=1/a", "quarantine/taxi/a", "ops/failed/a", "lake.json", "stagingx/a"])
def test_an_object_that_is_kept_for_ever_stops_the_deletion_of_its_batch(spy: Spy, bucket: str, key: str) -> None:
    lake = storage(spy, bucket)
    for held in (key, "staging/t/a"):
        lake.put(held, b"x")
    with pytest.raises(
        LakeError, match="is not deleted: Millrace deletes only below staging/, prod/, exports/, reports/, ops/state/"
    ):
        lake.delete(["staging/t/a", key])
    assert keys_in(bucket) == sorted([key, "staging/t/a"])


def _errors(of: dict[str, str], times: int) -> Any:
    """The keys in `of` are refused with their codes in the first `times` calls; others are deleted."""
    left = [times]

    def delete(real: Any, Bucket: str, Delete: Any) -> Any:  # noqa: N803
        asked = [one["Key"] for one in Delete["Objects"]]
        refused = [key for key in asked if key in of and left[0] > 0]
        left[0] -= 1
        if gone := [{"Key": key} for key in asked if key not in refused]:
            real(Bucket=Bucket, Delete={"Objects": gone})
        return {"Errors": [{"Key": key, "Code": of[key], "Message": "We say no."} for key in refused]}

    return delete


def test_only_the_keys_that_s3_was_too_busy_for_are_deleted_again(spy: Spy, bucket: str) -> None:
    lake = storage(spy, bucket, "lake")
    for key in ("prod/a", "prod/b", "prod/c"):
        lake.put(key, b"x")
    spy.instead["delete_objects"] = _errors({"lake/prod/b": "InternalError", "lake/prod/c": "SlowDown"}, times=2)
    lake.delete(["prod/a", "prod/b", "prod/c"])
    assert keys_in(bucket) == []
    asked = [[one["Key"] for one in call["Delete"]["Objects"]] for call in spy.of("delete_objects")]
    assert asked == [["lake/prod/a", "lake/prod/b", "lake/prod/c"], *[["lake/prod/b", "lake/prod/c"]] * 2]


def test_an_object_that_s3_refuses_to_delete_is_named(spy: Spy, bucket: str) -> None:
    lake = storage(spy, bucket)
    for key in ("prod/a", "prod/b"):
        lake.put(key, b"x")
    spy.instead["delete_objects"] = _errors({"prod/b": "AccessDenied"}, times=1)
    with pytest.raises(LakeError, match=rf"cannot delete s3://{bucket}/prod/b: AccessDenied: We say no\."):
        lake.delete(["prod/a", "prod/b"])
    spy.instead["delete_objects"] = _errors({"prod/b": "SlowDown"}, times=99)
    with pytest.raises(ServiceBusy, match="too busy to delete 1 objects"):
        lake.delete(["prod/b"])


def test_a_missing_bucket_and_a_denied_call_are_clear_errors(spy: Spy) -> None:
    with pytest.raises(ServiceRefused, match="there is no bucket for s3://nowhere/raw/a"):
        storage(spy, "nowhere").put("raw/a", b"x")

    def denied(*_: Any, **__: Any) -> Any:
        raise answer("AccessDenied", "Access Denied", "GetObject")

    spy.instead["get_object"] = denied
    with pytest.raises(ServiceRefused, match="permission s3:GetObject is missing for s3://nowhere/raw/a"):
        storage(spy, "nowhere").get("raw/a")
