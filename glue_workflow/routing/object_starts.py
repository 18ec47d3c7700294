"""Starts of runs by new raw objects: at most one in each window of so many minutes, and none is forgotten.

Each object is noted before a run is begun for it. What is noted while a run is under way, or after the one of its
window was begun, waits for the clock, which looks at the begin of each window.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec

from millrace.clock import Clock
from millrace.glue_workflow.ports import RunRecord, RunState
from millrace.state.conditional_items import ConditionalItems
from millrace.state.dynamo_keys import OBJECTS, Key
from millrace.state.instants import text_of


class _Noted(msgspec.Struct, frozen=True, omit_defaults=True):
    """`objects`: how many were noted; `taken`: how many of these a run was begun for. `window`: the key of the last
    start; `run_id`: the run that it began, "" where it has not yet. `again`: that run is one more look, since the one
    before found nothing.
    """

    objects: int = 0
    taken: int = 0
    window: str = ""
    run_id: str = ""
    again: bool = False

    @property
    def is_owed(self) -> bool:
        return self.objects > self.taken or (self.window != "" and self.run_id == "")


@dataclass(frozen=True)
class ObjectStarts:
    """The starts of one workflow by objects, at most one in each `window`. `begin`: begins a run with a key, and gives
    its id; "" where another run is under way.
    """

    items: ConditionalItems
    clock: Clock
    workflow: str
    window: timedelta

    def note(self) -> None:
        """An object has come, or something else wants a run."""
        self._change(lambda noted: msgspec.structs.replace(noted, objects=noted.objects + 1))

    def start(self, begin: Callable[[str], str]) -> str:
        """The id of the run that was begun for what is noted; "" for none: nothing is, or it waits."""
        key = f"objects-{text_of(_window(self.clock.now(), self.window))}"
        noted = self._change(lambda noted: _claimed(noted, key))
        if noted.window != key or noted.run_id:
            return ""
        run_id = begin(key)
        if run_id:
            self._change(lambda noted: msgspec.structs.replace(noted, run_id=run_id) if noted.window == key else noted)
        return run_id

    def ended(self, run: RunRecord) -> None:
        """A run that failed is tried again in the next window, as by a schedule. So is, once, one that found nothing:
        its event may have come before the message that names the object.
        """
        self._change(lambda noted: _after(noted, run))

    def _change(self, to: Callable[[_Noted], _Noted]) -> _Noted:
        key = Key(OBJECTS, self.workflow)
        while True:
            data = self.items.get(key)
            before = msgspec.json.decode(data, type=_Noted) if data else _Noted()
            after = to(before)
            if after == before or self.items.swap(key, data, msgspec.json.encode(after), fenced=False):
                return after


def _claimed(noted: _Noted, key: str) -> _Noted:
    """What was noted is taken by the first start of a window alone: later notes are not sure to be in its run."""
    if noted.window == key or not noted.is_owed:
        return noted
    return msgspec.structs.replace(noted, taken=noted.objects, window=key, run_id="")


def _after(noted: _Noted, run: RunRecord) -> _Noted:
    if noted.run_id != run.run_id or noted.objects > noted.taken:
        return noted
    found_nothing = run.state is RunState.SUCCEEDED and not run.partitions
    if run.state is RunState.SUCCEEDED and not (found_nothing and not noted.again):
        return msgspec.structs.replace(noted, again=False)
    return msgspec.structs.replace(noted, objects=noted.objects + 1, again=found_nothing)


def _window(now: datetime, length: timedelta) -> datetime:
    """The begin of the window that an instant is in; windows begin with the hour."""
    hour = now.replace(minute=0, second=0, microsecond=0)
    return hour + (now - hour) // length * length
