"""A feed on loopback that answers as a test says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

SINGAPORE = ZoneInfo("Asia/Singapore")

FeedAnswer = Callable[[datetime | None], tuple[int, bytes]]


@contextmanager
def serving(answer: FeedAnswer, parameter: str = "date_time") -> Iterator[str]:
    """The feed's address; `answer` gets the time asked for by `parameter` (None without one), gives status and body."""

    class AnsweringHandler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query).get(parameter)
            status, body = answer(datetime.fromisoformat(asked[0]).replace(tzinfo=SINGAPORE) if asked else None)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Tests have nothing to log."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), AnsweringHandler)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/transport/taxi-availability"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def response(positions: list[str], observed_at: datetime) -> bytes:
    """The feed's JSON around positions that are written out already, such as `[103.8,1.3]`."""
    return (
        '{"type":"FeatureCollection","crs":{"type":"link","properties":{"href":"http://spatialreference.org/ref/epsg/'
        '4326/ogcwkt/","type":"ogcwkt"}},"features":[{"type":"Feature","geometry":{"type":"MultiPoint","coordinates":['
        f"{','.join(positions)}"
        f']}},"properties":{{"timestamp":"{observed_at.isoformat()}","taxi_count":{len(positions)},'
        '"api_info":{"status":"healthy"}}}]}'
    ).encode()
