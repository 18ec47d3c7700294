"""A simulation by one recorded response: its time is replaced, and some of its numbers vary by seed and time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal
from math import isfinite
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from millrace.errors import DefinitionError, PayloadRejected
from millrace.ingestors.http.json_path import JsonPlace, all_places, places, value_of
from millrace.ingestors.polling.payload import read_payload
from millrace.ingestors.simulator.noise import noise
from millrace.ingestors.simulator.simulation import SimulatedSnapshot, SimulatedSnapshots, Simulation
from millrace.time_keys import from_iso

if TYPE_CHECKING:
    from millrace.ingestors.ports import Source

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_PUBLISHED_AFTER = timedelta(seconds=1)
_ANY_TIME = datetime(2024, 5, 30, tzinfo=UTC)
MILLISECONDS = 100_000_000_000  # a Unix time beyond it, in the year 5138, is one in milliseconds
_HOUR = 3600
_VARIATION = 0.3
_QUOTED = 60
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)
_UTC_ENDING = re.compile(r"(?:GMT|UTC|Z)$")

TimeForm = Callable[[datetime], Any]


@dataclass(frozen=True)
class Recording(Simulation):
    """The feed answers with the response in `file`, one snapshot per `every` (None: the source's interval).

    `times` are JSON paths of the texts or numbers that say when it was observed, such as `$.data[*].updated`. Each is
    replaced in the form that it has: ISO 8601 (a text without an offset is in the source's time zone), Unix time in
    seconds or milliseconds, or `time_format`, as `strftime` takes it. `varying` names fields: their numbers vary
    smoothly between 70% and all of what was recorded, wherever they are in the response.
    """

    file: Path
    times: tuple[str, ...]
    varying: tuple[str, ...] = ()
    every: timedelta | None = None
    time_format: str | None = None

    def snapshots(self, source: Source, seed: int) -> SimulatedSnapshots:
        """Raises DefinitionError for a file, or paths, that do not fit the source."""
        _check_texts(source, times=self.times, varying=self.varying)
        try:
            document = json.loads(self.file.read_bytes())
        except (OSError, ValueError) as error:
            raise self._refused(f"cannot be read: {error}", "Give a file with one response of the feed.") from None
        times = [place for path in self.times for place in self._places(document, path)]
        numbers = [(place, value_of(place)) for place in all_places(document) if place[1] in self.varying]
        recorded = RecordedResponse(
            document,
            [(place, self._form(source, place)) for place in times],
            [(place, number) for place, number in numbers if _is_number(number)],
        )
        return RecordedSnapshots(recorded, seed, self.every or source.interval, self._entities(source, recorded))

    def _places(self, document: Any, path: str) -> list[JsonPlace]:
        found = places(document, path)
        if not found:
            raise self._refused(f"has nothing at {path!r}", "Give a path such as $.data.updated or $[*].time.")
        return found

    def _form(self, source: Source, place: JsonPlace) -> TimeForm:
        try:
            return time_form(value_of(place), source.timezone, self.time_format)
        except ValueError:
            shown = repr(value_of(place))[:_QUOTED]
            raise self._refused(
                f"has {shown} for a time", "Give its path in times=..., its form as time_format."
            ) from None

    def _entities(self, source: Source, recorded: RecordedResponse) -> int:
        """How many entities the source reads in a simulated response."""
        try:
            read = read_payload(source, recorded.document_at(_ANY_TIME, 1), _ANY_TIME)
        except PayloadRejected as error:
            raise self._refused(f"is no snapshot of {source.name}: {error}", "Record another one.") from None
        if read.observed_at != _ANY_TIME:
            raise self._refused(
                f"keeps a time of its own, {read.observed_at:%Y-%m-%dT%H:%M:%SZ}, which {source.name} reads",
                "Give the path of that time in times=(...).",
            )
        return read.entities

    def _refused(self, what: str, hint: str) -> DefinitionError:
        return DefinitionError(f"the recorded response {self.file} {what}.", hint=hint)


class RecordedResponse:
    """A response, the places of its times with their forms, and those of its varying numbers with what was recorded."""

    def __init__(
        self, document: Any, times: Sequence[tuple[JsonPlace, TimeForm]], numbers: Sequence[tuple[JsonPlace, Any]]
    ) -> None:
        self._document, self._times, self._numbers = document, times, numbers
        self._lock = Lock()  # one document serves all requests, each of which changes it

    def document_at(self, observed_at: datetime, seed: int) -> bytes:
        """The response with that time, and the numbers of that time."""
        second = (observed_at - _EPOCH) // timedelta(seconds=1)
        with self._lock:
            for (holder, key), form in self._times:
                holder[key] = form(observed_at)
            for stream, ((holder, key), recorded) in enumerate(self._numbers):
                holder[key] = varied(recorded, 1 - _VARIATION * (1 + noise(seed, stream, second, _HOUR)) / 2)
            return json.dumps(self._document, ensure_ascii=False).encode()


@dataclass(frozen=True)
class RecordedSnapshots:
    """The snapshots of a recording: one per full `every`, published a second later, each with `entities` entities."""

    recorded: RecordedResponse
    seed: int
    every: timedelta
    entities: int

    def snapshot(self, instant: datetime) -> SimulatedSnapshot:
        observed_at = _EPOCH + (instant - _EPOCH - _PUBLISHED_AFTER) // self.every * self.every
        return SimulatedSnapshot(observed_at, self.entities, self.recorded.document_at(observed_at, self.seed))


def _check_texts(source: Source, **given: object) -> None:
    """Raises DefinitionError for what is no tuple of texts: ("x") is the text "x", whose letters would be taken."""
    for name, value in given.items():
        if not isinstance(value, tuple | list) or not all(isinstance(one, str) for one in value):
            raise DefinitionError(
                f"the recording of {source.name} has {name}={value!r}, which is no tuple of texts.",
                hint=f'Write {name}=("...",): also of one text alone, with the comma.',
            )


def time_form(recorded: Any, zone: tzinfo, time_format: str | None = None) -> TimeForm:
    """How to write an instant in the form that a recorded time has.

    Raises ValueError for a value that is no time, and for one in a rarer form, such as a date alone.
    """
    if isinstance(recorded, int | float) and not isinstance(recorded, bool):
        unit = 1000 if recorded >= MILLISECONDS else 1
        return lambda instant: type(recorded)(round(instant.timestamp() * unit))
    if not isinstance(recorded, str):
        raise ValueError(recorded)
    if time_format is not None:
        recorded_zone, form = formatted_time(recorded, time_format, zone).tzinfo, time_format
        if named := _UTC_ENDING.search(recorded):
            form = form.replace("%Z", named[0])  # strftime has another name of it, or none
        return lambda instant: instant.astimezone(recorded_zone).strftime(form)
    if recorded.isdigit():
        of_number = time_form(int(recorded), zone)
        return lambda instant: str(of_number(instant))
    offset, separator = from_iso(recorded).tzinfo, recorded[10:11]
    if not separator or separator not in "Tt ":
        raise ValueError(recorded)
    ending = recorded[-1] if recorded[-1] in "Zz" else ""

    def written(instant: datetime) -> str:
        local = instant.astimezone(offset or zone)
        text = local.isoformat(separator)
        return text[:19] + ending if ending or offset is None else text

    return written


def formatted_time(text: str, time_format: str, zone: tzinfo) -> datetime:
    """The time of a text in a form as strptime takes it; in `zone`, unless it has an offset or ends with GMT, UTC or Z.

    Raises ValueError for another text, and for the name of another zone (%Z), which Python may know here alone.
    """
    found = datetime.strptime(text, time_format)  # noqa: DTZ007 - the zone follows
    if found.tzinfo is not None:
        return found
    is_utc = _UTC_ENDING.search(text) is not None
    if time_format.endswith("%Z") and not is_utc:
        raise ValueError(text)
    return found.replace(tzinfo=UTC if is_utc else zone)


def varied(recorded: Any, share: float) -> Any:
    """That share of a number, with as many digits after the point; a number written as text stays text."""
    if isinstance(recorded, str):
        digits = len(recorded.partition(".")[2])
        return f"{float(recorded) * share:.{digits}f}"
    if isinstance(recorded, int):
        return round(recorded * share)
    exponent = Decimal(repr(recorded)).as_tuple().exponent
    assert isinstance(exponent, int)  # of a finite number
    return round(recorded * share, max(0, -exponent))


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        return _NUMBER.fullmatch(value) is not None
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)
