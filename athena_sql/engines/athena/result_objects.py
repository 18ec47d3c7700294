"""Result objects: the CSV file that Athena writes for each SELECT, read in chunks.

GetQueryResults gives the same texts at 1,000 rows a call; whoever may call it may read the object too (Athena user
guide, "Access to Athena", GetQueryResults: s3:GetObject for the result's location).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from millrace.aws.calls import translated
from millrace.errors import LakeError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_CHUNK = 1 << 18
_TRIES = 5  # one after the other, without a byte between them


class ResultObjects(Protocol):
    """The objects below Athena's output locations."""

    def chunks(self, address: str) -> Iterator[bytes]:
        """The object's bytes. Raises LakeError when it cannot be read to its end."""
        ...


@dataclass(frozen=True)
class S3ResultObjects:
    """The ResultObjects port on S3. A connection that breaks is taken up again where it broke."""

    client: S3Client

    def chunks(self, address: str) -> Iterator[bytes]:
        bucket, _, key = address.removeprefix("s3://").partition("/")
        begun: Any = {}
        read = failures = 0
        while failures < _TRIES:
            with translated("s3", address):
                answer: Any = self.client.get_object(Bucket=bucket, Key=key, **begun)
            size = read + answer["ContentLength"]
            for chunk in _until_broken(answer["Body"]):
                read, failures = read + len(chunk), 0
                yield chunk
            if read == size:
                return
            failures += 1
            begun = {"Range": f"bytes={read}-", "IfMatch": answer["ETag"]}
        raise LakeError(f"the result {address} broke off after {read:,} bytes.", hint="Run the query again.")


def _until_broken(body: Any) -> Iterator[bytes]:
    from botocore.exceptions import IncompleteReadError, ReadTimeoutError, ResponseStreamingError

    try:
        yield from body.iter_chunks(_CHUNK)
    except (IncompleteReadError, ReadTimeoutError, ResponseStreamingError):
        return
