from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.state.instants import document_of, instant_of, text_of

NOON = datetime(2024, 5, 30, 12, tzinfo=UTC)
INSTANTS = st.datetimes(timezones=st.just(ZoneInfo("Asia/Singapore"))).filter(lambda one: 1 < one.year < 9999)


@given(INSTANTS, INSTANTS)
def test_a_text_is_its_instant_and_sorts_as_it_does(one: datetime, other: datetime) -> None:
    """Compared in UTC: a local time that a clock change left out equals no instant."""
    assert instant_of(text_of(one)) == one.astimezone(UTC)
    assert (text_of(one) < text_of(other)) == (one.astimezone(UTC) < other.astimezone(UTC))


def test_all_texts_have_one_width() -> None:
    assert text_of(NOON) == "2024-05-30T12:00:00.000000Z"
    assert text_of(NOON + timedelta(microseconds=5)) == "2024-05-30T12:00:00.000005Z"


@pytest.mark.parametrize(
    "text",
    ["2024-05-30 12:00:00", "2024-05-30 12:00:00.000000", "2024-05-30T12:00:00.000+00:00", "2024-05-30T12:00:00Z"],
)
def test_the_forms_of_older_versions_are_read(text: str) -> None:
    assert instant_of(text) == NOON
    assert instant_of(text).tzinfo is UTC


class _Dated(msgspec.Struct):
    at: datetime | None


class _DatedTree(msgspec.Struct):
    inner: _Dated
    several: tuple[_Dated, ...]
    text: str


def test_a_document_has_the_same_form() -> None:
    value = _DatedTree(_Dated(NOON), (_Dated(NOON), _Dated(None)), "2024-05-30 12:00:00")
    at = '{"at":"2024-05-30T12:00:00.000000Z"}'
    data = document_of(value)
    assert data.decode() == f'{{"inner":{at},"several":[{at},{{"at":null}}],"text":"2024-05-30 12:00:00"}}'
    assert msgspec.json.decode(data, type=_DatedTree) == value
