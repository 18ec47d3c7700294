"""The source file of a new source."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from millrace.ingestors.http.json_path import JsonStep, path_of, places, value_at, value_of
from millrace.ingestors.ports import Box
from millrace.scaffold.columns import FoundColumn, Steps
from millrace.scaffold.findings import Findings
from millrace.scaffold.names import type_name
from millrace.scaffold.schema_text import SchemaText, python_text
from millrace.scaffold.shapes import Shape

_MARGIN, _LEAST_MARGIN = 0.1, 0.05  # of the box around the positions: a share of its width, and degrees
_LEAST_GAP = timedelta(minutes=30)
_IMPORTED = frozenset(
    """
    Any Box HttpFeed NotRequired Observation Path Plausibility Position RateBudget Recording Source TypedDict UTC
    ZoneInfo TIMEZONE SOURCE
    """.split()  # noqa: SIM905 - a list of words
)


@dataclass(frozen=True)
class FeedAddress:
    """Where the responses come from, and how often. `documents`: addresses relative to `url`, by their names.

    `interval`: the time between two polls of the schedule.
    """

    url: str
    schedule: str
    interval: timedelta
    documents: dict[str, str] = field(default_factory=dict)

    @property
    def longest_gap(self) -> timedelta:
        """How long it may take until the next snapshot comes: three polls, and 30 minutes at least."""
        return max(_LEAST_GAP, 3 * self.interval)


def source_text(found: Findings, feed: FeedAddress, response: str) -> str:
    """`response`: the path of the recorded response, from the folder of the source file."""
    schema = SchemaText(_fixed_arrays(found), _points_at(found), _IMPORTED)
    document = schema.of(found.shape, "document" if found.entities_at else found.noun)
    if document == "Any" or not document.isidentifier():
        name = type_name("document", schema.names)
        schema.definitions.append(f"{name} = {document}")
        document = name
    position = position_text(found)
    uses = schema.uses | ({"Position"} if position else set()) | ({"Box"} if box_of(found) else set())
    parts = [
        f'"""{title_of(found.name)}, from {urlsplit(feed.url).hostname}."""',
        _imports(found, uses),
        *([f"TIMEZONE = ZoneInfo({python_text(str(found.timezone))})"]),
        "\n".join(schema.definitions),
        "",
        *([_instant(found), ""] if not _is_plain(found) else []),
        _read(found, document, position),
        "",
        _source(found, feed, document, response),
    ]
    return "\n\n".join(parts).replace("\n\n\n\n", "\n\n\n") + "\n"


def title_of(name: str) -> str:
    return name.replace("_", " ").strip().capitalize()


def timedelta_text(span: timedelta) -> str:
    """Such as `timedelta(minutes=30)`."""
    number, unit = _in_units(span)
    return f"timedelta({unit}={number})"


def words_of(span: timedelta) -> str:
    """Such as `30 minutes`."""
    return "{} {}".format(*_in_units(span))


def _in_units(span: timedelta) -> tuple[int, str]:
    """In the largest unit that leaves a whole number above 1."""
    for unit in ("days", "hours", "minutes"):
        number, rest = divmod(span, timedelta(**{unit: 1}))
        if number > 1 and not rest:
            return number, unit
    return round(span.total_seconds()), "seconds"


def _imports(found: Findings, uses: set[str]) -> str:
    of_typing = sorted(uses & {"Any", "NotRequired", "TypedDict"}, key=str.lower)
    of_ports = sorted(
        {"HttpFeed", "Observation", "Plausibility", "RateBudget", "Source"} | (uses & {"Box", "Position"})
    )
    times = ["timedelta"] if _is_plain(found) else ["datetime", "timedelta"]
    if "UTC" in found.time.form.expression and not _is_plain(found):
        times.insert(0, "UTC")
    lines = [f"from datetime import {', '.join(times)}", "from pathlib import Path"]
    if of_typing:
        lines.append(f"from typing import {', '.join(of_typing)}")
    lines.append("from zoneinfo import ZoneInfo")
    ports = f"from millrace.ingestors.ports import {', '.join(of_ports)}"
    return "\n".join([*lines, "", ports, "from millrace.ingestors.simulator.recording import Recording"])


def _is_plain(found: Findings) -> bool:
    """Whether the feed's own text is the time of the snapshot as it stands."""
    return found.time.form.is_plain and None not in found.time.steps


def _instant(found: Findings) -> str:
    sample = _time_values(found)[0]
    kind = "float" if isinstance(sample, float) else type(sample).__name__
    return f"def instant(value: {kind}) -> datetime:\n    return {found.time.form.expression}"


def _time_values(found: Findings) -> list[Any]:
    return [value_of(one) for one in places(found.document, found.time.path)]


def _read(found: Findings, document: str, position: str) -> str:
    lines = [f"def read(answer: {document}) -> Observation:", f"    entities = {_access('answer', found.entities_at)}"]
    if not _is_declared(found):
        lines += ["    if not isinstance(entities, list):", '        raise TypeError("the entities are no array")']
    given = f", {position}" if position.isidentifier() else ", positions" if position else ""
    if given == ", positions":
        lines.append(f"    positions = {position}")
    return "\n".join([*lines, f"    return Observation({_observed(found)}, len(entities){given})"])


def _observed(found: Findings) -> str:
    steps = found.time.steps
    if None not in steps:
        value = _access("answer", steps)
        return value if _is_plain(found) else f"instant({value}).isoformat()"
    each = steps.index(None)
    array = "entities" if steps[:each] == found.entities_at else _access("answer", steps[:each])
    condition = " if one is not None" if array == "entities" and found.entity.is_null else ""
    newest = f"max(instant({_access('one', steps[each + 1 :])}) for one in {array}{condition})"
    return f"{newest}.isoformat()"


def _access(name: str, steps: Sequence[JsonStep]) -> str:
    return name + "".join(f"[{python_text(one) if isinstance(one, str) else one}]" for one in steps)


def position_text(found: Findings) -> str:
    """Python that makes the positions of the entities; "" where they have none, or not all of them have one."""
    pair = _pair(found)
    if pair is None:
        return ""
    if _points_at(found) is not None:
        return "entities"
    condition = " if one is not None" if found.entity.is_null else ""
    longitude, latitude = (_number_text(one) for one in pair)
    return f"[Position({longitude}, {latitude}) for one in entities{condition}]"


def _number_text(column: FoundColumn) -> str:
    value = _access("one", column.steps)
    return f"float({value})" if column.shape.is_text else value


def _pair(found: Findings) -> tuple[FoundColumn, FoundColumn] | None:
    longitude, latitude = found.column("longitude"), found.column("latitude")
    if longitude is None or latitude is None:
        return None
    both = (longitude, latitude)
    is_position = all(one.type == "decimal(9,6)" and one.is_always for one in both)
    return both if is_position else None


def box_of(found: Findings) -> Box | None:
    """A box around the positions of the sample, with a margin; None without positions."""
    pair = _pair(found)
    if pair is None:
        return None
    entities = [one for one in found.entities if one is not None]
    (west, east), (south, north) = (_span([float(_value(one, column.steps)) for one in entities]) for column in pair)
    return Box(max(west, -180.0), min(east, 180.0), max(south, -90.0), min(north, 90.0))


def _span(values: list[float]) -> tuple[float, float]:
    margin = max(_LEAST_MARGIN, _MARGIN * (max(values) - min(values)))
    return math.floor((min(values) - margin) * 100) / 100, math.ceil((max(values) + margin) * 100) / 100


def _value(entity: Any, steps: Steps) -> Any:
    for step in steps:
        entity = entity[step]
    return entity


def _points_at(found: Findings) -> Steps | None:
    """The path of the entities, where each is a position and nothing else."""
    entity = found.entity
    is_pair = entity.items is not None and entity.items.is_number and entity.lengths == {2}
    is_only = (
        entity.fields is None and not entity.scalars and not entity.is_null and not (entity.items or entity).is_null
    )
    return found.entities_at if is_pair and is_only else None


def _is_declared(found: Findings) -> bool:
    """Whether the schema says that the entities are an array: it says nothing of objects with names beyond ASCII."""
    shape: Shape | None = found.shape
    for step in found.entities_at:
        if shape is None or not all(name.isascii() for name in shape.fields or {}):
            return False
        shape = (shape.fields or {}).get(step) if isinstance(step, str) else shape.items
    return True


def _fixed_arrays(found: Findings) -> frozenset[Steps]:
    """The arrays on the way to the entities and to the time, of which `read` takes the only element."""
    each = found.time.steps.index(None) if None in found.time.steps else len(found.time.steps)
    to_time = tuple(one for one in found.time.steps[:each] if one is not None)
    ways = (found.entities_at, to_time)
    arrays = {way[:at] for way in ways for at, step in enumerate(way) if step == 0}
    return frozenset(one for one in arrays if len(value_at(found.document, path_of(one))) == 1)


def _source(found: Findings, feed: FeedAddress, document: str, response: str) -> str:
    fields = [
        f"name={python_text(found.name)}",
        f"title={python_text(title_of(found.name))}",
        *_origin(feed),
        f"schedule={python_text(feed.schedule)}",
        "timezone=TIMEZONE",
        f"schema={document}",
        "read=read",
        f"plausibility={_plausibility(found)}",
        f"entities_path={python_text(found.entities_path)}",
        f"stale_after={timedelta_text(feed.longest_gap)}",
        *([f"entity_key={python_text(found.column_of_key)}"] if found.column_of_key else []),
        *_simulation(found, response),
    ]
    return "SOURCE = Source(\n" + "".join(f"    {one},\n" for one in fields) + ")"


def _origin(feed: FeedAddress) -> Iterator[str]:
    lines = [python_text(feed.url), "budget=RateBudget(6, timedelta(seconds=10))"]
    if feed.documents:
        members = ", ".join(f"{python_text(name)}: {python_text(url)}" for name, url in feed.documents.items())
        lines.append(f"documents={{{members}}}")
    yield "origin=HttpFeed(\n" + "".join(f"        {one},\n" for one in lines) + "    )"


def _plausibility(found: Findings) -> str:
    box = box_of(found)
    text = f"1, {found.entities_max}"
    if box is None:
        return f"Plausibility({text})"
    return f"Plausibility({text}, box=Box(west={box.west}, east={box.east}, south={box.south}, north={box.north}))"


def _tuple_text(texts: Sequence[str]) -> str:
    return f"({', '.join(map(python_text, texts))}{',' if len(texts) == 1 else ''})"


def _simulation(found: Findings, response: str) -> Iterator[str]:
    """The recorded response, with the times and some numbers varied, for demos and `millrace simulate`."""
    names = list(dict.fromkeys(str(one.steps[-1]) for one in found.varying if one.steps))
    varying = [one for one in names if not one.isdigit()]
    lines = [
        f"Path(__file__).parent / {python_text(response)}",
        f"times={_tuple_text(found.times)}",
        *([f"varying={_tuple_text(varying)}"] if varying else []),
        *([f"time_format={python_text(found.time.form.time_format)}"] if found.time.form.time_format else []),
    ]
    yield "simulation=Recording(\n" + "".join(f"        {one},\n" for one in lines) + "    )"
