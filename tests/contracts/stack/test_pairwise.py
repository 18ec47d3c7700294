"""Every judge is silent on stages of options in pairs, every other one of a project with datasets."""

from __future__ import annotations

from itertools import combinations, cycle

import pytest

from millrace.infra.stack.deployment import Deployment
from millrace.infra.stack.template import synthesise
from tests.contracts.stack.judges import JUDGES, SLOW, refusals
from tests.contracts.stack.pairwise import OPTIONS, covering, options_of_a_stage, pairwise_stages
from tests.contracts.stack.templates import ARTEFACTS, definitions, with_datasets


def test_each_two_values_of_two_options_stand_together() -> None:
    sizes = [2, 3, 4, 2, 5]

    rows = covering(sizes)

    for one, other in combinations(range(len(sizes)), 2):
        assert len({(row[one], row[other]) for row in rows}) == sizes[one] * sizes[other]
    assert len(rows) <= 25


def test_every_option_of_a_stage_is_tried() -> None:
    assert set(OPTIONS) == options_of_a_stage()
    assert [name for name, values in OPTIONS.items() if len(values) < 2] == []


@pytest.mark.soak
@pytest.mark.parametrize("judge", [*JUDGES, *SLOW])
def test_stages_of_options_in_pairs_are_silent(judge: str) -> None:
    stages = pairwise_stages()

    projects = cycle((definitions(), with_datasets()))
    deployments = [Deployment(stage, project, ARTEFACTS) for stage, project in zip(stages, projects, strict=False)]
    found = refusals(judge, [synthesise(one).content for one in deployments])

    assert {str(stage): told for stage, told in zip(stages, found, strict=True) if told} == {}
