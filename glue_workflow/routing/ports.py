"""The ports of routing, each after the value that it takes."""

from __future__ import annotations

from typing import Protocol

import msgspec

from millrace.glue_workflow.workflow import item_name


class RoutedCall(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One call of a job, as whoever makes it is sent it.

    `number`: of this call among those of the job in this attempt, from 1. `by`: what makes the calls of this run, such
    as the ARN of a function's version. `item`: the one to be made, of a job that is made for each of a list.
    """

    workflow: str
    execution: str
    run_id: str
    attempt: int
    job: str
    number: int
    by: str
    item: str = ""

    @property
    def place(self) -> str:
        """The name of the record that the call makes."""
        return item_name(self.job, self.item) if self.item else self.job


class JobStarter(Protocol):
    """Starts calls of jobs, each in a process of its own. `code`: what makes the calls of runs that begin now."""

    @property
    def code(self) -> str: ...

    def start(self, call: RoutedCall) -> None:
        """Returns once the call is under way. Raises ServiceBusy, and ServiceRefused."""
        ...


class StateChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """That a call of a job has come to its end; without a `job`, that a run has. `error`: why it failed."""

    workflow: str
    run_id: str
    attempt: int
    state: str
    job: str = ""
    error: str = ""


class StateChanges(Protocol):
    """Whoever is told of changes of state. What is not told is found by the sweep."""

    def announce(self, change: StateChange) -> None:
        """Raises ServiceBusy, and ServiceRefused."""
        ...
