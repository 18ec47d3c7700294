"""The storage port on a bucket, or on a prefix of one.

An object is durable when S3 acknowledges it, and every reader then gets the newest object (S3 user guide, "Amazon S3
data consistency model"), so to seal an object is to check that it exists.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC
from io import BytesIO, RawIOBase
from typing import TYPE_CHECKING, Any

from millrace.aws.calls import code_of, in_batches, translated
from millrace.errors import LakeError, ObjectMissing, ServiceBusy
from millrace.lake.keys import EXPORTS, PROD, REPORTS, STAGING, STATE_OBJECTS
from millrace.lake.storage import ObjectInfo, checked, is_utf8

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Raw objects, quarantine and ops are kept for ever: Millrace never removes one. Only the state table's texts in ops go.
REMOVABLE = (f"{STAGING}/", f"{PROD}/", f"{EXPORTS}/", f"{REPORTS}/", STATE_OBJECTS)

_MULTIPART = 8 * 1024 * 1024  # bytes from which boto3's own transfers send an object in parts
_DELETE_BATCH = 1000  # keys in one DeleteObjects
_TRANSIENT = {"InternalError", "SlowDown", "ServiceUnavailable", "OperationAborted"}
_WAITS = (0.2, 1.0, 3.0)  # seconds before each retry of a call that S3 was too busy for


class S3Storage:
    """`prefix`: the lake's root in the bucket, without slashes around it; empty for the bucket itself.

    `removable`: the prefixes of the keys that `delete` accepts; it raises LakeError for others.
    """

    def __init__(
        self,
        client: S3Client,
        bucket: str,
        prefix: str = "",
        *,
        removable: Sequence[str] = REMOVABLE,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client, self._bucket = client, bucket
        self._root = f"{prefix}/" if prefix else ""
        self._removable = tuple(removable)
        self._sleep = sleep

    def put(self, key: str, data: bytes) -> None:
        full = self._full(key)
        with translated("s3", self.location(key)):
            if len(data) > _MULTIPART:  # in parts; a failed upload is aborted and leaves no object
                self._client.upload_fileobj(BytesIO(data), self._bucket, full)
            else:
                self._client.put_object(Bucket=self._bucket, Key=full, Body=data)

    def put_chunks(self, key: str, chunks: Iterable[bytes]) -> None:
        from boto3.s3.transfer import TransferConfig

        # one part at a time, in this thread: with threads, ten parts would be in memory
        config = TransferConfig(multipart_threshold=_MULTIPART, multipart_chunksize=_MULTIPART, use_threads=False)
        with translated("s3", self.location(key)):
            source: Any = _Readable(chunks)
            self._client.upload_fileobj(source, self._bucket, self._full(key), Config=config)

    def create(self, key: str, data: bytes) -> bool:
        """As the port says. When an answer is lost, the retry finds the object of the first request: False."""
        from botocore.exceptions import ClientError

        full = self._full(key)
        for wait in (*_WAITS, None):
            with translated("s3", self.location(key)):
                try:
                    self._client.put_object(Bucket=self._bucket, Key=full, Body=data, IfNoneMatch="*")
                    return True
                except ClientError as error:
                    if code_of(error) in ("PreconditionFailed", "412"):
                        return False
                    # Another conditional write, or a delete, of the same key was in progress: S3 asks for a retry.
                    if code_of(error) != "ConditionalRequestConflict" or wait is None:
                        raise
            self._sleep(wait)
        raise AssertionError("the last try returns or raises")

    def get(self, key: str) -> bytes:
        full = self._full(key)
        with translated("s3", self.location(key)):
            try:
                return self._client.get_object(Bucket=self._bucket, Key=full)["Body"].read()
            except self._client.exceptions.NoSuchKey:
                raise self._missing(key) from None

    def tail(self, key: str, size: int) -> bytes:
        from botocore.exceptions import ClientError

        full = self._full(key)
        with translated("s3", self.location(key)):
            try:
                return self._client.get_object(Bucket=self._bucket, Key=full, Range=f"bytes=-{size}")["Body"].read()
            except self._client.exceptions.NoSuchKey:
                raise self._missing(key) from None
            except ClientError as error:
                if code_of(error) == "InvalidRange":  # the object is empty
                    return b""
                raise

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        if "\0" in prefix or not is_utf8(prefix):
            return  # no key can begin with this prefix
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._root + prefix)
        with translated("s3", self.location("") + prefix):
            for page in pages:
                for found in page.get("Contents", []):
                    if not found["Key"].endswith("/"):  # a "folder" made in the S3 console
                        key = found["Key"].removeprefix(self._root)
                        yield ObjectInfo(key, found["Size"], found["LastModified"].astimezone(UTC))

    def delete(self, keys: Iterable[str]) -> None:
        for batch in in_batches(keys, _DELETE_BATCH):
            for key in batch:
                self._check_removable(key)
            self._delete_batch(list(dict.fromkeys(batch)))

    def location(self, key: str) -> str:
        if key:
            checked(key.removesuffix("/"))
        return f"s3://{self._bucket}/{self._root}{key}"

    def seal(self, keys: Iterable[str]) -> None:
        from botocore.exceptions import ClientError

        for key in keys:
            full = self._full(key)
            with translated("s3", self.location(key)):
                try:
                    self._client.head_object(Bucket=self._bucket, Key=full)
                except ClientError as error:
                    if code_of(error) == "404":  # the answer to a HEAD has no body, so no error code of S3's
                        raise self._missing(key) from None
                    raise

    def _full(self, key: str) -> str:
        return self._root + checked(key)

    def _missing(self, key: str) -> ObjectMissing:
        return ObjectMissing(f"no object {key!r} in {self.location('')}.")

    def _check_removable(self, key: str) -> None:
        if not checked(key).startswith(self._removable):
            raise LakeError(
                f"{self.location(key)} is not deleted: Millrace deletes only below {', '.join(self._removable)}.",
                hint="If the object has to go, delete it with another tool.",
            )

    def _delete_batch(self, keys: Sequence[str]) -> None:
        """Delete a batch, of which S3 may refuse single keys. Raises LakeError that names the first object left."""
        for wait in (*_WAITS, None):
            with translated("s3", self.location("")):
                answer = self._client.delete_objects(
                    Bucket=self._bucket, Delete={"Objects": [{"Key": self._full(key)} for key in keys], "Quiet": True}
                )
            errors = answer.get("Errors", [])
            lasting = [error for error in errors if error.get("Code") not in _TRANSIENT]
            if lasting or not errors:
                break
            keys = [error["Key"].removeprefix(self._root) for error in errors]
            if wait is None:
                raise ServiceBusy(
                    f"S3 was too busy to delete {len(keys)} objects, {self.location(keys[0])} first.",
                    hint="Try again later.",
                )
            self._sleep(wait)
        if lasting:
            first, more = lasting[0], f" and {len(lasting) - 1} more" if len(lasting) > 1 else ""
            raise LakeError(
                f"cannot delete s3://{self._bucket}/{first.get('Key')}{more}: "
                f"{first.get('Code')}: {first.get('Message', '').rstrip('.')}.",
                hint="Check the permission s3:DeleteObject, and the bucket's policy and object lock.",
            )


class _Readable(RawIOBase):
    """The pieces of an object as a file that can only be read on."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks, self._rest = iter(chunks), b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        taken = bytearray(self._rest)
        while size < 0 or len(taken) < size:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            taken += chunk
        end = len(taken) if size < 0 else size
        self._rest = bytes(taken[end:])
        return bytes(taken[:end])
