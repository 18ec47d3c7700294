"""The ObjectStore port on S3."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from millrace.athena_sql.endpoint.ports import BINARY
from millrace.aws.calls import translated
from millrace.errors import ObjectMissing

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_PREFIX = "s3://"


@dataclass(frozen=True)
class S3Objects:
    client: S3Client

    def put_file(self, address: str, path: Path, content_type: str = BINARY) -> None:
        bucket, key = _place(address)
        with translated("s3", address), path.open("rb") as file:
            self.client.upload_fileobj(file, bucket, key, ExtraArgs={"ContentType": content_type})

    def put(self, address: str, data: bytes, content_type: str = BINARY) -> None:
        bucket, key = _place(address)
        with translated("s3", address):
            self.client.put_object(Bucket=bucket, Key=key, Body=data, ContentType=content_type)

    def get(self, address: str) -> bytes:
        """Raises ObjectMissing."""
        bucket, key = _place(address)
        with translated("s3", address):
            try:
                return self.client.get_object(Bucket=bucket, Key=key)["Body"].read()
            except self.client.exceptions.NoSuchKey:
                raise ObjectMissing(f"no object {address}.") from None

    def list(self, prefix: str) -> list[tuple[str, int]]:
        bucket, key = _place(prefix)
        with translated("s3", prefix):
            pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=key)
            return [
                (f"{_PREFIX}{bucket}/{found['Key']}", found["Size"])
                for page in pages
                for found in page.get("Contents", ())
            ]


def _place(address: str) -> tuple[str, str]:
    bucket, _, key = address.removeprefix(_PREFIX).partition("/")
    return bucket, key
