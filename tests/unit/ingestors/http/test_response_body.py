"""Gzip bodies in pieces of any size, compared with Python's own gzip."""

from __future__ import annotations

import gzip
import random
from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millrace.errors import FeedUnavailable
from millrace.ingestors.http.response_body import BodyReader, Interrupted

KIB = 1024


def read(packed: bytes, step: int, encoding: str = "gzip") -> bytes:
    pieces = iter([packed[start : start + step] for start in range(0, len(packed), step)])
    return BodyReader("http://feed.example", 200, 10_000_000, lambda: False).read(lambda _: next(pieces, b""), encoding)


def digits(size: int) -> bytes:
    return b"".join(b"%06d," % number for number in random.Random(size).choices(range(10**6), k=size // 7 + 1))[:size]


def noise(size: int) -> bytes:
    return random.Random(size).randbytes(size)


BODIES: list[Callable[[int], bytes]] = [bytes, noise, digits]  # each gives the same when a case is run again


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(BODIES), st.integers(0, 200 * KIB)), min_size=1, max_size=3), st.data())
def test_every_body_comes_back_whole_in_pieces_of_any_size(
    members: list[tuple[Callable[[int], bytes], int]], data: st.DataObject
) -> None:
    bodies = [make(size) for make, size in members]
    packed = b"".join(gzip.compress(body, data.draw(st.integers(0, 9))) for body in bodies)
    step = data.draw(st.integers(max(len(packed) // 500, 1), len(packed)))
    assert read(packed, step) == b"".join(bodies)


@pytest.mark.parametrize("size", [64 * KIB - 1, 64 * KIB, 64 * KIB + 1, 128 * KIB])
def test_a_body_that_ends_where_a_piece_does(size: int) -> None:
    for step in (1, 10, 100_000):
        assert read(gzip.compress(bytes(size)), step) == bytes(size)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 20_000), st.floats(0, 1, exclude_max=True), st.sampled_from([1, 100, 100_000]))
def test_a_body_that_was_cut_anywhere_is_never_taken_for_whole(size: int, part: float, step: int) -> None:
    packed = gzip.compress(digits(size))
    with pytest.raises(FeedUnavailable, match="gzip data was cut"):
        read(packed[: max(1, int(len(packed) * part))], step)  # a body of no bytes is whole


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 20_000), st.floats(0, 1, exclude_max=True), st.integers(0, 7), st.sampled_from([1, 100, 100_000]))
def test_a_flipped_bit_is_detected_or_changes_nothing(size: int, part: float, bit: int, step: int) -> None:
    packed = bytearray(gzip.compress(digits(size)))
    header = 10
    packed[header + int((len(packed) - header) * part)] ^= 1 << bit
    with suppress(FeedUnavailable):
        assert read(bytes(packed), step) == digits(size)  # the bits between the data's end and the next whole byte


@pytest.mark.parametrize(
    "after", [b"\0", b"\r\n", b"\n", b"\x1f", b"\x1f\x8b", b"\x1f\x8b\x00", bytes(1000), b"<!-- cached -->"]
)
@pytest.mark.parametrize("step", [1, 7, 100_000])
def test_what_follows_the_last_member_and_is_none_is_ignored(after: bytes, step: int) -> None:
    assert read(gzip.compress(b"[1]") + after, step) == b"[1]"
    assert read(gzip.compress(b"[1,") + gzip.compress(b"2]") + after, step) == b"[1,2]"


def test_a_further_member_that_is_cut_is_missed() -> None:
    for cut in range(1, 20):
        with pytest.raises(FeedUnavailable, match="gzip data was cut"):
            read(gzip.compress(b"[1,") + gzip.compress(b"2]")[:-cut], 5)


ENCODINGS = ["", "identity", "UTF-8", "none", "identity, gzip", "gzip, identity", "json", "gzip;q=1", "binary", ","]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("step", [1, 100])
def test_an_encoding_that_says_little_leaves_it_to_the_bytes(encoding: str, step: int) -> None:
    assert read(b'{"a": 1}', step, encoding) == b'{"a": 1}'
    assert read(gzip.compress(b'{"a": 1}'), step, encoding) == b'{"a": 1}'


@pytest.mark.parametrize("encoding", [*ENCODINGS, "gzip", "X-GZIP"])
def test_a_body_of_no_bytes_is_whole(encoding: str) -> None:
    assert read(b"", 1, encoding) == b""


@pytest.mark.parametrize("encoding", ["br", "Deflate", "gzip, zstd"])
def test_an_encoding_that_cannot_be_undone_keeps_the_bytes(encoding: str) -> None:
    with pytest.raises(FeedUnavailable, match="which was not requested") as caught:
        read(b"\x0b\x02", 1, encoding)
    assert caught.value.body == b"\x0b\x02"


@pytest.mark.parametrize("whole", [True, False])
def test_an_interruption_after_the_last_member_cuts_nothing(whole: bool) -> None:
    packed = gzip.compress(b"[1]")
    pieces = iter([packed if whole else packed[:-1]])

    def interrupted(_: int) -> bytes:
        for piece in pieces:
            return piece
        raise Interrupted("its body was cut")

    reader = BodyReader("http://feed.example", 200, 100, lambda: False)
    if whole:
        assert reader.read(interrupted, "gzip") == b"[1]"
    else:
        with pytest.raises(FeedUnavailable, match="answered 200, but its body was cut") as caught:
            reader.read(interrupted, "gzip")
        assert caught.value.body == b"[1]"
