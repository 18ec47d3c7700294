"""A real HTTP server on loopback; each test says how it answers."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

LoopbackAnswer = Callable[[BaseHTTPRequestHandler], None]


class Loopback(ThreadingHTTPServer):
    """`seen` has the path and headers of each request, `bodies` what each POST sent, `clients` the connections."""

    daemon_threads = True
    answer: LoopbackAnswer

    def __init__(self, answer: LoopbackAnswer) -> None:
        super().__init__(("127.0.0.1", 0), _LoopbackHandler)
        self.answer = answer
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.bodies: list[bytes] = []
        self.clients: list[tuple[str, int]] = []
        self.over = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/taxis"


class _LoopbackHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Loopback

    def do_GET(self) -> None:
        self.server.seen.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        self.server.clients.append(self.client_address)
        with suppress(OSError):
            self.server.answer(self)

    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        pass


def reply(status: int = 200, body: bytes = b"", **headers: str) -> LoopbackAnswer:
    """An ordinary answer; `Retry_After="1"` gives the header Retry-After."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        head(handler, status, **{"Content_Length": str(len(body)), **headers})
        handler.wfile.write(body)

    return answer


def raw(data: bytes) -> LoopbackAnswer:
    """These very bytes, whatever they are, and then the end of the connection."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(data)
        hang_up(handler)

    return answer


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """Send what was written, then close the connection."""
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def head(handler: BaseHTTPRequestHandler, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()


@contextmanager
def serving(answer: LoopbackAnswer) -> Iterator[Loopback]:
    server = Loopback(answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.005})
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
