"""Whether the account of a stage has room for its stack, and lets it work, before anything is deployed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from millrace.infra.preflight.examination import examined
from millrace.infra.preflight.findings import AccountFinding
from millrace.infra.preflight.quotas import StackNeeds
from millrace.infra.project.project import Project
from millrace.usecases.deployment.stack import synthesised

if TYPE_CHECKING:
    from millrace.infra.deployment.account import StageAccount


def preflight(at: StageAccount, project: Project) -> Iterator[AccountFinding]:
    """Changes nothing. Raises as `synthesised` does, and what a call to AWS raises; what the caller may not read is
    found to be unknown.
    """
    wanted = Counter(one["Type"] for one in synthesised(project, at.stage.name).content["Resources"].values())
    there = Counter(one.kind for one in at.stacks.resources(at.stack)) if at.stacks.find(at.stack) else Counter[str]()
    return examined(at.clients, at.stage.name, StackNeeds(wanted, there))
