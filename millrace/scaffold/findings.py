"""What is found in a sample response: the entities, the time of observation, the key and the position of an entity."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from millrace.errors import UsageError
from millrace.ingestors.http.json_path import JsonStep, path_of, places, steps_of, value_at, value_of
from millrace.scaffold.columns import FoundColumn, Steps, columns_of, left_out, scalars_of
from millrace.scaffold.instants import InstantForm, instant_form
from millrace.scaffold.names import singular, snake_case
from millrace.scaffold.shapes import Shape, shape_of

_TIME_NAMES = (
    re.compile(r"(last_)?updated?(_at|_time|_timestamp|_on)?|timestamp|time_?stamp|observed(_at)?|observation_time"),
    re.compile(r".*(time|updated|stamp|observed|generated|reported|as_of|published).*"),
    re.compile(r"(.*_)?(date|ts|at|when|epoch|datetime)"),
)
_KEY_NAMES = (
    re.compile(r"id|uid|uuid|key"),
    re.compile(r".*_(id|uid|uuid|key)"),
    re.compile(r"(.*_)?(code|number|no|nr|ref|name)"),
)
_GENERIC = """
    item data feature value entry result record row list array element response payload object coordinate reading
    member document answer child node geometry feature property
""".split()  # noqa: SIM905 - a list of words
_AT_ONCE = timedelta(days=1)  # between the time of observation and the others of one response
_SURE = 5  # entities from which a text that never repeats is taken for a key whatever its name is
_LONGEST_SEQUENCE = 10_000  # of Athena; rows of an entity are numbered by one


@dataclass(frozen=True, slots=True)
class FoundTime:
    """The path of the time of observation. With `[*]` it is in every element of an array: the newest one counts."""

    steps: tuple[JsonStep, ...]
    form: InstantForm

    @property
    def path(self) -> str:
        return path_of(self.steps)


@dataclass(frozen=True)
class Findings:
    """A source's name and sample, with what is found in it. `key`: from an entity to its key, None without one."""

    name: str
    document: Any
    entities_at: Steps
    time: FoundTime
    timezone: ZoneInfo
    key: Steps | None = field(default=None)

    @cached_property
    def entities(self) -> list[Any]:
        found: list[Any] = value_at(self.document, self.entities_path)
        return found

    @property
    def entities_path(self) -> str:
        return path_of(self.entities_at)

    @cached_property
    def shape(self) -> Shape:
        return shape_of([self.document])

    @cached_property
    def entity(self) -> Shape:
        return shape_of(self.entities)

    @cached_property
    def columns(self) -> list[FoundColumn]:
        return columns_of(self.entity, self.noun, self.key)

    @property
    def entities_max(self) -> int:
        """Of a plausible snapshot: several times as many as in the sample."""
        most = max(100, 4 * len(self.entities))
        return min(most, _LONGEST_SEQUENCE) if self.key is not None else most

    @property
    def noun(self) -> str:
        """What one entity is called, such as `station`."""
        return noun_of(self.entities_at, self.name)

    @property
    def column_of_key(self) -> str | None:
        return next((one.name for one in self.columns if one.role == "key"), None)

    @cached_property
    def varying(self) -> list[FoundColumn]:
        """The columns of numbers that change from snapshot to snapshot, as it seems; all with numbers where none do."""
        numbers = [one for one in self.columns if one.is_measure]
        return [one for one in numbers if one.varies] or numbers

    @property
    def times(self) -> list[str]:
        """The paths of all times of about the time of observation, which is the first."""
        observed = max(self._instants_at(self.time))
        near = [
            one.path
            for one in times_found(self.document, self.entities_at)
            if one.form.time_format in (None, self.time.form.time_format)
            and all(abs(at - observed) < _AT_ONCE for at in self._instants_at(one))
        ]
        return list(dict.fromkeys([self.time.path, *near]))

    def _instants_at(self, time: FoundTime) -> list[datetime]:
        return [time.form.read(value_of(one), self.timezone) for one in places(self.document, time.path)]

    def column(self, role: str) -> FoundColumn | None:
        return next((one for one in self.columns if one.role == role), None)

    def told(self) -> Iterator[str]:
        """What was taken for what, and what was left out: one line each."""
        yield f"entities: {len(self.entities)} at {self.entities_path}, each a {self.noun}"
        yield f"time: {self.time.path}, {self.time.form.title}{self._offset()}"
        yield f"time zone: {self.timezone}, whose days are the partitions"
        yield f"key: {path_of(self.key) if self.key is not None else 'none; the same entity twice counts twice'}"
        place = [path_of(one.steps) for role in ("longitude", "latitude") if (one := self.column(role))]
        yield f"position: {', '.join(place) if len(place) > 1 else 'none'}"
        arrays = [(path_of(one), value_at(self.document, path_of(one))) for one in entities_found(self.document)]
        others = [f"{path} (an array of {len(array)})" for path, array in arrays if path != self.entities_path]
        yield f"left out: {', '.join([*left_out(self.entity), *others]) or 'nothing of the entities'}"

    def _offset(self) -> str:
        """What the time itself says of a zone that is not the chosen one."""
        at = max(self._instants_at(self.time))
        is_other = "offset" in self.time.form.title and at.utcoffset() != at.astimezone(self.timezone).utcoffset()
        return f" ({at.isoformat()[-6:]}, which is not the time zone's; give another by --timezone)" if is_other else ""


def noun_of(entities_at: Steps, name: str) -> str:
    for step in reversed(entities_at):
        word = singular(snake_case(step)) if isinstance(step, str) else ""
        word = word.removesuffix("_data").removesuffix("_list")
        if word and word not in _GENERIC and not word[0].isdigit():
            return word
    return "entity"


def entities_found(document: Any) -> list[Steps]:
    """The arrays that may be those of the entities, the likeliest first."""
    times = [steps for steps, _ in _instants(document)]

    def rank(found: tuple[Steps, list[Any]]) -> tuple[int, int, bool, int]:
        steps, array = found
        shared = max((_shared(steps, time) for time in times), default=0)
        return len(array), shared, bool(_times_inside(array)), -len(steps)

    found = [one for one in _arrays(document, ()) if _is_of_entities(one[1])]
    return [steps for steps, _ in sorted(found, key=rank, reverse=True)]


def times_found(document: Any, entities_at: Steps) -> list[FoundTime]:
    """The times that may be that of the observation, the likeliest first: outside of the entities, else inside."""
    length = len(entities_at)

    def rank(found: tuple[Steps, InstantForm]) -> tuple[int, int, int]:
        steps, _ = found
        return _name_rank(steps, _TIME_NAMES), -_shared(steps, entities_at), len(steps)

    outside = [one for one in _instants(document) if one[0][:length] != entities_at or len(one[0]) <= length]
    found = [FoundTime(steps, form) for steps, form in sorted(outside, key=rank)]
    inside = _times_inside(value_at(document, path_of(entities_at)))
    inside.sort(key=lambda one: (_name_rank(one[0], _TIME_NAMES), len(one[0])))
    return [*found, *(FoundTime((*entities_at, None, *steps), form) for steps, form in inside)]


def keys_found(entities: Sequence[Any]) -> list[Steps]:
    """The fields that may name an entity: in each one, and never twice. The likeliest first."""
    if len(entities) > _LONGEST_SEQUENCE // 2:
        return []
    found = []
    for steps, shape, is_always in scalars_of(shape_of(entities)):
        values = shape.texts or shape.numbers
        named = _name_rank(steps, _KEY_NAMES)
        fits = shape.is_text or (shape.scalars == {int} and named < len(_KEY_NAMES))
        is_sure = named < len(_KEY_NAMES) or (len(entities) >= _SURE and instant_form(values) is None)
        if is_always and fits and is_sure and len(set(values)) == len(values) and not (shape.is_text and "" in values):
            found.append((named, len(steps), steps))
    return [steps for *_, steps in sorted(found, key=lambda one: one[:2])]


def entities_at(document: Any, path: str) -> Steps:
    """The steps of a path that the user gives. Raises UsageError where there is no array with entities."""
    steps = steps_of(path)
    found = value_at(document, path) if steps is not None else None
    if steps is None or None in steps or not isinstance(found, list):
        raise UsageError(
            f"the sample has no array at {path!r}.",
            hint="Give --entities-path as a path such as $.data.stations, or $ where the whole is an array.",
        )
    if not any(one is not None for one in found):
        raise UsageError(
            f"the array at {path!r} of the sample has no entities.", hint="Give a sample with some; see --sample."
        )
    return tuple(one for one in steps if one is not None)


def time_at(document: Any, path: str) -> FoundTime:
    """The time at a path that the user gives. Raises UsageError where there is none, or one that cannot be read."""
    steps = steps_of(path)
    values = [value_of(place) for place in places(document, path)]
    if steps is None or not values or steps.count(None) > 1:
        raise UsageError(
            f"the sample has nothing at {path!r}.",
            hint="Give --time-path as a path such as $.updated, or $.stations[*].updated for the newest of all.",
        )
    form = instant_form(values)
    if form is None:
        raise UsageError(
            f"{values[0]!r}, at {path!r} of the sample, is no time in a form that is known.",
            hint="Give the path of a time in ISO 8601 or Unix time by --time-path.",
        )
    if None in steps and not _is_in_each(document, steps):
        raise UsageError(f"not every element has a time at {path!r}.", hint="Give another path by --time-path.")
    return FoundTime(steps, form)


def _is_in_each(document: Any, steps: tuple[JsonStep, ...]) -> bool:
    each = steps.index(None) + 1
    return len(places(document, path_of(steps))) == len(places(document, path_of(steps[:each])))


def _arrays(value: Any, steps: Steps) -> Iterator[tuple[Steps, list[Any]]]:
    """The arrays that one path leads to: below objects, and below the only element of an array."""
    if isinstance(value, list):
        yield steps, value
        if len(value) == 1:
            yield from _arrays(value[0], (*steps, 0))
    elif isinstance(value, dict):
        for name, below in value.items():
            if _can_be_step(name):
                yield from _arrays(below, (*steps, name))


def _can_be_step(name: str) -> bool:
    """Whether a field can be in a path that all engines read."""
    return re.fullmatch(r"[^\W\d][\w-]*", name) is not None


def _is_of_entities(array: list[Any]) -> bool:
    present = [one for one in array if one is not None]
    return bool(present) and (
        all(isinstance(one, dict) for one in present)
        or all(isinstance(one, list) and len(one) >= 2 and not isinstance(one[0], list | dict) for one in present)
    )


def _instants(document: Any) -> list[tuple[Steps, InstantForm]]:
    """The times outside of arrays of several elements."""
    return [(steps, form) for steps, value in _scalars(document, ()) if (form := _form_at(steps, [value]))]


def _times_inside(array: list[Any]) -> list[tuple[Steps, InstantForm]]:
    found = []
    for steps, shape, is_always in scalars_of(shape_of(array)):
        form = _form_at(steps, shape.texts or shape.numbers) if is_always else None
        if form and all(isinstance(one, int) or _can_be_step(one) for one in steps):
            found.append((steps, form))
    return found


def _form_at(steps: Steps, values: Sequence[Any]) -> InstantForm | None:
    """Of numbers, only those that are named like a time: most other large numbers are no times."""
    form = instant_form(values)
    if form is None or (_name_rank(steps, _TIME_NAMES) == len(_TIME_NAMES) and "ISO" not in form.title):
        return None
    return form


def _scalars(value: Any, steps: Steps) -> Iterator[tuple[Steps, Any]]:
    if isinstance(value, dict):
        for name, below in value.items():
            if _can_be_step(name):
                yield from _scalars(below, (*steps, name))
    elif isinstance(value, list):
        if len(value) == 1:
            yield from _scalars(value[0], (*steps, 0))
    elif steps:
        yield steps, value


def _name_rank(steps: Steps, names: Sequence[re.Pattern[str]]) -> int:
    """The index of the first pattern that the last name matches; their number where none does."""
    name = next((snake_case(one) for one in reversed(steps) if isinstance(one, str)), "")
    return next((index for index, one in enumerate(names) if one.fullmatch(name)), len(names))


def _shared(one: Sequence[JsonStep], other: Sequence[JsonStep]) -> int:
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
