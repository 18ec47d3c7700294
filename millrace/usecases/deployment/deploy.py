"""The stack of a stage in its account: deployed, and compared with what is deployed."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from millrace.errors import DefinitionError, DeploymentFailed
from millrace.infra.project.project import Project
from millrace.state.formats import TABLE_FORMAT
from millrace.usecases.deployment.bootstrap import Foundation, TellEvent, change_stack, foundation
from millrace.usecases.deployment.preflight import too_little_room
from millrace.usecases.deployment.stack import PackagedStack, packaged_stack, read_template
from millrace.usecases.deployment.state import unheard

if TYPE_CHECKING:
    from millrace.infra.deployment.account import StageAccount
    from millrace.infra.deployment.artefacts import ArtefactBucket
    from millrace.infra.deployment.between_runs.tables import PlannedTable, StageTables
    from millrace.infra.deployment.drift import StackDrift
    from millrace.infra.deployment.outcomes import DeployedStack
    from millrace.infra.deployment.stacks import Proposal, StackResource, StackTemplate
    from millrace.infra.packaging.distributions import Fetch
    from millrace.infra.stack.template import SynthesisedStack

SayLine = Callable[[str], None]
DecideOnDeployment = Callable[["Proposal", Sequence["PlannedTable"]], bool]
_TRIGGER, _FUNCTION, _VERSION = "AWS::Glue::Trigger", "AWS::Lambda::Function", "AWS::Lambda::Version"
_TABLES_FOLLOW = "tables stay as they are: the next run of each workflow makes of them what this release needs"


def deploy(
    at: StageAccount,
    project: Project,
    decide: DecideOnDeployment,
    tell: TellEvent,
    say: SayLine,
    fetch: Fetch | None = None,
) -> DeployedStack | None:
    """Packages, uploads what is not there yet, and changes the stack where `decide` says so; None: it does not.

    Afterwards Glue's triggers stand as the stage says, whatever was changed, the oldest versions of functions are
    removed, and the tables that runs publish are as declared, but for what only a reprocess changes. Raises UsageError
    without a bootstrap stack, DefinitionError, LakeError where this Millrace would not read the state that there is,
    DeploymentFailed with the resource that failed, RetryLater while something else changes the stack, or a run is
    under way, and what a call to AWS raises.
    """
    from millrace.infra.deployment.between_runs.tables import StageTables

    base = _ready_for_this(at, say)
    tell_room(at, project, say)
    packaged = _packaged(at, project, say, fetch)
    bucket = bucket_of(at, base)
    for one in packaged.artefacts:
        size = f"{len(one.content):,} bytes"
        say(f"uploaded {one.file}, {size}" if bucket.add(one.file, one.content) else f"{one.file} is there already")
    bucket.add(packaged.release.file, packaged.release.content)  # last: where it is, all that it names is
    say(f"release {packaged.release.hash}")
    return put(at, base, packaged.stack, decide, tell, say, StageTables.of(at, project))


def put(
    at: StageAccount,
    base: Foundation,
    stack: SynthesisedStack,
    decide: DecideOnDeployment,
    tell: TellEvent,
    say: SayLine,
    tables: StageTables | None = None,
) -> DeployedStack | None:
    """Changes the stack to a template whose artefacts are in the bucket, then the tables. As `deploy`, which see.

    `tables`: None leaves them to the next run, as where the definitions are a release's and not those at hand.
    """
    planned = tables.plans() if tables else []

    def decide_on_possible(proposal: Proposal) -> bool:
        if refused := [one for one in proposal.changes if one.refused]:
            told = "; ".join(f"{one.resource} ({one.kind}): {one.refused}" for one in refused)
            hint = f"Nothing was changed. millrace diff --stage {at.stage.name} shows all changes."
            raise DeploymentFailed(f"stack {at.stack} cannot become this: {told}.", hint=hint)
        if not decide(proposal, planned):
            return False
        held.enter_context(_between_runs(at, proposal, say))
        return True

    due = any(table.plan.is_due for table in planned)
    template = _template(bucket_of(at, base), base, stack)
    with ExitStack() as held:
        found = change_stack(at, at.stack, template, decide_on_possible, tell, asks=due)
    if found is not None:
        _finish(at, found, say)
        if tables:
            tables.migrate(planned, say)
        else:
            say(_TABLES_FOLLOW)
    return found


def _between_runs(at: StageAccount, proposal: Proposal, say: SayLine) -> AbstractContextManager[None]:
    """Where the orchestrator of workflows goes, no run of theirs is under way in the context, and none begins."""
    from millrace.infra.deployment.between_runs.orchestrator_switch import (
        OrchestratorSwitch,
        going_orchestrators,
        losing_orchestrator,
    )
    from millrace.infra.deployment.between_runs.stage_lake import stage_lake

    if not going_orchestrators(proposal.changes):
        return nullcontext()
    resources = at.stacks.resources(at.stack)
    workflows = losing_orchestrator(proposal.changes, resources, at.stage.name)
    triggers, leases = _physical(resources, _TRIGGER), stage_lake(at).leases
    return OrchestratorSwitch(workflows, triggers, leases, at.clients.glue).between_runs(say)


def _finish(at: StageAccount, found: DeployedStack, say: SayLine) -> None:
    """What CloudFormation does not do: Glue's triggers stand as the stage says, and functions have few versions."""
    from millrace.infra.deployment.triggers import set_triggers
    from millrace.infra.deployment.versions import remove_old_versions

    there = at.stacks.resources(at.stack)
    started, stopped = set_triggers(at.clients.glue, _physical(there, _TRIGGER), scheduled=at.stage.schedules)
    for what, names in (("started", started), ("stopped", stopped)):
        if names:
            say(f"{what} {len(names)} triggers of Glue: {', '.join(names)}")
    versions, functions = _physical(there, _VERSION), _physical(there, _FUNCTION)
    if removed := remove_old_versions(at.clients.client("lambda"), functions, versions):
        say(f"removed {removed} old versions of functions")
    for line in unheard(at, found):
        say(line)


def _physical(resources: Sequence[StackResource], kind: str) -> list[str]:
    """The names in the account of the resources of a type, sorted."""
    return sorted(one.physical for one in resources if one.kind == kind)


@dataclass(frozen=True)
class StackComparison:
    """What `deploy` would change. `drift`: what others have changed meanwhile, None where it was not looked for.

    `resources`: how many the stack has now. `cost`: what the stack costs a month, now and then, in words. `tables`: of
    those that runs publish, what is not as declared. `switched`: the workflows that lose what runs them now.
    """

    proposal: Proposal
    drift: StackDrift | None
    resources: int
    switched: Sequence[str]
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
    from millrace.infra.deployment.between_runs.orchestrator_switch import losing_orchestrator
    from millrace.infra.deployment.between_runs.tables import StageTables

    base, packaged = _ready_for_this(at, say), _packaged(at, project, say, fetch)
    if template is not None:
        packaged = replace(packaged, stack=_given(template, packaged.stack))
    deployed = at.stacks.find(at.stack)
    found = at.stacks.drift(at.stack) if deployed and drift else None
    proposal = at.stacks.propose(at.stack, _template(bucket_of(at, base), base, packaged.stack))
    if proposal.id:
        at.stacks.discard(proposal)
    before = at.stacks.template(at.stack) if deployed else None
    resources = at.stacks.resources(at.stack) if deployed else []
    switched = losing_orchestrator(proposal.changes, resources, at.stage.name)
    cost = _cost(project, before, packaged.stack.content)
    return StackComparison(proposal, found, len(resources), switched, cost, StageTables.of(at, project).plans())


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


def ready(at: StageAccount, say: SayLine) -> Foundation:
    """What deployments rest on. A stack that takes no change is refused before anything is built."""
    base = foundation(at)
    at.stacks.ready(at.stack)
    if not base.is_current:
        say(f"the bootstrap stack is not what stage {at.stage.name} asks for now: give millrace bootstrap again")
    return base


def _ready_for_this(at: StageAccount, say: SayLine) -> Foundation:
    """The same, for code that this process packages."""
    from millrace.infra.deployment.releases import require_state

    base = ready(at, say)
    require_state(at, "this Millrace", TABLE_FORMAT)
    return base


def tell_room(at: StageAccount, project: Project, say: SayLine) -> None:
    for line in too_little_room(at, project):
        say(line)


def _packaged(at: StageAccount, project: Project, say: SayLine, fetch: Fetch | None) -> PackagedStack:
    packaged = packaged_stack(project, at.stage, fetch)
    for line in (*packaged.notes, *packaged.stack.notes):
        say(line)
    return packaged


def bucket_of(at: StageAccount, base: Foundation) -> ArtefactBucket:
    from millrace.infra.deployment.artefacts import ArtefactBucket

    return ArtefactBucket(at.clients.s3, base.bucket, at.account)


def _template(bucket: ArtefactBucket, base: Foundation, stack: SynthesisedStack) -> StackTemplate:
    """Every parameter is given: one that is left out of an update would be the template's default."""
    from millrace.infra.deployment.stacks import MOST_BYTES_INLINE, StackTemplate

    given = {name: one.get("Default", "") for name, one in stack.content["Parameters"].items()}
    parameters = {**given, "ArtefactsBucket": bucket.name}
    long = len(stack.text.encode()) > MOST_BYTES_INLINE
    return StackTemplate(stack.text, bucket.template_url(stack.text) if long else "", parameters, base.role)
