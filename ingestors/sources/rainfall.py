"""The rain in 5 minutes at each of Singapore's rain stations, in mm. `date` asks for a past time, in local time."""

from datetime import timedelta
from typing import Literal, NotRequired, TypedDict
from zoneinfo import ZoneInfo

from millrace.ingestors.ports import Box, HttpFeed, Observation, Plausibility, Position, RateBudget, Source
from millrace.ingestors.simulator.singapore.simulations import RainSimulation

Place = TypedDict("Place", {"latitude": float, "longitude": float})
Station = TypedDict("Station", {"id": str, "deviceId": str, "name": str, "location": Place})
StationValue = TypedDict("StationValue", {"stationId": str, "value": float})
Reading = TypedDict("Reading", {"timestamp": str, "data": list[StationValue]})
Rain = TypedDict(
    "Rain", {"stations": list[Station], "readings": tuple[Reading], "readingType": str, "readingUnit": Literal["mm"]}
)
RainDocument = TypedDict("RainDocument", {"code": Literal[0], "data": Rain, "errorMsg": NotRequired[str | None]})


def read(answer: RainDocument) -> Observation:
    (reading,), stations = answer["data"]["readings"], answer["data"]["stations"]
    positions = [Position(at["location"]["longitude"], at["location"]["latitude"]) for at in stations]
    return Observation(reading["timestamp"], len(reading["data"]), positions)


SOURCE = Source(
    name="rainfall",
    title="Rainfall in Singapore",
    origin=HttpFeed(
        "https://api-open.data.gov.sg/v2/real-time/api/rainfall",
        budget=RateBudget(6, timedelta(seconds=10)),
        history_parameter="date",
    ),
    schedule="rate(5 minutes)",
    timezone=ZoneInfo("Asia/Singapore"),
    schema=RainDocument,
    read=read,
    plausibility=Plausibility(1, 500, box=Box(west=103.55, east=104.15, south=1.13, north=1.50)),
    entities_path="$.data.readings[0].data",
    stale_after=timedelta(minutes=30),
    entity_key="station_id",
    simulation=RainSimulation(),
)
