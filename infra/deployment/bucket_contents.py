"""All that a bucket holds, by version: counted, and deleted for ever.

Sources: S3 API reference, ListObjectVersions, DeleteObjects (1,000 keys a call), DeleteBucket; S3 user guide, "Deleting
object versions from a versioning-enabled bucket".
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from millrace.aws.calls import code_of, translated
from millrace.errors import RetryLater, ServiceRefused

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

VERSIONS_A_CALL = 1_000
_VERSIONS_TOLD = 100_000  # after so many more the count is told


@dataclass(frozen=True, slots=True)
class ContentCount:
    """`versions`: objects, what replaced ones were before, and the markers of deleted ones. `size`: bytes, without
    uploads that were cut off.
    """

    versions: int = 0
    size: int = 0


@dataclass(frozen=True)
class BucketContents:
    """`account`: the bucket's owner. A bucket of somebody else's is refused by S3."""

    client: S3Client
    name: str
    account: str

    def tags(self) -> dict[str, str] | None:
        """The bucket's tags; None: there is no such bucket. Raises ServiceRefused or ServiceBusy."""
        from botocore.exceptions import ClientError

        with translated("s3", self._place):
            try:
                answer = self.client.get_bucket_tagging(**self._of)
            except ClientError as error:
                if code_of(error) == "NoSuchTagSet":
                    return {}
                if code_of(error) == "NoSuchBucket":
                    return None
                raise
        return {one["Key"]: one["Value"] for one in answer["TagSet"]}

    def count(self, counted: Callable[[int], None]) -> ContentCount:
        """Lists all versions. `counted` is told the count now and then."""
        versions, size, told = 0, 0, 0
        for page in self._pages():
            versions += len(_versions(page))
            size += sum(one["Size"] for one in page.get("Versions", ()))
            if versions - told >= _VERSIONS_TOLD:
                told = versions
                counted(versions)
        return ContentCount(versions, size)

    def delete(self, deleted: Callable[[int], None]) -> None:
        """Deletes all versions, then the bucket. `deleted` is told how many have been deleted after each call.

        What was deleted stays so, and a second call goes on with the rest; a bucket that is gone is no error. Raises
        ServiceRefused or ServiceBusy for what S3 does not delete, RetryLater where something was written meanwhile.
        """
        from botocore.exceptions import ClientError

        if self.tags() is None:
            return
        done = 0
        while page := self._first():  # from the beginning again: what was deleted is in no list any more
            done += self._delete(page)
            deleted(done)
        with translated("s3", self._place):
            try:
                self.client.delete_bucket(**self._of)
            except ClientError as error:
                if code_of(error) == "BucketNotEmpty":
                    raise RetryLater(
                        f"something is still written to {self._place}.", hint="Give the command again."
                    ) from error
                if code_of(error) != "NoSuchBucket":
                    raise

    @property
    def _of(self) -> dict[str, Any]:
        return {"Bucket": self.name, "ExpectedBucketOwner": self.account}

    @property
    def _place(self) -> str:
        return f"s3://{self.name}"

    def _pages(self) -> Iterator[Any]:
        with translated("s3", self._place):
            yield from self.client.get_paginator("list_object_versions").paginate(**self._of)

    def _first(self) -> list[dict[str, str]]:
        with translated("s3", self._place):
            return _versions(self.client.list_object_versions(**self._of, MaxKeys=VERSIONS_A_CALL))

    def _delete(self, versions: list[dict[str, str]]) -> int:
        """How many were deleted, at least one."""
        from botocore.exceptions import ClientError

        with translated("s3", self._place):
            given: Any = {"Objects": versions, "Quiet": True}  # the answer has errors alone
            errors = self.client.delete_objects(**self._of, Delete=given).get("Errors", [])
            if len(errors) < len(versions):
                return len(versions) - len(errors)
            if errors[0].get("Code"):
                told: Any = {"Error": {"Code": errors[0]["Code"], "Message": errors[0].get("Message", "")}}
                raise ClientError(told, "DeleteObjectVersion")
        raise ServiceRefused(f"S3 deletes nothing of {self._place}.", hint="See whether a policy refuses it.")


def _versions(page: Any) -> list[dict[str, str]]:
    found = (*page.get("Versions", ()), *page.get("DeleteMarkers", ()))
    return [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
