from __future__ import annotations

from datetime import timedelta

import pytest

from millrace.errors import DefinitionError
from millrace.glue_workflow.job_options import MapOver, OutputCondition, Until


@pytest.mark.parametrize(
    ("text", "output", "holds"),
    [
        ("rows > 0", {"rows": 1}, True),
        ("rows > 0", {"rows": 0}, False),
        ("rows >= 1.5", {"rows": 1.5}, True),
        ("rows != 3", {"rows": 3.0}, False),
        ("state = 'ready'", {"state": "ready"}, True),
        ("state < 'b'", {"state": "a"}, True),
        ("state > 0", {"state": "a"}, False),
        ("is_new = true", {"is_new": True}, True),
        ("is_new > 0", {"is_new": True}, False),
        ("found = null", {"found": None}, True),
        ("found != null", {"found": []}, True),
    ],
)
def test_a_condition_compares_a_field_with_a_value(text: str, output: dict[str, object], holds: bool) -> None:
    condition = OutputCondition.of(text)

    assert condition.holds(output) is holds
    assert OutputCondition.of(str(condition)) == condition


def test_a_condition_names_the_job_whose_output_it_is_about() -> None:
    assert OutputCondition.of(" count.rows<=10 ") == OutputCondition("rows", "<=", 10, "count")


@pytest.mark.parametrize("text", ["", "rows", "rows >", "rows is 3", "rows > [1]", "rows = ready", "a.b.c = 1"])
def test_what_is_no_condition_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError, match="cannot read the condition"):
        OutputCondition.of(text)


@pytest.mark.parametrize("text", ["rows > null", "rows <= true"])
def test_an_impossible_condition_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError, match="can never hold"):
        OutputCondition.of(text)


@pytest.mark.parametrize(("every", "at_most"), [(0.5, 3), (5, 0)])
def test_rounds_have_a_bound(every: float, at_most: int) -> None:
    with pytest.raises(DefinitionError, match="a job is called again every"):
        Until(timedelta(seconds=every), at_most)


def test_until_is_about_the_job_itself() -> None:
    with pytest.raises(DefinitionError, match="`until` names the job 'count'"):
        Until(timedelta(seconds=5), 3, OutputCondition.of("count.rows > 3"))


@pytest.mark.parametrize("at_once", [0, 41])
def test_items_have_a_bound(at_once: int) -> None:
    with pytest.raises(DefinitionError, match="Give at_once a number from 1 to 40"):
        MapOver("list", "days", at_once)
