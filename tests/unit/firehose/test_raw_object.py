from __future__ import annotations

import gzip
import random
import re
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from millrace.firehose.raw_object import compressed, object_name

MIB = 1024 * 1024


@settings(max_examples=25, deadline=None)
@given(st.lists(st.binary(max_size=200)), st.integers(0, 3), st.integers(-1, 1))
def test_gzip_gives_the_lines_back_at_every_size(lines: list[bytes], mebibytes: int, more: int) -> None:
    filler = b"103.61, 1.27 " * (max(mebibytes * MIB + more, 0) // 13)
    assert gzip.decompress(compressed([filler, *lines])) == filler + b"".join(lines)


def test_no_lines_give_an_empty_object() -> None:
    assert gzip.decompress(compressed([])) == b""


def test_the_same_lines_give_the_same_bytes_at_any_time() -> None:
    lines = [b"%d\n" % number for number in range(200_000)]
    whole = compressed(lines)
    assert whole == compressed([b"".join(lines)])
    assert whole[3:8] == bytes(5), "no name, no comment, no time"


def test_positions_take_a_third_of_their_text() -> None:
    digits = random.Random(1)
    pairs = (b"[103.%05d,1.%05d]," % (digits.randrange(10**5), digits.randrange(10**5)) for _ in range(20_000))
    data = b"".join(pairs)
    assert len(compressed([data])) < 0.38 * len(data)


def test_names_of_one_second_differ_and_say_when() -> None:
    arrival = datetime(2024, 5, 30, 4, 30, 7, tzinfo=UTC)
    names = {object_name("raw", arrival, number) for number in range(2000)}
    assert len(names) == 2000
    assert all(re.fullmatch(r"raw-20240530T043007Z-[0-9a-f]{8}", name) for name in names)


def test_a_lake_that_counts_from_the_start_again_gets_other_names() -> None:
    arrival = datetime(2024, 5, 30, tzinfo=UTC)
    assert len({object_name("raw", arrival, 1) for _ in range(20)}) > 15
