"""Files over HTTP and in public buckets: what is listed, and what is fetched."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qs, urlsplit

import pytest

from millrace.clock import ManualClock
from millrace.errors import FeedUnavailable, ResponseTooLarge, UsageError
from millrace.ingestors.open_data.addresses import AddressCheck
from millrace.ingestors.open_data.public_files import PublicFiles
from millrace.ingestors.open_data.s3_listing import public_prefix
from millrace.ingestors.ports import OpenFile
from tests.contracts import aws
from tests.unit.ingestors.fakes import NOW
from tests.unit.ingestors.loopback import Loopback, LoopbackAnswer, hang_up, head, reply, serving

MANY = 1 << 40
REGION = "us-east-2"
Opened = Callable[..., PublicFiles]


@pytest.fixture
def opened() -> Iterator[Opened]:
    made: list[PublicFiles] = []

    def reading(server: Loopback, s3: str | None = None) -> PublicFiles:
        made.append(PublicFiles(ManualClock(NOW), AddressCheck((f"127.0.0.1:{server.server_port}",)), s3))
        return made[-1]

    yield reading
    for one in made:
        one.http.close()


def one_after_the_other(*answers: LoopbackAnswer) -> LoopbackAnswer:
    left = iter(answers)
    return lambda handler: next(left)(handler)


def cut(body: bytes, length: int) -> LoopbackAnswer:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        head(handler, Content_Length=str(length))
        handler.wfile.write(body)
        hang_up(handler)

    return answer


def fetched(files: PublicFiles, url: str, known: str = "", limit: int = MANY) -> tuple[str | None, list[bytes]]:
    """The tag, and what each write got."""
    writes: list[bytes] = []
    tag = files.fetch(OpenFile("x", url), known, limit, lambda chunks: writes.append(b"".join(chunks)))
    return tag, writes


def test_a_file_is_its_own_listing(opened: Opened) -> None:
    with serving(reply()) as server:
        [found] = opened(server).files(f"{server.url}/2024%20a.csv?v=1", REGION)

    assert found == OpenFile("2024 a.csv", f"{server.url}/2024%20a.csv?v=1")


def test_a_file_comes_as_it_is_with_its_tag(opened: Opened) -> None:
    with serving(reply(body=b"\x1f\x8b\x08 not to be unpacked", ETag='"v1"', Content_Encoding="gzip")) as server:
        assert fetched(opened(server), server.url) == ('"v1"', [b"\x1f\x8b\x08 not to be unpacked"])
        [(_, sent)] = server.seen
    assert sent["accept-encoding"] == "identity"
    assert "if-none-match" not in sent


def test_a_file_that_has_not_changed_is_not_sent_again(opened: Opened) -> None:
    with serving(reply(304)) as server:
        assert fetched(opened(server), server.url, known='"v1"') == (None, [])
        [(_, sent)] = server.seen
    assert sent["if-none-match"] == '"v1"'


def test_a_broken_connection_begins_the_file_again(opened: Opened) -> None:
    torn = one_after_the_other(cut(b"half", 8), reply(503), reply(body=b"all of it"))
    writes: list[bytes] = []

    def write(chunks: Iterator[bytes]) -> None:
        writes.append(b"")
        for chunk in chunks:
            writes[-1] += chunk

    with serving(torn) as server:
        opened(server).fetch(OpenFile("x", server.url), "", MANY, write)

    assert writes == [b"half", b"all of it"]


def test_a_file_that_stays_broken_is_told(opened: Opened) -> None:
    with serving(cut(b"half", 8)) as server, pytest.raises(FeedUnavailable, match=r"its body was cut.*4 tries"):
        fetched(opened(server), server.url)


def test_more_bytes_than_allowed_end_the_file_without_a_retry(opened: Opened) -> None:
    with serving(reply(body=b"x" * 1001)) as server:
        with pytest.raises(ResponseTooLarge, match="more than 1000 bytes"):
            fetched(opened(server), server.url, limit=1000)
        assert len(server.seen) == 1


def test_what_the_writer_raises_is_not_tried_again(opened: Opened) -> None:
    def full(chunks: Iterator[bytes]) -> None:
        raise UsageError("the disk is full.")

    with serving(reply(body=b"x")) as server:
        with pytest.raises(UsageError, match="the disk is full"):
            opened(server).fetch(OpenFile("x", server.url), "", MANY, full)
        assert len(server.seen) == 1


def test_private_addresses_are_refused_when_they_are_fetched_too() -> None:
    with serving(reply(body=b"secret")) as server:
        files = PublicFiles(ManualClock(NOW))
        with pytest.raises(UsageError, match="private network"):
            list(files.files(server.url, REGION))
        with pytest.raises(UsageError, match="private network"):
            fetched(files, server.url)
        assert server.seen == []


def bucket(pages: dict[str, str]) -> LoopbackAnswer:
    """A bucket's listing; `pages` by the token that asks for them."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(handler.path).query).items()}
        assert asked["list-type"] == "2"
        assert asked["prefix"] == "a b/2024"
        reply(body=pages[asked.get("continuation-token", "")].encode())(handler)

    return answer


def page(keys: list[str], following: str = "") -> str:
    more = f"<IsTruncated>true</IsTruncated><NextContinuationToken>{following}</NextContinuationToken>"
    found = "".join(
        f"<Contents><Key>{key}</Key><Size>3</Size><ETag>&quot;{key}&quot;</ETag></Contents>" for key in keys
    )
    space = "http://s3.amazonaws.com/doc/2006-03-01/"
    return f'<ListBucketResult xmlns="{space}">{more if following else ""}{found}</ListBucketResult>'


def test_a_bucket_is_listed_to_its_last_page(opened: Opened) -> None:
    pages = {"": page(["a b/2024-01.csv", "a b/2024-02/"], "t=1/+"), "t=1/+": page(["a b/2024-02/x&amp;y.csv"])}
    with serving(bucket(pages)) as server:
        root = f"http://127.0.0.1:{server.server_port}"
        found = list(opened(server, root).files("s3://open-data/a b/2024", REGION))

    assert found == [
        OpenFile("2024-01.csv", f"{root}/open-data/a%20b/2024-01.csv", 3, '"a b/2024-01.csv"'),
        OpenFile("2024-02/x&y.csv", f"{root}/open-data/a%20b/2024-02/x%26y.csv", 3, '"a b/2024-02/x&y.csv"'),
    ]


@pytest.mark.parametrize(
    "body", [b"<html>", b"<html></html>", b'<!DOCTYPE x [<!ENTITY a "b">]><ListBucketResult>&a;</ListBucketResult>']
)
def test_what_is_no_listing_is_told(opened: Opened, body: bytes) -> None:
    with serving(reply(body=body)) as server:
        files = opened(server, f"http://127.0.0.1:{server.server_port}")
        with pytest.raises(FeedUnavailable, match="no listing of a bucket"):
            list(files.files("s3://open-data/a", REGION))


def test_a_bucket_without_public_access_is_told(opened: Opened) -> None:
    with serving(reply(403, b"<Error><Code>AccessDenied</Code></Error>")) as server:
        files = opened(server, f"http://127.0.0.1:{server.server_port}")
        with pytest.raises(FeedUnavailable, match=r"403 Forbidden.*AccessDenied"):
            list(files.files("s3://open-data/a", REGION))


@pytest.mark.parametrize(
    ("address", "root"),
    [
        ("s3://open-data/x", "https://open-data.s3.us-east-2.amazonaws.com"),
        ("s3://open.data/x", "https://s3.us-east-2.amazonaws.com/open.data"),
    ],
)
def test_the_address_of_a_bucket(address: str, root: str) -> None:
    assert public_prefix(address, REGION, None).root == root


@pytest.mark.parametrize("address", ["s3://open-data", "s3:///x", "s3://Open_Data/x", "s3://a/../b/"])
def test_what_names_no_bucket_is_refused(address: str) -> None:
    with pytest.raises(UsageError, match="names no bucket"):
        public_prefix(address, REGION, None)


@pytest.mark.parametrize("region", ["", "evil.example.org/", "us-east-2.evil"])
def test_what_is_no_region_is_refused(region: str) -> None:
    with pytest.raises(UsageError, match="no region"):
        public_prefix("s3://open-data/x", region, None)


def test_objects_of_s3_are_listed_and_fetched_by_requests_that_nobody_signs() -> None:
    storage = aws.new_storage("", removable=("",))
    name = storage.location("").removeprefix("s3://").rstrip("/")
    for number in range(3):
        storage.put(key := f"open/part {number}.csv", b"n\n%d\n" % number)
        aws.clients().s3.put_object_acl(Bucket=name, Key=key, ACL="public-read")
    storage.put("other/part.csv", b"")
    files = PublicFiles(ManualClock(NOW), s3_endpoint=aws.endpoint())
    try:
        found = list(files.files(f"s3://{name}/open/", REGION))
        assert [(one.name, one.size) for one in found] == [(f"part {number}.csv", 4) for number in range(3)]
        tag, writes = fetched(files, found[1].address)
        assert (tag, writes) == (found[1].tag, [b"n\n1\n"])
        assert fetched(files, found[1].address, known=found[1].tag) == (None, [])
    finally:
        files.http.close()
