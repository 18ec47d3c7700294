"""What a bucket holds, as S3 answers: in parts, with errors of single versions, and while somebody writes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from millrace.errors import RetryLater, ServiceRefused
from millrace.infra.deployment.bucket_contents import BucketContents, ContentCount


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "DeleteBucket")


@dataclass
class VersionedBucket:
    """S3 with one bucket. `locked`: versions that it does not delete; `late`: what is written before it is removed."""

    versions: list[str]
    markers: list[str] = field(default_factory=list)
    locked: Mapping[str, str] = field(default_factory=dict)
    late: str = ""
    is_there: bool = True
    calls: list[int] = field(default_factory=list)

    def get_bucket_tagging(self, **given: Any) -> Any:
        assert given["ExpectedBucketOwner"] == "123456789012"
        raise refusal("NoSuchTagSet" if self.is_there else "NoSuchBucket")

    def list_object_versions(self, MaxKeys: int = 1_000, **_: Any) -> Any:  # noqa: N803 - boto3's names
        page = self.versions[:MaxKeys]
        markers = self.markers[: MaxKeys - len(page)]
        size = [{"Key": one, "VersionId": "1", "Size": 3} for one in page]
        return {"Versions": size, "DeleteMarkers": [{"Key": one, "VersionId": "2"} for one in markers]}

    def get_paginator(self, _: str) -> Any:
        bucket = self

        class AllPages:
            def paginate(self, **_: Any) -> Iterator[Any]:
                yield bucket.list_object_versions(MaxKeys=10**9)

        return AllPages()

    def delete_objects(self, Delete: Any, **_: Any) -> Any:  # noqa: N803 - boto3's names
        keys = {one["Key"] for one in Delete["Objects"]}
        self.calls.append(len(Delete["Objects"]))
        self.versions = [one for one in self.versions if one not in keys or one in self.locked]
        self.markers = [one for one in self.markers if one not in keys]
        errors = [{"Key": one, "Code": self.locked[one], "Message": "no"} for one in keys if one in self.locked]
        return {"Errors": errors} if errors else {}

    def delete_bucket(self, **_: Any) -> None:
        if self.late:
            raise refusal("BucketNotEmpty")
        self.is_there = False


def contents(bucket: VersionedBucket) -> BucketContents:
    return BucketContents(cast(Any, bucket), "lake", "123456789012")


def test_versions_and_markers_are_counted_and_deleted_a_thousand_a_call() -> None:
    bucket = VersionedBucket([f"k{number}" for number in range(1_500)], ["gone"])
    told: list[int] = []

    assert contents(bucket).count(told.append) == ContentCount(1_501, 4_500)
    contents(bucket).delete(told.append)

    assert (bucket.calls, told, bucket.is_there) == ([1_000, 501], [1_000, 1_501], False)


def test_a_bucket_that_is_gone_is_no_error() -> None:
    contents(VersionedBucket([], is_there=False)).delete(lambda _: None)


def test_what_is_locked_is_said_once_the_rest_is_deleted() -> None:
    bucket = VersionedBucket(["a", "b", "c"], locked={"b": "AccessDenied"})

    with pytest.raises(ServiceRefused, match=r"permission s3:DeleteObjectVersion is missing for s3://lake"):
        contents(bucket).delete(lambda _: None)

    assert (bucket.versions, bucket.is_there) == (["b"], True)


def test_what_is_written_meanwhile_is_said() -> None:
    with pytest.raises(RetryLater, match="something is still written to s3://lake"):
        contents(VersionedBucket(["a"], late="b")).delete(lambda _: None)
