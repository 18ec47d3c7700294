"""What has to be done with each thing, so that Grafana has it as it is defined."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from millrace.dashboards.grafana.publishing.marks import comparable, digest, mark_of, marked
from millrace.dashboards.grafana.publishing.ports import Content, FoundThing, GrafanaServer, Thing, ThingKind

_MOST_LINES = 40  # of a difference that is shown


class NeededChange(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    NONE = "unchanged"
    BY_A_PERSON = "changed in Grafana"


@dataclass(frozen=True)
class PlannedThing:
    """A thing, and what is in Grafana of it."""

    thing: Thing
    found: FoundThing | None

    @property
    def change(self) -> NeededChange:
        if self.found is None:
            return NeededChange.CREATE
        if self.thing.kind is ThingKind.FOLDER:
            return NeededChange.NONE if self.there() == self.thing.content else NeededChange.UPDATE
        there = digest(self.thing, self.found.content)
        if there == digest(self.thing, self.thing.content):
            return NeededChange.NONE if self._is_marked else NeededChange.UPDATE
        return NeededChange.UPDATE if mark_of(self.thing, self.found) == there else NeededChange.BY_A_PERSON

    @property
    def is_by_a_person(self) -> bool:
        return self.change is NeededChange.BY_A_PERSON

    def is_to_be_put(self, *, force: bool) -> bool:
        return self.change in (NeededChange.CREATE, NeededChange.UPDATE) or (force and self.is_by_a_person)

    def there(self) -> Content:
        """What is in Grafana, without the mark."""
        return comparable(self.thing, self.found.content) if self.found is not None else {}

    @property
    def _is_marked(self) -> bool:
        """Or of a kind without marks."""
        return self.found is not None and mark_of(self.thing, self.found) == mark_of(
            self.thing, FoundThing(marked(self.thing).content)
        )

    def difference(self) -> list[str]:
        """From what is in Grafana to what is defined, in lines; the first of many. An address may be a secret."""
        if self.thing.kind is ThingKind.CONTACT:
            return []
        there = _lines(self.there()) if self.found is not None else []
        here = _lines(comparable(self.thing, self.thing.content))
        names = (f"{self.thing.uid} in Grafana", f"{self.thing.uid} as defined")
        lines = [*difflib.unified_diff(there, here, *names, n=1, lineterm="")]
        more = len(lines) - _MOST_LINES
        return [*lines[:_MOST_LINES], f"... {more} more lines"] if more > 0 else lines


def plan(things: Iterable[Thing], grafana: GrafanaServer) -> list[PlannedThing]:
    """In the order in which things are published."""
    order = [*ThingKind]
    return [PlannedThing(one, grafana.find(one)) for one in sorted(things, key=lambda one: order.index(one.kind))]


def carried_out(planned: Iterable[PlannedThing], grafana: GrafanaServer, *, force: bool) -> Iterator[PlannedThing]:
    """Each thing once it is in Grafana as it is defined, or is left as it is; `force`: also over a person's change."""
    for one in planned:
        if one.is_to_be_put(force=force):
            grafana.put(marked(one.thing), one.found)
        yield one


def _lines(content: Content) -> list[str]:
    return json.dumps(content, indent=1, sort_keys=True, ensure_ascii=False).splitlines()
