from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestors.schedule import interval
from millrace.errors import DefinitionError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rate(1 minute)", timedelta(minutes=1)),
        ("rate(5 minutes)", timedelta(minutes=5)),
        (" rate(1 hour) ", timedelta(hours=1)),
        ("rate(12 hours)", timedelta(hours=12)),
        ("rate(1 day)", timedelta(days=1)),
    ],
)
def test_a_rate_is_read_as_its_interval(text: str, expected: timedelta) -> None:
    assert interval(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "rate()", "rate(0 minutes)", "rate(1 minutes)", "rate(5 minute)", "rate(5 weeks)", "rate(1 minute", "5m"],
)
def test_what_eventbridge_would_refuse_is_refused_with_the_way_to_write_it(text: str) -> None:
    with pytest.raises(DefinitionError, match=r"rate\(1 minute\)"):
        interval(text)


def test_cron_is_refused_as_not_supported_yet() -> None:
    with pytest.raises(DefinitionError, match="not supported yet"):
        interval("cron(0 12 * * ? *)")


@settings(deadline=None)
@given(st.text())
def test_any_text_gives_an_interval_or_a_definition_error(text: str) -> None:
    with suppress(DefinitionError):
        assert interval(text) > timedelta(0)
