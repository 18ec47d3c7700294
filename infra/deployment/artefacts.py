"""The bucket of artefacts: objects named by the hash of their content, so that what is there is right already."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from millrace.aws.calls import code_of, translated
from millrace.errors import LakeError, ObjectMissing
from millrace.infra.packaging.reproducible import is_named_by, named_by_hash

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_NOT_THERE = {"404", "NoSuchKey", "NotFound"}
_NOT_BY_S3 = {*_NOT_THERE, "403", "AccessDenied", "301", "PermanentRedirect", "PreconditionFailed", "412"}


@dataclass(frozen=True)
class ArtefactBucket:
    """`account`: the bucket's owner. Its name can be guessed, so a bucket of somebody else's is refused by S3."""

    client: S3Client
    name: str
    account: str

    def add(self, key: str, content: bytes) -> bool:
        """Whether it had to be uploaded. Raises ServiceRefused or ServiceBusy."""
        if self._has(key):
            return False
        with translated("s3", self._at(key)):
            self.client.put_object(
                Bucket=self.name,
                Key=key,
                Body=content,
                ExpectedBucketOwner=self.account,
                ChecksumAlgorithm="SHA256",
            )
        return True

    def get(self, key: str) -> bytes:
        """Raises ObjectMissing; LakeError for an object that is not what its name says."""
        from botocore.exceptions import ClientError

        with translated("s3", self._at(key)):
            try:
                answer = self.client.get_object(Bucket=self.name, Key=key, ExpectedBucketOwner=self.account)
                content = answer["Body"].read()
            except ClientError as error:
                if code_of(error) in _NOT_THERE:
                    raise ObjectMissing(f"{self._at(key)} is not there.") from None
                raise
        self._verify(key, hashlib.sha256(content).digest())
        return content

    def copy(self, key: str, source: ArtefactBucket) -> bool:
        """Whether an object had to be copied: by S3 itself where this bucket's caller may read it there, else through
        this machine. Its bytes are held to its name before. Raises as `get` does.
        """
        if self._has(key):
            return False
        return self._copied_by_s3(key, source) or self.add(key, source.get(key))

    def keys(self, prefix: str) -> list[tuple[str, datetime]]:
        """Those that begin so, with the time when each was written."""
        with translated("s3", f"s3://{self.name}"):
            pages = self.client.get_paginator("list_objects_v2").paginate(
                Bucket=self.name, Prefix=prefix, ExpectedBucketOwner=self.account
            )
            return [(one["Key"], one["LastModified"]) for page in pages for one in page.get("Contents", ())]

    def template_url(self, text: str) -> str:
        """The address by which CloudFormation reads a template, which is uploaded first where it is not there."""
        key = named_by_hash("template", ".json", text.encode())
        self.add(key, text.encode())
        return f"{self.client.meta.endpoint_url}/{self.name}/{key}"

    def _copied_by_s3(self, key: str, source: ArtefactBucket) -> bool:
        """False where S3 lets no one caller read there and write here, or does not know the SHA-256."""
        from botocore.exceptions import ClientError

        with translated("s3", source._at(key)):
            try:
                found = self.client.head_object(
                    Bucket=source.name, Key=key, ChecksumMode="ENABLED", ExpectedBucketOwner=source.account
                )
                if "ChecksumSHA256" not in found:
                    return False
                source._verify(key, base64.b64decode(found["ChecksumSHA256"]))
                self.client.copy_object(
                    Bucket=self.name,
                    Key=key,
                    CopySource={"Bucket": source.name, "Key": key},
                    CopySourceIfMatch=found["ETag"],
                    ChecksumAlgorithm="SHA256",
                    ExpectedBucketOwner=self.account,
                    ExpectedSourceBucketOwner=source.account,
                )
            except ClientError as error:
                if code_of(error) in _NOT_BY_S3:
                    return False  # why, the source says when it is read
                raise
        return True

    def _verify(self, key: str, digest: bytes) -> None:
        if not is_named_by(digest, key):
            raise LakeError(
                f"{self._at(key)} is not what its name says: its SHA-256 is {digest.hex()}.",
                hint="Remove it, and deploy again from the project itself.",
            )

    def _at(self, key: str) -> str:
        return f"s3://{self.name}/{key}"

    def _has(self, key: str) -> bool:
        from botocore.exceptions import ClientError

        with translated("s3", self._at(key)):
            try:
                self.client.head_object(Bucket=self.name, Key=key, ExpectedBucketOwner=self.account)
            except ClientError as error:
                if code_of(error) in _NOT_THERE:
                    return False
                raise
        return True
