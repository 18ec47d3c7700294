"""Whether the account of a stage has room for its stack, and lets it work, before anything is deployed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from millrace.errors import ServiceBusy
from millrace.infra.preflight.findings import AccountFinding, RoomVerdict
from millrace.infra.preflight.lake_formation import lake_formation_finding
from millrace.infra.preflight.quotas import StackNeeds, quota_findings
from millrace.infra.project.project import Project
from millrace.usecases.deployment.stack import stack_of

if TYPE_CHECKING:
    from millrace.infra.deployment.account import StageAccount


def preflight(at: StageAccount, project: Project) -> Iterator[AccountFinding]:
    """Changes nothing. Raises as `stack_of` does, and what a call to AWS raises; what the caller may not read is found
    to be unknown.
    """
    yield from quota_findings(at.clients, _needs(at, project))
    yield lake_formation_finding(at.clients, at.stage.name, crawled=bool(project.datasets))


def too_little_room(at: StageAccount, project: Project) -> Iterator[str]:
    """What a deployment is told of quotas, a line each: what is short. Nothing is asked where the stack has all of it.

    CloudFormation would say it, too, after it made half of the stack; so an account that does not answer stops nothing.
    """
    needs = _needs(at, project)
    if needs.are_met:
        return
    try:
        for finding in quota_findings(at.clients, needs):
            if finding.verdict is RoomVerdict.SHORT:
                yield f"the account has too little room: {finding.what}: {finding.about}"
    except ServiceBusy as busy:
        yield f"not all quotas were looked at: {busy}"


def _needs(at: StageAccount, project: Project) -> StackNeeds:
    wanted = Counter(one["Type"] for one in stack_of(project, at.stage).content["Resources"].values())
    there = Counter(one.kind for one in at.stacks.resources(at.stack)) if at.stacks.find(at.stack) else Counter[str]()
    return StackNeeds(wanted, there)
