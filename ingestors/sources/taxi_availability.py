"""The positions of Singapore's free taxis: the government's real-time feed, updated about every 30 seconds.

A query for a past time (`date_time`, Singapore time) returns the nearest snapshot, which in the first minutes of a day
can be the previous day's. The limit of 6 requests in 10 seconds is what data.gov.sg states for users without a key.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import msgspec

from millrace.ingestors.ports import Box, HttpFeed, Observation, Plausibility, Position, RateBudget, Source
from millrace.ingestors.simulator.singapore.simulations import CitySimulation


class ApiInfo(msgspec.Struct):
    status: str


class Properties(msgspec.Struct):
    timestamp: str
    taxi_count: int
    api_info: ApiInfo


class Geometry(msgspec.Struct):
    type: Literal["MultiPoint"]
    coordinates: list[Position]


class Feature(msgspec.Struct):
    type: str
    geometry: Geometry
    properties: Properties


class Taxis(msgspec.Struct):
    """The feed's document. It must have exactly one feature: `read` would ignore the taxis of a second one."""

    type: str
    features: Annotated[list[Feature], msgspec.Meta(min_length=1, max_length=1)]
    crs: dict[str, Any] | None = None


def read(taxis: Taxis) -> Observation:
    feature = taxis.features[0]
    positions = feature.geometry.coordinates
    return Observation(feature.properties.timestamp, len(positions), positions, feature.properties.api_info.status)


SOURCE = Source(
    name="taxi_availability",
    title="Taxi availability in Singapore",
    origin=HttpFeed(
        "https://api.data.gov.sg/v1/transport/taxi-availability",
        budget=RateBudget(6, timedelta(seconds=10)),
        history_parameter="date_time",
    ),
    schedule="rate(1 minute)",
    timezone=ZoneInfo("Asia/Singapore"),
    schema=Taxis,
    read=read,
    plausibility=Plausibility(1, 20_000, box=Box(west=103.55, east=104.15, south=1.13, north=1.50)),
    entities_path="$.features[0].geometry.coordinates",
    stale_after=timedelta(minutes=10),
    simulation=CitySimulation(),
)
