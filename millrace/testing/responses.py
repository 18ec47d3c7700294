"""Recorded responses of a feed, and the same responses at other times.

A response says in one or more places when it was observed. Every value in it that is a time within a day of the time
that the source reads is moved by as much, in the form that it has. No place needs to be declared.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

from millrace.errors import PayloadRejected, UsageError
from millrace.ingestors.http.json_path import JsonPlace, all_places, value_of
from millrace.ingestors.polling.payload import ParsedPayload, read_payload
from millrace.ingestors.ports import Source
from millrace.ingestors.simulator.recording import MILLISECONDS, RecordedResponse, TimeForm, time_form
from millrace.ingestors.simulator.simulation import SimulatedSnapshot, SimulatedSnapshots, simulated_world
from millrace.time_keys import from_iso

_DAY = timedelta(days=1)
_SIMULATED_FROM = datetime(2024, 5, 30, 4, tzinfo=UTC)
_SIMULATED = 2
_SHORTEST_TIME = len("2024-05-30T12:00")
_OLDEST = 500_000_000  # a smaller number is no time: 1985, in seconds


@dataclass(frozen=True)
class FeedSample:
    """A response of a feed; `origin` says where it is from, for messages."""

    origin: str
    body: bytes

    @property
    def document(self) -> Any:
        return json.loads(self.body)

    def read(self, source: Source) -> ParsedPayload:
        """What the source reads, as of today. Raises PayloadRejected, which names the response."""
        try:
            return read_payload(source, self.body, datetime.now(UTC))
        except PayloadRejected as error:
            raise PayloadRejected(error.code, f"{self.origin}: {error.message}") from error


def samples_of(source: Source, files: Sequence[Path]) -> tuple[FeedSample, ...]:
    """The responses in the files; without any, two of the source's simulation. Raises UsageError."""
    missing = [file for file in files if not file.is_file()]
    if missing:
        raise UsageError(
            f"there is no recorded response {missing[0]}.",
            hint="Keep a response of the feed there, as it came; paths are relative to the tests' file.",
        )
    if files:
        return tuple(FeedSample(file.name, file.read_bytes()) for file in files)
    if source.simulation is None:
        raise UsageError(
            f"the tests of {source.name} have no response of the feed.",
            hint='Name files with recorded ones: responses = ("responses/first.json",).',
        )
    world = simulated_world(source, 1)
    instants = [_SIMULATED_FROM + source.interval * number for number in range(_SIMULATED)]
    return tuple(FeedSample(f"simulated at {at:%H:%M}", world.snapshot(at).document) for at in instants)


def snapshots_of(source: Source, samples: Sequence[FeedSample]) -> SimulatedSnapshots:
    """The feed at any time, of these responses in turn. Raises PayloadRejected for one that the source does not read,
    UsageError for one whose time cannot be moved.
    """
    return SamplesInTurn(source.interval, [_MovableSample(source, sample) for sample in samples])


@dataclass(frozen=True)
class SamplesInTurn:
    """A world that is observed whenever it is asked: another response in each interval."""

    interval: timedelta
    samples: Sequence[_MovableSample]

    def snapshot(self, instant: datetime) -> SimulatedSnapshot:
        turn = (instant - _SIMULATED_FROM) // self.interval
        sample = self.samples[turn % len(self.samples)]
        return SimulatedSnapshot(instant, sample.entities, sample.document_at(instant))


class _MovableSample:
    def __init__(self, source: Source, sample: FeedSample) -> None:
        read = sample.read(source)
        self.entities = read.entities
        document = sample.document
        times = list(_times(document, read.observed_at, source.timezone))
        self._response = RecordedResponse(document, times, [])
        asked = read.observed_at.replace(microsecond=0) - _DAY
        found = read_payload(source, self.document_at(asked), read.observed_at)
        if found.observed_at.replace(microsecond=0) != asked:
            raise UsageError(
                f"{source.name} reads {found.observed_at} in {sample.origin}, also where its times are a day earlier.",
                hint="Let `read` take the time from the response, in ISO 8601 or Unix time.",
            )

    def document_at(self, instant: datetime) -> bytes:
        return self._response.document_at(instant, 1)


def _times(document: Any, observed_at: datetime, zone: tzinfo) -> Iterator[tuple[JsonPlace, TimeForm]]:
    """The places of all times within a day of `observed_at`; each keeps its distance to it."""
    for place in all_places(document):
        value = value_of(place)
        instant = _instant_of(value, zone)
        if instant is not None and abs(instant - observed_at) <= _DAY:
            with suppress(ValueError):  # a form that cannot be written: if the source reads it, it is refused above
                yield place, _apart(time_form(value, zone), instant - observed_at)


def _apart(form: TimeForm, distance: timedelta) -> TimeForm:
    return lambda instant: form(instant + distance)


def _instant_of(value: Any, zone: tzinfo) -> datetime | None:
    """The instant that a value says, if it is a time."""
    if isinstance(value, str) and value.isdigit():
        value = int(value)
    if isinstance(value, int | float):
        seconds = value / 1000 if value >= MILLISECONDS else value
        return datetime.fromtimestamp(seconds, UTC) if _OLDEST <= seconds < MILLISECONDS else None
    if not isinstance(value, str) or len(value) < _SHORTEST_TIME:
        return None
    try:
        found = from_iso(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)
