"""The stack of a stage in its account: deployed, compared with what is deployed, destroyed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from millrace.aws.calls import code_of, translated
from millrace.errors import DeploymentFailed, UsageError
from millrace.infra.project.project import Project
from millrace.usecases.deployment.bootstrap import Foundation, TellEvent, change_stack, foundation
from millrace.usecases.deployment.preflight import too_little_room
from millrace.usecases.deployment.stack import PackagedStack, packaged_stack

if TYPE_CHECKING:
    from millrace.infra.deployment.account import StageAccount
    from millrace.infra.deployment.artefacts import ArtefactBucket
    from millrace.infra.deployment.outcomes import DeployedStack
    from millrace.infra.deployment.stacks import Proposal, StackResource, StackTemplate
    from millrace.infra.deployment.tables import PlannedTable
    from millrace.infra.packaging.distributions import Fetch

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
    tables.migrate(planned, say)
    for table in planned:
        if remains := table.remains():
            say(f"{table.plan.table}: {remains}")
    return found


def diff(
    at: StageAccount, project: Project, say: SayLine, fetch: Fetch | None = None
) -> tuple[Proposal, list[PlannedTable]]:
    """What `deploy` would change: the stack, and the tables that runs publish. Nothing is changed, and no code is
    uploaded. Raises as `deploy` does.
    """
    from millrace.infra.deployment.tables import StageTables

    base, packaged = _ready(at, say), _packaged(at, project, say, fetch)
    proposal = at.stacks.propose(at.stack, _template(_bucket(at, base), base, packaged))
    if proposal.changes:
        at.stacks.discard(proposal)
    return proposal, StageTables.of(at, project).plans()


@dataclass(frozen=True)
class Destruction:
    """What `destroy` would do. `removed`: how many resources; `kept`: those that outlive the stack. `lake`: its bucket;
    `has_data`: whether there is an object in it.
    """

    stack: DeployedStack
    removed: int
    kept: tuple[StackResource, ...]
    lake: str
    has_data: bool


def destruction(at: StageAccount) -> Destruction:
    """What would go and stay. Raises UsageError where there is no such stack or the stage protects it, RetryLater
    while something changes it.
    """
    from millrace.infra.deployment.outcomes import require_rest
    from millrace.infra.stack.deployment import BUCKET

    stack = at.stacks.find(at.stack)
    if stack is None:
        raise UsageError(
            f"there is no stack {at.stack} in account {at.account}, {at.stage.region}.",
            hint="Nothing was changed. Check the stage, and the credentials.",
        )
    require_rest(stack)
    if at.stage.lake.deletion_protection:
        raise UsageError(
            f"stage {at.stage.name} is protected: deletion_protection is true in {at.stage.file}.",
            hint="Set it to false and deploy that, then destroy.",
        )
    template = at.stacks.template(at.stack)["Resources"]
    there = at.stacks.resources(at.stack)
    kept = tuple(one for one in there if template.get(one.title, {}).get("DeletionPolicy") == "Retain")
    lake = next((one.physical for one in there if one.title == BUCKET), "")
    return Destruction(stack, len(there) - len(kept), kept, lake, _has_data(at, lake))


def destroy(at: StageAccount, plan: Destruction, tell: TellEvent) -> None:
    """Deletes the stack. Raises DeploymentFailed with what could not be deleted."""
    at.stacks.delete(plan.stack, tell)


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


def _has_data(at: StageAccount, bucket: str) -> bool:
    from botocore.exceptions import ClientError

    if not bucket:
        return False
    with translated("s3", f"s3://{bucket}"):
        try:
            return bool(at.clients.s3.list_objects_v2(Bucket=bucket, MaxKeys=1).get("KeyCount"))
        except ClientError as error:
            if code_of(error) == "NoSuchBucket":
                return False
            raise
