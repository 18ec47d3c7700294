"""What the shipped sources declare as their simulations; each imports its world at first use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from millrace.ingestors.simulator.simulation import SimulatedSnapshots, Simulation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from millrace.ingestors.ports import Source
    from millrace.ingestors.simulator.feed import Misbehaviour


class CitySimulation(Simulation):
    """The taxis of a city, and what can be wrong with their document."""

    def snapshots(self, source: Source, seed: int) -> SimulatedSnapshots:
        from millrace.ingestors.simulator.singapore.city import SimulatedCity

        return SimulatedCity(seed)

    def misbehaviours(self) -> Mapping[str, Callable[[], Misbehaviour]]:
        from millrace.ingestors.simulator.singapore.taxi_misbehaviour import CATALOGUE

        return CATALOGUE


class RainSimulation(Simulation):
    """The rain over the same city."""

    def snapshots(self, source: Source, seed: int) -> SimulatedSnapshots:
        from millrace.ingestors.simulator.singapore.rain import SimulatedRain

        return SimulatedRain(seed)
