"""How a deployed stage stands, besides its feeds and runs: its stack, its code, and who is told of alarms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from millrace.errors import LakeError, RetryLater
from millrace.infra.project.project import Project
from millrace.usecases.deployment.bootstrap import account_of

if TYPE_CHECKING:
    from millrace.infra.deployment.account import StageAccount
    from millrace.infra.deployment.outcomes import DeployedStack
    from millrace.settings import Settings

_CODE = ("PollZip", "JobZip", "WheelsZip", "GlueScript")  # parameters that name artefacts


class StageColour(StrEnum):
    """GREEN: all is well. AMBER: it works, and somebody would not be told if it did not. RED: something is wrong."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


@dataclass(frozen=True)
class StageState:
    """`code`: the artefacts that are deployed, each named by its hash. `unheard`: why nobody, or not everybody, is told
    of alarms, a line each.
    """

    stack: str
    status: str
    code: tuple[str, ...]
    unheard: tuple[str, ...]

    @property
    def lines(self) -> list[str]:
        """For people."""
        return [f"stack {self.stack} is in {self.status}, with {', '.join(self.code)}", *self.unheard]

    def colour(self, problems: Sequence[str]) -> StageColour:
        """`problems`: of its feeds and runs."""
        if problems:
            return StageColour.RED
        return StageColour.AMBER if self.unheard else StageColour.GREEN


def stage_state(stage: str, here: Settings) -> StageState:
    """Raises as `settings_of_stage` does."""
    at = account_of(Project.find(here.project), stage, here.aws)
    stack = at.working()
    code = tuple(stack.parameters[name] for name in _CODE if stack.parameters.get(name))
    return StageState(stack.name, stack.status, code, tuple(unheard(at, stack)))


def unheard(at: StageAccount, stack: DeployedStack) -> list[str]:
    """Why nobody, or not everybody, is told of the stage's alarms, a line each. What cannot be asked is such a line."""
    from millrace.infra.deployment.deployed.receivers import receivers
    from millrace.infra.stages.outputs import StackOutput

    topic = stack.outputs.get(StackOutput.ALERTS, "")
    if not topic:
        return []
    try:
        return receivers(at.clients.client("sns"), topic).problems()
    except (LakeError, RetryLater) as error:
        return [f"who is told of alarms is not known: {error}"]
