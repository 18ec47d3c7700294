"""Every judge is silent on every stage."""

from __future__ import annotations

import pytest

from millrace.infra.stack.deployment import Deployment
from millrace.infra.stack.template import synthesise
from tests.contracts.stack.judges import JUDGES
from tests.contracts.stack.templates import ARTEFACTS, STAGED, content, of_many_sources

_SLOW = {"cfn_lint", "parliament"}
_LINTED = (
    "dev",
    "dev, everything by a key of one's own",
    "prod, shared roles and fused jobs",
    "prod, jobs in a VPC",
    "staging, by a key of the stack's own",
)


@pytest.mark.parametrize("judge", [name for name in JUDGES if name not in _SLOW])
@pytest.mark.parametrize("name", STAGED)
def test_a_stage_is_silent(name: str, judge: str) -> None:
    assert JUDGES[judge](content(name)) == []


@pytest.mark.parametrize("judge", sorted(_SLOW))
@pytest.mark.parametrize(
    "name", [name if name in _LINTED else pytest.param(name, marks=pytest.mark.soak) for name in STAGED]
)
def test_a_stage_is_silent_in_a_slow_judge(name: str, judge: str) -> None:
    assert JUDGES[judge](content(name)) == []


@pytest.mark.parametrize("judge", [name for name in JUDGES if name not in _SLOW])
def test_a_project_of_many_sources_is_silent(judge: str) -> None:
    stage = STAGED["prod, shared roles and fused jobs"]
    many = synthesise(Deployment(stage, of_many_sources(50), ARTEFACTS))

    assert JUDGES[judge](many.content) == []
