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
from millrace.ingestors.http.response_body import BodyReader

KIB = 1024


def read(packed: bytes, step: int) -> bytes:
    pieces = iter([packed[start : start + step] for start in range(0, len(packed), step)])
    return BodyReader("http://feed.example", 200, 10_000_000, lambda: False).read(lambda _: next(pieces, b""), "gzip")


def digits(size: int) -> bytes:
    return b"".join(b"%06d," % number for number in random.Random(size).choices(range(10**6), k=size // 7 + 1))[:size]


BODIES: list[Callable[[int], bytes]] = [bytes, random.Random(1).randbytes, digits]


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
        read(packed[: int(len(packed) * part)], step)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 20_000), st.floats(0, 1, exclude_max=True), st.integers(0, 7), st.sampled_from([1, 100, 100_000]))
def test_a_flipped_bit_is_detected_or_changes_nothing(size: int, part: float, bit: int, step: int) -> None:
    packed = bytearray(gzip.compress(digits(size)))
    header = 10
    packed[header + int((len(packed) - header) * part)] ^= 1 << bit
    with suppress(FeedUnavailable):
        assert read(bytes(packed), step) == digits(size)  # the bits between the data's end and the next whole byte
