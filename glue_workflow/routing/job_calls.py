"""Which calls of jobs were started, and which have ended: an item for each job, written by compare and swap.

The job's record says what was done; the item says whether a process is at it. Only together do they tell whose turn it
is: a record of a failure may be one that is tried again in a minute.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import msgspec

from millrace.clock import Clock
from millrace.glue_workflow.ports import RunRecord
from millrace.glue_workflow.routing.ports import RoutedCall
from millrace.state.conditional_items import ConditionalItems
from millrace.state.dynamo_keys import CALLED, Key
from millrace.state.instants import instant_of, text_of


class JobCall(msgspec.Struct, frozen=True, omit_defaults=True):
    """The last call of a job. `since`: when it was started, or when its process last began. `answer`: the state that it
    ended in, "" until then; `error`: why it failed, also where no record says it. `unanswered`: how many calls in a row
    before it had no answer.
    """

    run_id: str
    attempt: int
    number: int
    since: str
    by: str
    unanswered: int = 0
    answer: str = ""
    error: str = ""

    @property
    def answered(self) -> bool:
        return self.answer != ""

    @property
    def started_at(self) -> datetime:
        return instant_of(self.since)

    def is_of(self, run: RunRecord | RoutedCall) -> bool:
        return (self.run_id, self.attempt) == (run.run_id, run.attempt)

    def is_from(self, call: RoutedCall) -> bool:
        return self.is_of(call) and self.number == call.number


_NOT_STARTED = "not started"


@dataclass(frozen=True)
class JobCalls:
    """The calls of one lake's jobs."""

    items: ConditionalItems
    clock: Clock

    def last_call(self, run: RunRecord, job: str) -> JobCall | None:
        """The last call of a job, or of an item of one, in this attempt; None: it was not called yet."""
        found = self._read(run.workflow, job)[1]
        return found if found is not None and found.is_of(run) else None

    def take(self, call: RoutedCall, before: JobCall | None, *, unanswered: int) -> bool:
        """Note that this call is started; False: somebody else has started one. `before`: what `last_call` gave."""
        data, found = self._read(call.workflow, call.place)
        if (found if found is not None and found.is_of(call) else None) != before:
            return False
        now = text_of(self.clock.now())
        noted = JobCall(call.run_id, call.attempt, call.number, now, call.by, unanswered)
        return self._swap(call, data, noted)

    def drop(self, call: RoutedCall) -> None:
        """Take back the note of a call that could not be started."""
        self._change(call, answer=_NOT_STARTED)

    def begin(self, call: RoutedCall) -> JobCall | None:
        """Note that a process begins this call, which may be its second one; None: a later call was started since."""
        return self._change(call, since=text_of(self.clock.now()))

    def answer(self, call: RoutedCall, state: str, error: str = "") -> JobCall | None:
        """Note how this call ended, if it has not before; None: a later call was started since."""
        return self._change(call, answer=state, error=error)

    def _change(self, call: RoutedCall, **fields: object) -> JobCall | None:
        while True:
            data, found = self._read(call.workflow, call.place)
            if found is None or not found.is_from(call):
                return None
            if found.answered:
                return found
            changed = msgspec.structs.replace(found, **fields)
            if self._swap(call, data, changed):
                return changed

    def _read(self, workflow: str, job: str) -> tuple[bytes | None, JobCall | None]:
        data = self.items.get(_key(workflow, job))
        return data, msgspec.json.decode(data, type=JobCall) if data else None

    def _swap(self, call: RoutedCall, before: bytes | None, after: JobCall) -> bool:
        return self.items.swap(_key(call.workflow, call.place), before, msgspec.json.encode(after), fenced=False)


def _key(workflow: str, job: str) -> Key:
    return Key(CALLED, f"{workflow}#{job}")
