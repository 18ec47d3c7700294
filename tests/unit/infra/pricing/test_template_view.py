"""How often a schedule comes in a month of 730 hours."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from millrace.infra.pricing.template_view import referred, times_a_month


@pytest.mark.parametrize(
    ("expression", "times"),
    [
        ("rate(1 minute)", 43_800),
        ("rate(1 day)", 730 / 24),
        ("cron(* * * * ? *)", 43_800),
        ("cron(0/15 * * * ? *)", 2_920),
        ("cron(20 1 * * ? *)", 730 / 24),
        ("cron(0/15 8-19 ? * MON-FRI *)", 12 * 4 * 5 * 730 / 168),
        ("cron(0 8 1 * ? *)", 1),
        ("cron(0 8 1 1 ? 2020)", 0),
    ],
)
def test_times_a_month(expression: str, times: float) -> None:
    assert round(times_a_month(expression, ZoneInfo("UTC")), 6) == round(times, 6)


def test_what_a_value_refers_to() -> None:
    assert referred({"Ref": "Tend"}) == "Tend"
    assert referred({"Fn::GetAtt": ["Tend", "Arn"]}) == "Tend"
    assert referred({"Fn::GetAtt": "Tend.Arn"}) == "Tend"
    assert referred({"Fn::Sub": "${Tend}"}) == referred("arn:aws:x") == referred(None) == ""
