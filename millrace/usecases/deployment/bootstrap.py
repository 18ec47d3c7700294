"""What deployments of a stage rest on, in its account: made once, and again where the stage's file asks for more."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from millrace.errors import UsageError
from millrace.infra.project.project import Project
from millrace.infra.stages.reading import read_stage
from millrace.usecases.deployment.stack import with_troposphere

if TYPE_CHECKING:
    from millrace.infra.deployment.account import StageAccount
    from millrace.infra.deployment.outcomes import DeployedStack, StackEvent
    from millrace.infra.deployment.stacks import Proposal, StackTemplate
    from millrace.settings import AwsSettings

DecideOnProposal = Callable[["Proposal"], bool]
TellEvent = Callable[["StackEvent"], None]


@dataclass(frozen=True)
class Foundation:
    """`bucket`: of the artefacts; `role`: the ARN of the role that CloudFormation takes. `is_current`: whether it is
    what the stage's file asks for now.
    """

    bucket: str
    role: str
    is_current: bool


def account_of(project: Project, stage: str, settings: AwsSettings) -> StageAccount:
    """The account of a stage, by the credentials at hand. Raises UnknownName, DefinitionError, UsageError for another
    account, and what a call to AWS raises.
    """
    from millrace.infra.deployment.account import stage_account

    return stage_account(read_stage(stage, project.folder), settings)


def bootstrap(at: StageAccount, decide: DecideOnProposal, tell: TellEvent) -> DeployedStack | None:
    """Makes or changes the stage's bootstrap stack, where `decide` says so; None: it does not. Where nothing is to be
    changed `decide` is not asked. Raises DeploymentFailed, and what a call to AWS raises.
    """
    from millrace.infra.deployment.stacks import StackTemplate

    return change_stack(at, at.bootstrap_stack, StackTemplate(_text(at)), decide, tell)


def change_stack(
    at: StageAccount,
    name: str,
    template: StackTemplate,
    decide: DecideOnProposal,
    tell: TellEvent,
    *,
    asks: bool = False,
) -> DeployedStack | None:
    """One stack, by a change set that `decide` looks at; one that is not executed is removed.

    `asks`: whether there is something to decide where the stack does not change.
    """
    stacks = at.stacks
    proposal = stacks.propose(name, template)
    wanted = not (proposal.id or asks)
    try:
        wanted = wanted or decide(proposal)
    finally:
        if proposal.id and not wanted:
            stacks.discard(proposal)
    if not wanted:
        return None
    return stacks.execute(proposal, tell) if proposal.id else stacks.find(name)


def foundation(at: StageAccount) -> Foundation:
    """Raises UsageError where the stage has none."""
    from millrace.infra.deployment.bootstrap import BUCKET, ROLE

    found = at.stacks.find(at.bootstrap_stack)
    outputs = found.outputs if found else {}
    if not {BUCKET, ROLE} <= outputs.keys():
        raise UsageError(
            f"stage {at.stage.name} has no bootstrap stack in account {at.account}, {at.stage.region}.",
            hint=f"Give millrace bootstrap --stage {at.stage.name} first.",
        )
    current = at.stacks.template(at.bootstrap_stack) == json.loads(_text(at))
    return Foundation(outputs[BUCKET], outputs[ROLE], current)


def _text(at: StageAccount) -> str:
    with_troposphere()
    from millrace.infra.deployment.bootstrap import bootstrap_template, template_text

    return template_text(bootstrap_template(at.stage, at.account))
