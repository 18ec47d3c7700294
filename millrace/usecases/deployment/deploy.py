"""The stack of a stage in its account: deployed, and compared with what is deployed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from millrace.errors import DefinitionError, DeploymentFailed
from millrace.infra.project.project import Project
from millrace.usecases.deployment.bootstrap import Foundation, TellEvent, change_stack, foundation
from millrace.usecases.deployment.preflight import too_little_room
from millrace.usecases.deployment.stack import PackagedStack, packaged_stack, read_template
from millrace.usecases.deployment.state import unheard

if TYPE_CHECKING:
    from millrace.infra.deployment.account import StageAccount
    from millrace.infra.deployment.artefacts import ArtefactBucket
    from millrace.infra.deployment.drift import StackDrift
    from millrace.infra.deployment.outcomes import DeployedStack
    from millrace.infra.deployment.stacks import Proposal, StackTemplate
    from millrace.infra.deployment.tables import PlannedTable
    from millrace.infra.packaging.distributions import Fetch
    from millrace.infra.stack.template import SynthesisedStack

SayLine = Callable[[str], None]
DecideOnDeployment = Callable[["Proposal", Sequence["PlannedTable"]], bool]
_TRIGGER = "AWS::Glue::Trigger"


def deploy(
    at: StageAccount,
    project: Project,
    decide: DecideOnDeployment,
    tell: TellEvent,
    say: SayLine,
    fetch: Fetch | None = None,
) -> DeployedStack | None:
    """Packages, uploads what is not there yet, and changes the stack where `decide` says so; None: it does not.

    Afterwards Glue's triggers stand as the stage says, whatever was changed, and then the tables that runs publish are
    as declared, but for what only a reprocess changes. Raises UsageError without a bootstrap
    stack, DefinitionError, DeploymentFailed with the resource that failed, RetryLater while something else changes the
    stack, or a run is under way, and what a call to AWS raises.
    """
    from millrace.infra.deployment.tables import StageTables
    from millrace.infra.deployment.triggers import set_triggers

    base = _ready(at, say)
    for line in too_little_room(at, project):
        say(line)
    packaged = _packaged(at, project, say, fetch)
    bucket = _bucket(at, base)
    for one in packaged.artefacts:
        size = f"{len(one.content):,} bytes"
        say(f"uploaded {one.file}, {size}" if bucket.add(one.file, one.content) else f"{one.file} is there already")

    def decide_on_possible(proposal: Proposal) -> bool:
        if refused := [one for one in proposal.changes if one.refused]:
            told = "; ".join(f"{one.resource} ({one.kind}): {one.refused}" for one in refused)
            hint = f"Nothing was changed. millrace diff --stage {at.stage.name} shows all changes."
            raise DeploymentFailed(f"stack {at.stack} cannot become this: {told}.", hint=hint)
        return decide(proposal, planned)

    tables = StageTables.of(at, project)
    planned = tables.plans()
    due = any(table.plan.is_due for table in planned)
    found = change_stack(at, at.stack, _template(bucket, base, packaged), decide_on_possible, tell, asks=due)
    if found is None:
        return None
    triggers = [one.physical for one in at.stacks.resources(at.stack) if one.kind == _TRIGGER]
    started, stopped = set_triggers(at.clients.glue, triggers, scheduled=at.stage.schedules)
    for what, names in (("started", started), ("stopped", stopped)):
        if names:
            say(f"{what} {len(names)} triggers of Glue: {', '.join(names)}")
    for line in unheard(at, found):
        say(line)
    tables.migrate(planned, say)
    return found


@dataclass(frozen=True)
class StackComparison:
    """What `deploy` would change. `drift`: what others have changed meanwhile, None where it was not looked for.

    `resources`: how many the stack has now. `cost`: what the stack costs a month, now and then, in words. `tables`: of
    those that runs publish, what is not as declared.
    """

    proposal: Proposal
    drift: StackDrift | None
    resources: int
    cost: str
    tables: Sequence[PlannedTable]


def diff(
    at: StageAccount,
    project: Project,
    say: SayLine,
    fetch: Fetch | None = None,
    *,
    template: Path | None = None,
    drift: bool = True,
) -> StackComparison:
    """What `deploy` would change. Nothing is changed, and no code is uploaded. Raises as `deploy` does.

    `template`: a file with one that is taken instead of the synthesised; UsageError for one that cannot be read.
    `drift`: whether CloudFormation is asked what others have changed, which takes it a minute or more.
    """
    from millrace.infra.deployment.tables import StageTables

    base, packaged = _ready(at, say), _packaged(at, project, say, fetch)
    if template is not None:
        packaged = replace(packaged, stack=_given(template, packaged.stack))
    deployed = at.stacks.find(at.stack)
    found = at.stacks.drift(at.stack) if deployed and drift else None
    proposal = at.stacks.propose(at.stack, _template(_bucket(at, base), base, packaged))
    if proposal.changes:
        at.stacks.discard(proposal)
    before = at.stacks.template(at.stack) if deployed else None
    resources = len(at.stacks.resources(at.stack)) if deployed else 0
    cost = _cost(project, before, packaged.stack.content)
    return StackComparison(proposal, found, resources, cost, StageTables.of(at, project).plans())


def _given(file: Path, stack: SynthesisedStack) -> SynthesisedStack:
    """The template of a file, whose parameters name the packaged code of the stage's own where they name none."""
    content = read_template(file)
    own = stack.content["Parameters"]
    named = {name: {**own.get(name, {}), **one} for name, one in content.get("Parameters", {}).items()}
    made = {**content, "Parameters": named}
    return replace(stack, content=made, text=json.dumps(made))


def _cost(project: Project, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> str:
    from millrace.usecases.deployment.cost import monthly_cost

    try:
        now = f"{monthly_cost(project, before):,.2f} US dollars now, " if before else ""
        then = f"{monthly_cost(project, after):,.2f} US dollars once it is deployed"
    except DefinitionError as error:
        return f"what it costs a month is not known: {error}"
    return f"a month: {now}{then}, by default assumptions"


def _ready(at: StageAccount, say: SayLine) -> Foundation:
    """What deployments rest on. A stack that takes no change is refused before anything is built."""
    base = foundation(at)
    at.stacks.ready(at.stack)
    if not base.is_current:
        say(f"the bootstrap stack is not what stage {at.stage.name} asks for now: give millrace bootstrap again")
    return base


def _packaged(at: StageAccount, project: Project, say: SayLine, fetch: Fetch | None) -> PackagedStack:
    packaged = packaged_stack(project, at.stage, fetch)
    for line in (*packaged.notes, *packaged.stack.notes):
        say(line)
    return packaged


def _bucket(at: StageAccount, base: Foundation) -> ArtefactBucket:
    from millrace.infra.deployment.artefacts import ArtefactBucket

    return ArtefactBucket(at.clients.s3, base.bucket, at.account)


def _template(bucket: ArtefactBucket, base: Foundation, packaged: PackagedStack) -> StackTemplate:
    """Every parameter is given: one that is left out of an update would be the template's default."""
    from millrace.infra.deployment.stacks import MOST_BYTES_INLINE, StackTemplate

    stack = packaged.stack
    given = {name: one.get("Default", "") for name, one in stack.content["Parameters"].items()}
    parameters = {**given, "ArtefactsBucket": bucket.name}
    long = len(stack.text.encode()) > MOST_BYTES_INLINE
    return StackTemplate(stack.text, bucket.template_url(stack.text) if long else "", parameters, base.role)
