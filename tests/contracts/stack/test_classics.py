"""The stages of docs/examples/classics before the judges."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from millrace.infra.project.project import Project
from millrace.infra.stack.deployment import Deployment, StackDefinitions
from millrace.infra.stack.template import synthesise
from millrace.infra.stages.reading import read_stage
from tests.contracts.stack.judges import JUDGES, SLOW, refusals
from tests.contracts.stack.templates import ARTEFACTS
from tests.end_to_end.documents import ROOT

FOLDER = ROOT / "docs/examples/classics"
STAGES = {
    file.stem: read_stage(file.stem, Project.find(FOLDER).folder) for file in sorted(FOLDER.glob("stages/*.toml"))
}

ALL_JUDGES = [*JUDGES, *(pytest.param(one, marks=pytest.mark.soak) for one in SLOW)]


@cache
def content(stage: str) -> dict[str, Any]:
    project = Project.find(FOLDER)
    return dict(synthesise(Deployment(STAGES[stage], StackDefinitions.of(project), ARTEFACTS)).content)


def test_there_is_a_stage_for_each_orchestrator() -> None:
    assert {stage.workflow.orchestrator for stage in STAGES.values()} == {"glue", "stepfunctions", "events"}


@pytest.mark.parametrize("judge", ALL_JUDGES)
@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_of_the_classics_is_silent(stage: str, judge: str) -> None:
    assert refusals(judge, [content(stage)]) == [[]]
