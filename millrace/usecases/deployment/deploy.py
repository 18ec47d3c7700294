"""The stack of a stage in its account: deployed, compared with what is deployed, destroyed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from millrace.aws.calls import code_of, translated
from millrace.errors import DeploymentFailed, UsageError
from millrace.infra.project.project import Project
from millrace.usecases.deployment.bootstrap import DecideOnProposal, Foundation, TellEvent, change_stack, foundation
from millrace.usecases.deployment.preflight import too_little_room
from millrace.usecases.deployment.stack import PackagedStack, packaged_stack

if TYPE_CHECKING:
    from millrace.infra.deployment.account import StageAccount
    from millrace.infra.deployment.artefacts import ArtefactBucket
    from millrace.infra.deployment.outcomes import DeployedStack
    from millrace.infra.deployment.stacks import Proposal, StackResource, StackTemplate
    from millrace.infra.packaging.distributions import Fetch
    from millrace.infra.stack.template import SynthesisedStack

SayLine = Callable[[str], None]
_TRIGGER, _FUNCTION, _VERSION = "AWS::Glue::Trigger", "AWS::Lambda::Function", "AWS::Lambda::Version"


def deploy(
    at: StageAccount,
    project: Project,
    decide: DecideOnProposal,
    tell: TellEvent,
    say: SayLine,
    fetch: Fetch | None = None,
) -> DeployedStack | None:
    """Packages, uploads what is not there yet, and changes the stack where `decide` says so; None: it does not.

    Afterwards Glue's triggers stand as the stage says, whatever was changed, and the oldest versions of functions are
    removed. Raises UsageError without a bootstrap stack, DefinitionError, DeploymentFailed with the resource that
    failed, RetryLater while something else changes the stack, and what a call to AWS raises.
    """
    base = ready(at, say)
    tell_room(at, project, say)
    packaged = _packaged(at, project, say, fetch)
    bucket = bucket_of(at, base)
    for one in packaged.artefacts:
        size = f"{len(one.content):,} bytes"
        say(f"uploaded {one.file}, {size}" if bucket.add(one.file, one.content) else f"{one.file} is there already")
    bucket.add(packaged.release.file, packaged.release.content)  # last: where it is, all that it names is
    say(f"release {packaged.release.hash}")
    return put(at, base, packaged.stack, decide, tell, say)


def put(
    at: StageAccount,
    base: Foundation,
    stack: SynthesisedStack,
    decide: DecideOnProposal,
    tell: TellEvent,
    say: SayLine,
) -> DeployedStack | None:
    """Changes the stack to a template whose artefacts are in the bucket. As `deploy`, which see."""

    def decide_on_possible(proposal: Proposal) -> bool:
        if refused := [one for one in proposal.changes if one.refused]:
            told = "; ".join(f"{one.resource} ({one.kind}): {one.refused}" for one in refused)
            hint = f"Nothing was changed. millrace diff --stage {at.stage.name} shows all changes."
            raise DeploymentFailed(f"stack {at.stack} cannot become this: {told}.", hint=hint)
        return decide(proposal)

    found = change_stack(at, at.stack, _template(bucket_of(at, base), base, stack), decide_on_possible, tell)
    if found is not None:
        _finish(at, say)
    return found


def _finish(at: StageAccount, say: SayLine) -> None:
    """What CloudFormation does not do: Glue's triggers stand as the stage says, and functions have few versions."""
    from millrace.infra.deployment.triggers import set_triggers
    from millrace.infra.deployment.versions import remove_old_versions

    there = at.stacks.resources(at.stack)
    triggers = [one.physical for one in there if one.kind == _TRIGGER]
    started, stopped = set_triggers(at.clients.glue, triggers, scheduled=at.stage.schedules)
    for what, names in (("started", started), ("stopped", stopped)):
        if names:
            say(f"{what} {len(names)} triggers of Glue: {', '.join(names)}")
    functions = sorted(one.physical for one in there if one.kind == _FUNCTION)
    deployed = [one.physical for one in there if one.kind == _VERSION]
    if removed := remove_old_versions(at.clients.client("lambda"), functions, deployed):
        say(f"removed {removed} old versions of functions")


def diff(at: StageAccount, project: Project, say: SayLine, fetch: Fetch | None = None) -> Proposal:
    """What `deploy` would change. Nothing is changed, and no code is uploaded. Raises as `deploy` does."""
    base, packaged = ready(at, say), _packaged(at, project, say, fetch)
    proposal = at.stacks.propose(at.stack, _template(bucket_of(at, base), base, packaged.stack))
    if proposal.id:
        at.stacks.discard(proposal)
    return proposal


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


def ready(at: StageAccount, say: SayLine) -> Foundation:
    """What deployments rest on. A stack that takes no change is refused before anything is built."""
    base = foundation(at)
    at.stacks.ready(at.stack)
    if not base.is_current:
        say(f"the bootstrap stack is not what stage {at.stage.name} asks for now: give millrace bootstrap again")
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
