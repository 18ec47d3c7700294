"""The listing of a public bucket of S3, by requests that nobody signs.

Source: Amazon S3 API reference, "ListObjectsV2"; S3 user guide, "Virtual hosting of buckets" (a name with dots fits no
certificate of a virtual host).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlencode
from xml.etree import ElementTree

from millrace.errors import FeedUnavailable, UsageError
from millrace.ingestors.ports import OpenFile

_ADDRESS = re.compile(r"s3://(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])/(?P<prefix>.*)", re.DOTALL)
_REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
_SPACE = "{*}"  # S3 and its doubles write different namespaces


@dataclass(frozen=True, slots=True)
class PublicPrefix:
    """The objects of a public bucket whose keys begin with `prefix`. `root`: the bucket's own web address."""

    root: str
    prefix: str

    def files(self, get: Callable[[str], bytes]) -> Iterator[OpenFile]:
        """In the order of their keys. `get`: the body of a web address. Raises as `get` does, and FeedUnavailable."""
        following = {"list-type": "2", "prefix": self.prefix}
        while True:
            page = _page(self.root, get(f"{self.root}/?{urlencode(following)}"))
            yield from self._of_page(page)
            token = page.findtext(f"{_SPACE}NextContinuationToken")
            if page.findtext(f"{_SPACE}IsTruncated") != "true" or not token:
                return
            following["continuation-token"] = token

    def _of_page(self, page: ElementTree.Element) -> Iterator[OpenFile]:
        folder = self.prefix.rpartition("/")[0]
        for found in page.iterfind(f"{_SPACE}Contents"):
            key, size = found.findtext(f"{_SPACE}Key", ""), int(found.findtext(f"{_SPACE}Size", "0"))
            if not key.endswith("/"):  # a "folder" made in the S3 console
                name = key[len(folder) + 1 :] if folder else key
                yield OpenFile(name, f"{self.root}/{quote(key)}", size, found.findtext(f"{_SPACE}ETag", ""))


def public_prefix(address: str, region: str, endpoint: str | None) -> PublicPrefix:
    """What `s3://BUCKET/PREFIX` names. `endpoint`: the address that replaces S3's own. Raises UsageError."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise UsageError(f"{address!r} names no bucket.", hint="Write it as s3://BUCKET/PREFIX.")
    if not _REGION.fullmatch(region):
        raise UsageError(f"{region!r} is no region of AWS.", hint="Give the bucket's, such as us-east-2.")
    bucket, prefix = found["bucket"], found["prefix"]
    if endpoint:
        return PublicPrefix(f"{endpoint.rstrip('/')}/{bucket}", prefix)
    if "." in bucket:
        return PublicPrefix(f"https://s3.{region}.amazonaws.com/{bucket}", prefix)
    return PublicPrefix(f"https://{bucket}.s3.{region}.amazonaws.com", prefix)


def _page(root: str, body: bytes) -> ElementTree.Element:
    if b"<!DOCTYPE" in body[:1000]:  # S3 writes none, and entities could make a small body a large one
        raise FeedUnavailable(f"{root} answered what is no listing of a bucket.", tries=1)
    try:
        page = ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise FeedUnavailable(f"{root} answered what is no listing of a bucket ({error}).", tries=1) from None
    if page.tag.rpartition("}")[2] != "ListBucketResult":
        raise FeedUnavailable(f"{root} answered what is no listing of a bucket (<{page.tag}>).", tries=1)
    return page
