"""A stage out of its account again: its stack, or all that it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from millrace.aws.calls import code_of, translated
from millrace.errors import UsageError
from millrace.usecases.deployment.bootstrap import TellEvent
from millrace.usecases.deployment.stack import with_troposphere

if TYPE_CHECKING:
    from millrace.infra.deployment.account import StageAccount
    from millrace.infra.deployment.holdings import Holding, TellSteps
    from millrace.infra.deployment.outcomes import DeployedStack
    from millrace.infra.deployment.outliving import Outliving
    from millrace.infra.deployment.stacks import StackResource

ShowProgress = Callable[[str], AbstractContextManager["TellSteps"]]


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


@dataclass(frozen=True)
class WholeDestruction:
    """What `destroy --everything` would do. `stacks`: with how many resources each; those that are gone are none.
    `held`: what there is besides them, in the order of removal. `bootstrap`: whether the bootstrap stack and its
    bucket go, too.
    """

    stacks: tuple[tuple[DeployedStack, int], ...]
    held: tuple[Holding, ...]
    bootstrap: bool


def destruction(at: StageAccount) -> Destruction:
    """What would go and stay. Raises UsageError where there is no such stack or the stage protects it, RetryLater
    while something changes it.
    """
    from millrace.infra.deployment.outcomes import require_rest
    from millrace.infra.stack.deployment import BUCKET

    _require_unprotected(at)
    stack = at.deployed(
        "Nothing was changed. Check the stage, and the credentials. What outlived the stack is found by"
        f" millrace destroy --stage {at.stage.name} --everything."
    )
    require_rest(stack)
    template = _template(at)
    there = at.stacks.resources(at.stack)
    kept = tuple(one for one in there if template.get(one.title, {}).get("DeletionPolicy") == "Retain")
    lake = next((one.physical for one in there if one.title == BUCKET), "")
    return Destruction(stack, len(there) - len(kept), kept, lake, _has_data(at, lake))


def destroy(at: StageAccount, plan: Destruction, tell: TellEvent) -> None:
    """Deletes the stack. Raises DeploymentFailed with what could not be deleted."""
    at.stacks.delete(plan.stack, tell)


def whole_destruction(at: StageAccount, counted: Callable[[int], None], *, bootstrap: bool) -> WholeDestruction:
    """What would go. `counted` is told the versions that have been counted, now and then.

    The stack may be gone already: what an earlier command left is found. Raises as `destruction` does, and UsageError
    where there is nothing of the stage, or its table is protected.
    """
    with_troposphere()
    from millrace.infra.deployment.holdings import holdings_of

    _require_unprotected(at)
    names = (at.stack, at.bootstrap_stack) if bootstrap else (at.stack,)
    stacks = [(stack, len(at.stacks.resources(name))) for name in names if (stack := _at_rest(at, name))]
    held = tuple(holdings_of(at, counted, bootstrap=bootstrap))
    if not (stacks or held):
        raise UsageError(
            f"there is nothing of stage {at.stage.name} in account {at.account}, {at.stage.region}.",
            hint="Check the stage, and the credentials.",
        )
    return WholeDestruction(tuple(stacks), held, bootstrap)


def destroy_everything(
    at: StageAccount, plan: WholeDestruction, tells: Mapping[str, TellEvent], progress: ShowProgress
) -> Iterator[Outliving]:
    """Deletes the stacks, whose functions and jobs write no more then, and what is left of what the stage holds.

    `tells`: who is told of the events of a stack, by its name. Gives what outlives it. One that was cut off, given
    again, goes on with the rest. Raises DeploymentFailed, and what a call to AWS raises.
    """
    from millrace.infra.deployment.outliving import outliving

    for stack, _ in plan.stacks:
        at.stacks.delete(stack, tells[stack.name])
    for one in plan.held:
        with progress(f"{one.kind} {one.name}") as advance:
            one.remove(advance)
    return outliving(at, plan.held, bootstrap=plan.bootstrap)


def _require_unprotected(at: StageAccount) -> None:
    """Raises UsageError for a stage whose file protects it."""
    if at.stage.lake.deletion_protection:
        raise UsageError(
            f"stage {at.stage.name} is protected: deletion_protection is true in {at.stage.file}.",
            hint="Set it to false and deploy that, then destroy.",
        )


def _at_rest(at: StageAccount, name: str) -> DeployedStack | None:
    from millrace.infra.deployment.outcomes import require_rest

    stack = at.stacks.find(name)
    if stack is not None:
        require_rest(stack)
    return stack


def _template(at: StageAccount) -> Mapping[str, Any]:
    resources: Mapping[str, Any] = at.stacks.template(at.stack)["Resources"]
    return resources


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
