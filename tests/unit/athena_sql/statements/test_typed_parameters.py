"""Parameter values that are written as text."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from millrace.athena_sql.statements.typed_parameters import typed_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-05-30", date(2024, 5, 30)),
        ("2024-13-30", "2024-13-30"),
        ("15", 15),
        ("-1.50", Decimal("-1.50")),
        ("true", True),
        ("BEDOK", "BEDOK"),
        ("", ""),
    ],
)
def test_parameters_have_the_type_that_they_look_like(text: str, value: object) -> None:
    assert typed_value(text) == value
    assert type(typed_value(text)) is type(value)


@given(st.text())
def test_any_text_is_a_value(text: str) -> None:
    assert str(typed_value(text)).lower().lstrip("+") or not text.strip("+")
