"""The simulator's server: the simulated feeds over HTTP/1.1, with keep-alive, gzip and a thread per connection."""

from __future__ import annotations

import gzip
import os
import select
import socket
import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from http.client import responses
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer, ThreadingMixIn
from typing import Any, Self

from millrace.clock import SystemClock
from millrace.errors import SettingError
from millrace.ingestors.ports import Source
from millrace.ingestors.simulator.feed import FeedResponse, FeedRouter, Misbehaviour, SimulatedFeed
from millrace.ingestors.simulator.parts import served_paths
from millrace.ingestors.simulator.simulation import simulated_world
from millrace.serving.stop_signal import StopSignal, stop_signal

_CLOSING_SECONDS = 5.0
_POLL_SECONDS = 0.02  # how soon the server notices that it shall stop


class Simulator:
    """A server of feeds, by source, on a background thread, until it is closed; a context manager.

    `urls` has their full addresses, by source, in the same order. `port` 0 takes a free port. Raises SettingError when
    the port cannot be used, DefinitionError when two feeds answer at one path.
    """

    def __init__(self, feeds: Mapping[str, SimulatedFeed], *, port: int = 0, host: str = "127.0.0.1") -> None:
        try:
            self._server = _Server(host, port, FeedRouter(feeds.values()))
        except (OSError, OverflowError) as problem:
            raise SettingError(
                f"cannot serve on {host}:{port}: {problem}.", hint="Choose another port, or 0 for any free one."
            ) from problem
        root = f"http://{host}:{self._server.server_address[1]}"
        self.urls = {name: root + feed.path for name, feed in feeds.items()}
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_POLL_SECONDS,), daemon=True)
        self._thread.start()

    def release(self) -> None:
        """Stop keeping clients waiting (the misbehaviour `hang`), those of now and those to come."""
        self._server.released.set()

    def close(self) -> None:
        """Stop serving and end every connection; closing again does nothing."""
        self.release()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def run_until_closed(
    sources: Sequence[Source],
    *,
    port: int,
    seed: int,
    announce: Callable[[str], None],
    misbehaviours: Mapping[str, Sequence[Misbehaviour]] | None = None,
    exit_with_stdin: bool = False,
) -> None:
    """Serve sources that have a simulation, in the foreground, until SIGTERM or Ctrl-C. `announce` gets the address of
    each feed, in the order of the sources, once they answer. `misbehaviours`: by source.

    With `exit_with_stdin` it also ends when standard input closes, as a parent's pipe does when the parent dies. Call
    it in the main thread only. Raises as `Simulator` does.
    """
    clock, prefixes, spoiled = SystemClock(), _prefixes(sources), misbehaviours or {}
    feeds = {
        source.name: SimulatedFeed(
            source,
            simulated_world(source, seed),
            clock,
            misbehaviours=spoiled.get(source.name, ()),
            prefix=prefixes[source.name],
        )
        for source in sources
    }
    with stop_signal() as stop, Simulator(feeds, port=port) as simulator:
        for url in simulator.urls.values():
            announce(url)
        if exit_with_stdin:
            _wait_for_end_of(sys.stdin.fileno(), stop)
        else:
            stop.wait()


def _prefixes(sources: Sequence[Source]) -> dict[str, str]:
    """What stands before each source's path: nothing, or the source's name if another one answers at the same path."""
    paths = {source.name: served_paths(source.feed) for source in sources}
    times = Counter(path for served in paths.values() for path in served)
    return {name: f"/{name}" if any(times[path] > 1 for path in served) else "" for name, served in paths.items()}


def _wait_for_end_of(descriptor: int, stop: StopSignal) -> None:
    while True:
        readable, _, _ = select.select([descriptor, stop.fileno()], [], [])
        if stop.fileno() in readable or not os.read(descriptor, 4096):
            return


class _Server(ThreadingMixIn, TCPServer):
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, address: str, port: int, feeds: FeedRouter) -> None:
        self.feeds = feeds
        self.released = threading.Event()
        self._open: dict[threading.Thread, socket.socket] = {}
        super().__init__((address, port), _FeedHandler)

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(target=self._serve, args=(request, client_address), daemon=True)
        self._open[thread] = request
        thread.start()

    def _serve(self, request: Any, client_address: Any) -> None:
        try:
            self.process_request_thread(request, client_address)
        finally:
            del self._open[threading.current_thread()]

    def server_close(self) -> None:
        super().server_close()
        for thread, connection in list(self._open.items()):
            with suppress(OSError):  # the client may have closed it first
                connection.shutdown(socket.SHUT_RDWR)
            thread.join(_CLOSING_SECONDS)

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):  # a client that disconnects is not an error here
            super().handle_error(request, client_address)


class _FeedHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        response = self.server.feeds.answer(self.path)
        if response.hold_seconds:
            self.server.released.wait(response.hold_seconds)
        if response.sent_share < 1.0:
            self.close_connection = True
        if response.sent_share > 0.0:
            self._send(response)

    def _send(self, response: FeedResponse) -> None:
        zipped = accepts_gzip(self.headers.get("Accept-Encoding", ""))
        body = gzip.compress(response.body, compresslevel=1, mtime=0) if zipped else response.body
        headers = [
            ("Content-Type", response.content_type),
            ("Content-Length", str(len(body))),
            *([("Content-Encoding", "gzip")] if zipped else []),
            *response.headers,
        ]
        lines = [f"HTTP/1.1 {response.status} {responses.get(response.status, '')}", *(f"{n}: {v}" for n, v in headers)]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        self.wfile.write(head + body[: int(len(body) * response.sent_share)])

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """The simulator keeps no log."""


def accepts_gzip(header: str) -> bool:
    """Whether an Accept-Encoding header allows gzip (RFC 9110, section 12.5.3); `*` does not count."""
    for part in header.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() == "gzip":
            return weight.strip().replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
