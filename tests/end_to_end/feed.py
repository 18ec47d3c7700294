"""A feed on loopback that answers as a test says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

from tests.doubles.loopback_server import LoopbackRequest, LoopbackResponse, LoopbackServer

SINGAPORE = ZoneInfo("Asia/Singapore")

FeedAnswer = Callable[[datetime | None], tuple[int, bytes]]


@contextmanager
def serving(answer: FeedAnswer, parameter: str = "date_time") -> Iterator[str]:
    """The feed's address; `answer` gets the time asked for by `parameter` (None without one), gives status and body."""

    def respond(request: LoopbackRequest) -> LoopbackResponse:
        asked = parse_qs(urlsplit(request.path).query).get(parameter)
        status, body = answer(datetime.fromisoformat(asked[0]).replace(tzinfo=SINGAPORE) if asked else None)
        return LoopbackResponse(status, body, (("Content-Type", "application/json"),))

    with closing(LoopbackServer(respond)) as server:
        yield f"{server.url}/v1/transport/taxi-availability"


def response(positions: list[str], observed_at: datetime) -> bytes:
    """The feed's JSON around positions that are written out already, such as `[103.8,1.3]`."""
    return (
        '{"type":"FeatureCollection","crs":{"type":"link","properties":{"href":"http://spatialreference.org/ref/epsg/'
        '4326/ogcwkt/","type":"ogcwkt"}},"features":[{"type":"Feature","geometry":{"type":"MultiPoint","coordinates":['
        f"{','.join(positions)}"
        f']}},"properties":{{"timestamp":"{observed_at.isoformat()}","taxi_count":{len(positions)},'
        '"api_info":{"status":"healthy"}}}]}'
    ).encode()
