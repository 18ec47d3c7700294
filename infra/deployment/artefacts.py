"""The bucket of artefacts: objects named by the hash of their content, so that what is there is right already."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from millrace.aws.calls import code_of, translated
from millrace.infra.packaging.reproducible import named_by_hash

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_NOT_THERE = {"404", "NoSuchKey", "NotFound"}


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
        with translated("s3", f"s3://{self.name}/{key}"):
            self.client.put_object(
                Bucket=self.name,
                Key=key,
                Body=content,
                ExpectedBucketOwner=self.account,
                ChecksumAlgorithm="SHA256",
            )
        return True

    def template_url(self, text: str) -> str:
        """The address by which CloudFormation reads a template, which is uploaded first where it is not there."""
        key = named_by_hash("template", ".json", text.encode())
        self.add(key, text.encode())
        return f"{self.client.meta.endpoint_url}/{self.name}/{key}"

    def _has(self, key: str) -> bool:
        from botocore.exceptions import ClientError

        with translated("s3", f"s3://{self.name}/{key}"):
            try:
                self.client.head_object(Bucket=self.name, Key=key, ExpectedBucketOwner=self.account)
            except ClientError as error:
                if code_of(error) in _NOT_THERE:
                    return False
                raise
        return True
