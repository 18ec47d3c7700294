"""One call of a job in a process of its own: the step, the note that the call has come to its end, and the event of it.

What may pass by itself is raised, so that whatever invokes the process calls it again: it is no answer. So is a death.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from millrace.errors import LeaseLost, RetryLater
from millrace.glue_workflow.ports import JobRecord, RunState
from millrace.glue_workflow.routing.job_calls import JobCalls
from millrace.glue_workflow.routing.ports import RoutedCall, StateChange, StateChanges
from millrace.glue_workflow.run.end import told


@dataclass(frozen=True)
class RoutedJobs:
    """`step`: makes the step of a call, as WorkflowExecution does."""

    calls: JobCalls
    changes: StateChanges
    step: Callable[[RoutedCall], JobRecord]

    def make(self, call: RoutedCall) -> StateChange | None:
        """What was told; None: a later call was started since, and makes the step.

        A call that comes twice does its work once. Raises RetryLater, and what ends a process.
        """
        begun = self.calls.begin(call)
        if begun is None:
            return None
        state, error = (begun.answer, begun.error) if begun.answered else self._made(call)
        if not state or self.calls.answer(call, state, error) is None:
            return None
        change = StateChange(call.workflow, call.run_id, call.attempt, state, job=call.place, error=error)
        self.changes.announce(change)
        return change

    def _made(self, call: RoutedCall) -> tuple[str, str]:
        """The state of the step, and its error; "": another process has begun it, and answers for it."""
        try:
            return str(self.step(call).state), ""
        except LeaseLost:
            return "", ""
        except RetryLater:
            raise
        except Exception as error:  # noqa: BLE001 - an error of whatever kind is the answer, and ends the run
            return str(RunState.FAILED), told(error)
