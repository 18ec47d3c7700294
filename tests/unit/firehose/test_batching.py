from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millrace.errors import DeliveryError
from millrace.firehose.batching import FIREHOSE, KIB, MIB, BatchLimits, batches, is_oversize, separate
from millrace.firehose.ports import Record

limits = st.builds(
    BatchLimits, records=st.integers(1, 6), batch_bytes=st.integers(1, 60), record_bytes=st.integers(1, 40)
)
sizes = st.lists(st.integers(0, 50), max_size=60)


def of_sizes(numbers: list[int]) -> list[Record]:
    return [Record("taxi", str(index), "2024-05-30", "08", b"x" * size) for index, size in enumerate(numbers)]


def size_of(batch: list[Record]) -> int:
    return sum(len(record.data) for record in batch)


def test_firehose_limits_are_those_of_put_record_batch() -> None:
    assert BatchLimits(records=500, batch_bytes=4 * MIB, record_bytes=1000 * KIB) == FIREHOSE


@settings(deadline=None)
@given(sizes, limits)
def test_nothing_is_lost_and_the_order_is_kept(numbers: list[int], limit: BatchLimits) -> None:
    given_records = of_sizes(numbers)
    fitting, oversize = separate(given_records, limit)
    sent = [record for batch in batches(fitting, limit) for record in batch]
    assert sent == fitting
    assert fitting == [record for record in given_records if not is_oversize(record, limit)]
    assert sorted(fitting + oversize, key=lambda record: int(record.snapshot_id)) == given_records


@settings(deadline=None)
@given(sizes, limits)
def test_every_batch_is_within_the_limits_and_none_is_needless(numbers: list[int], limit: BatchLimits) -> None:
    fitting, _ = separate(of_sizes(numbers), limit)
    made = list(batches(fitting, limit))
    assert all(0 < len(batch) <= limit.records and size_of(batch) <= limit.batch_bytes for batch in made)
    assert all(len(record.data) <= limit.record_bytes for batch in made for record in batch)
    for batch, following in pairwise(made):
        full = len(batch) == limit.records or size_of(batch) + len(following[0].data) > limit.batch_bytes
        assert full, "the next batch's first record would have fitted"


def test_a_record_of_just_the_limit_fits_and_one_byte_more_does_not() -> None:
    just, more = of_sizes([1000 * KIB, 1000 * KIB + 1])
    assert separate([just, more]) == ([just], [more])


def test_an_oversize_record_is_refused_by_name() -> None:
    with pytest.raises(DeliveryError, match="the record 0 has 1024001 bytes"):
        list(batches(of_sizes([1000 * KIB + 1])))


def test_batches_come_one_by_one() -> None:
    """A backfill of any length must not be held in memory."""
    endless = (record for _ in iter(int, 1) for record in of_sizes([10]))
    assert len(next(batches(endless))) == 500
