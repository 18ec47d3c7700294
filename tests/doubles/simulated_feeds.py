"""The simulator of the two shipped feeds, as tests want it."""

from __future__ import annotations

from collections.abc import Sequence

from millrace.clock import Clock
from millrace.ingestors.ports import RateBudget
from millrace.ingestors.simulator.feed import Misbehaviour, SimulatedFeed
from millrace.ingestors.simulator.server import Simulator
from millrace.ingestors.simulator.simulation import SimulatedSnapshots, simulated_world
from tests.shipped import PROJECT

TAXIS, RAIN = PROJECT.source("taxi_availability"), PROJECT.source("rainfall")
SERVED = (TAXIS.name, RAIN.name)


def shipped_feeds(
    clock: Clock,
    city: SimulatedSnapshots | None = None,
    *,
    port: int = 0,
    rate_limit: RateBudget | None = None,
    misbehaviours: Sequence[Misbehaviour] = (),
) -> Simulator:
    """Both feeds; those of the taxis with these limits and misbehaviours."""
    taxis = city or simulated_world(TAXIS, 1)
    feeds = {
        TAXIS.name: SimulatedFeed(TAXIS, taxis, clock, rate_limit=rate_limit, misbehaviours=misbehaviours),
        RAIN.name: SimulatedFeed(RAIN, simulated_world(RAIN, 1), clock),
    }
    return Simulator(feeds, port=port)
