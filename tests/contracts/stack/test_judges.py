"""Every judge is silent on every stage."""

from __future__ import annotations

import pytest

from millrace.infra.stack.deployment import Deployment
from millrace.infra.stack.template import synthesise
from tests.contracts.stack.accepted import ACCEPTED, needed, of_judge
from tests.contracts.stack.judges import JUDGES, SLOW, findings, refusals
from tests.contracts.stack.record import recorded
from tests.contracts.stack.templates import ARTEFACTS, STAGED, content, of_many_sources


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("name", STAGED)
def test_a_stage_is_silent(name: str, judge: str) -> None:
    assert refusals(judge, [content(name)]) == [[]]


@pytest.mark.parametrize("judge", SLOW)
@pytest.mark.parametrize("name", STAGED)
def test_a_slow_judge_is_on_record_as_silent_about_this_very_template_or_is_asked(name: str, judge: str) -> None:
    """The record is of the template's hash and the judge's version; where either differs, the judge is asked."""
    template = content(name)

    assert recorded().is_silent(judge, name, template) or refusals(judge, [template]) == [[]]


@pytest.mark.parametrize("judge", SLOW)
def test_each_entry_of_what_is_accepted_is_needed(judge: str) -> None:
    """By the record, where it is of these very templates; else the judge is asked."""
    record, templates = recorded(), {name: content(name) for name in STAGED}
    if all(record.is_silent(judge, name, template) for name, template in templates.items()):
        found = set(record.needed[judge])
    else:
        found = needed(judge, (text for told in findings(judge, list(templates.values())) for text in told))

    assert found == {one.finding for one in of_judge(judge)}


def test_each_entry_of_what_is_accepted_is_of_a_judge_and_has_a_reason() -> None:
    assert {one.judge for one in ACCEPTED} <= {*JUDGES, *SLOW}
    assert [one.finding for one in ACCEPTED if len(one.reason.split()) < 4] == []


@pytest.mark.soak
@pytest.mark.parametrize("judge", SLOW)
def test_a_slow_judge_is_silent_whatever_the_record_says(judge: str) -> None:
    assert refusals(judge, [content(name) for name in STAGED]) == [[]] * len(STAGED)


@pytest.mark.parametrize("judge", [*JUDGES, *(pytest.param(judge, marks=pytest.mark.soak) for judge in SLOW)])
def test_a_project_of_many_sources_is_silent(judge: str) -> None:
    stage = STAGED["prod, shared roles and fused jobs"]
    many = synthesise(Deployment(stage, of_many_sources(50), ARTEFACTS))

    assert refusals(judge, [many.content]) == [[]]
