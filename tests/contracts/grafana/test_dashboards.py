"""What ships is accepted by every judge, and each wrong dashboard is refused by the judge that is there for it."""

from __future__ import annotations

from copy import deepcopy

import pytest

from tests.contracts.grafana.judges import JUDGES
from tests.contracts.grafana.mutations import MUTATIONS, WrongDashboard
from tests.contracts.grafana.shipped import dashboards

TAXIS = "millrace-taxis"


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("stage", [None, "dev"], ids=["local", "dev"])
def test_each_judge_accepts_each_dashboard(judge: str, stage: str | None) -> None:
    found = {uid: JUDGES[judge](content) for uid, content in dashboards(stage).items()}
    of_stage = f"millrace-{stage}" if stage else "millrace"
    assert found == {f"{of_stage}-taxis": [], f"{of_stage}-operations": []}


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.name)
def test_each_wrong_dashboard_is_refused(mutation: WrongDashboard) -> None:
    wrong = deepcopy(dashboards()[TAXIS])
    mutation.change(wrong)
    assert wrong != dashboards()[TAXIS]
    assert mutation.said in "\n".join(JUDGES[mutation.judge](wrong))


def test_there_are_many_wrong_dashboards_and_every_judge_refuses_some() -> None:
    assert len({one.name for one in MUTATIONS}) >= 30
    assert {one.judge for one in MUTATIONS} == {*JUDGES}
