"""Result objects in S3: read to their end over connections that break, or not at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from millrace.athena_sql.engines.athena.result_objects import S3ResultObjects
from millrace.errors import LakeError

pytest.importorskip("botocore", reason="boto3 is not installed (millrace[aws])")
from botocore.exceptions import IncompleteReadError

DATA = bytes(range(256)) * 40


@dataclass
class BreakingS3:
    """An S3 of one object, whose connections break after so many bytes each; then they hold."""

    breaks: list[int]
    asked: list[dict[str, Any]] = field(default_factory=list)

    def get_object(self, **call: Any) -> dict[str, Any]:
        self.asked.append(call)
        start = int(re.sub(r"\D", "", call.get("Range", "0")))
        rest = DATA[start:]
        body = BreakingBody(rest, self.breaks.pop(0) if self.breaks else len(rest))
        return {"ContentLength": len(rest), "ETag": '"tag"', "Body": body}


@dataclass
class BreakingBody:
    data: bytes
    whole: int

    def iter_chunks(self, size: int) -> Iterator[bytes]:
        if self.whole:
            yield self.data[: self.whole]
        if self.whole < len(self.data):
            raise IncompleteReadError(actual_bytes=self.whole, expected_bytes=len(self.data))


def read(s3: BreakingS3) -> bytes:
    return b"".join(S3ResultObjects(s3).chunks("s3://bucket/results/q-1.csv"))  # type: ignore[arg-type]


def test_a_connection_that_breaks_is_taken_up_where_it_broke() -> None:
    s3 = BreakingS3([1000, 0, 500])
    assert read(s3) == DATA
    assert [call.get("Range") for call in s3.asked] == [None, "bytes=1000-", "bytes=1000-", "bytes=1500-"]
    assert {call.get("IfMatch") for call in s3.asked[1:]} == {'"tag"'}  # the same object, not one written meanwhile
    assert {(call["Bucket"], call["Key"]) for call in s3.asked} == {("bucket", "results/q-1.csv")}


def test_one_that_only_breaks_ends() -> None:
    with pytest.raises(LakeError, match=r"broke off after 1,000 bytes"):
        read(BreakingS3([1000, *[0] * 20]))
