"""How a source is simulated: the port that a source file implements, or takes ready-made (`recording`)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from millrace.errors import UsageError
from millrace.ingestors.ports import Source, by_interval

if TYPE_CHECKING:
    from millrace.ingestors.simulator.feed import Misbehaviour

_SIMULATED_TIME = "simulated_time"  # the query parameter of a feed that has no history of its own


@dataclass(frozen=True, slots=True)
class SimulatedSnapshot:
    """One snapshot of a simulated world. `document` is the feed's response, with `entities` entities in it."""

    observed_at: datetime
    entities: int
    document: bytes


class SimulatedSnapshots(Protocol):
    """A simulated world: the same instant has the same snapshot, in whatever order and thread it is asked for."""

    def snapshot(self, instant: datetime) -> SimulatedSnapshot:
        """The newest snapshot that the feed has published at `instant`; its time is in UTC."""
        ...


class Simulation(Protocol):
    """What `Source.simulation` declares. It is made when a source is loaded, so it imports its world at first use."""

    def snapshots(self, source: Source, seed: int) -> SimulatedSnapshots:
        """The world of a seed. Raises DefinitionError for what a file of the source says wrongly."""
        ...

    def misbehaviours(self) -> Mapping[str, Callable[[], Misbehaviour]]:
        """Those that only this feed has, by name; those of every feed are in `misbehaviour`."""
        return {}


def is_simulated(source: Source) -> bool:
    return source.is_polled and source.simulation is not None


def simulated(sources: Iterable[Source]) -> list[Source]:
    """The polled sources that have a simulation: those polled most often first, then by name.

    Raises UsageError for none.
    """
    found = list(filter(is_simulated, sources))
    if not found:
        raise UsageError(
            "no source has a simulation.",
            hint='Give one to a source: simulation=Recording(file, times=("$.time",)), as docs/add_a_source.md says.',
        )
    return by_interval(found)


def with_history(source: Source) -> Source:
    """The source as its simulated feed serves it: that feed can be asked for a past time, whatever the real one can."""
    feed = source.feed
    if feed.history_parameter is not None:
        return source
    return replace(source, origin=replace(feed, history_parameter=_SIMULATED_TIME))


def simulated_world(source: Source, seed: int) -> SimulatedSnapshots:
    """The world of a source that has a simulation."""
    assert source.simulation is not None
    return source.simulation.snapshots(source, seed)
