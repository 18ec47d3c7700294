"""A change of orchestrator: what runs workflows is only taken away between two runs, while none begins.

The clock's triggers of Glue are stopped first. Then the deployment takes the workflows' leases, once their runs have
ended, and keeps them until the stack is changed: a state machine or a router that is started meanwhile finds no run to
make, and leaves what waits to the next start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from millrace.errors import LeaseHeld, RetryLater
from millrace.glue_workflow.compilers.event_rules import JOB_ENDED
from millrace.infra.deployment.between_runs.waiting import pause, until_done
from millrace.infra.deployment.triggers import start_triggers, stop_scheduled_triggers
from millrace.infra.stack.orchestration.events import JOB_ENDED_OF

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient

    from millrace.glue_workflow.ports import Leases
    from millrace.infra.deployment.changes import PlannedChange
    from millrace.infra.deployment.stacks import StackResource

_RUNS_WORKFLOWS = ("AWS::Glue::Workflow", "AWS::StepFunctions::StateMachine")
_RULE = "AWS::Events::Rule"  # of which the one that tells a router of the ends of a workflow's jobs runs it


@dataclass(frozen=True)
class OrchestratorSwitch:
    """`workflows`: those whose orchestrator goes, by name; `triggers`: the stack's, of Glue. `pause`: between two looks
    at whether a run has ended.
    """

    workflows: tuple[str, ...]
    triggers: Sequence[str]
    leases: Leases
    glue: GlueClient
    pause: Callable[[], None] = field(default=pause)

    @contextmanager
    def between_runs(self, say: Callable[[str], None]) -> Iterator[None]:
        """In the context no run of these workflows is under way, and none begins. Where it fails, what was stopped is
        started again.

        Raises RetryLater where a run goes on for longer than is waited for, and what Glue raises.
        """
        stopped = stop_scheduled_triggers(self.glue, self.triggers)
        if stopped:
            say(f"stopped {len(stopped)} triggers of Glue until the stack is changed: {', '.join(stopped)}")
        try:
            with ExitStack() as held:
                until_done(self.workflows, lambda name: self._held(held, name), _waits(say), self.pause, _too_long)
                yield
        except BaseException:  # also Ctrl-C: the clock has to go on
            start_triggers(self.glue, stopped)
            raise

    def _held(self, held: ExitStack, workflow: str) -> bool:
        try:
            held.enter_context(self.leases.hold(workflow))
        except LeaseHeld:
            return False
        return True


def going_orchestrators(changes: Sequence[PlannedChange]) -> set[str]:
    """Of these changes, the resources that run workflows and go."""
    of_workflows = [one for one in changes if one.kind in _RUNS_WORKFLOWS or _is_chain(one)]
    return {one.resource for one in of_workflows if one.action == "Remove" or one.replacement == "yes"}


def losing_orchestrator(
    changes: Sequence[PlannedChange], resources: Sequence[StackResource], stage: str
) -> tuple[str, ...]:
    """The workflows that lose what runs them by these changes."""
    going = going_orchestrators(changes)
    physical = [one.physical.rpartition(":")[2] for one in resources if one.title in going]
    names = (name.removeprefix(f"millrace_{stage}_").removesuffix(JOB_ENDED) for name in physical)
    return tuple(sorted(names))


def _is_chain(change: PlannedChange) -> bool:
    return change.kind == _RULE and change.resource.startswith(JOB_ENDED_OF)


def _waits(say: Callable[[str], None]) -> Callable[[str], None]:
    return lambda names: say(f"the change of orchestrator waits for the end of a run of {names}; none begins meanwhile")


def _too_long(names: str) -> RetryLater:
    return RetryLater(
        f"nothing was changed: a run of {names} is under way, and would lose what runs it.",
        hint="Give the same command again when it has ended, or stop its execution first.",
    )
