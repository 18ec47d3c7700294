"""An HTTP server on loopback, whose answers somebody else gives: the double of a service, a proxy, or a test; and what
a proxy sends on.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_LOOKS = 0.02  # seconds between two looks at whether it is to end
_PATIENCE = 60.0  # seconds for an answer to what is sent on
_PER_HOP = {"connection", "expect", "keep-alive", "transfer-encoding"}


@dataclass(frozen=True)
class LoopbackRequest:
    """`path`: with its query."""

    method: str
    path: str
    headers: Message
    body: bytes


@dataclass(frozen=True)
class LoopbackResponse:
    """`headers`: where they do not have the length of the body, it is added."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


class LoopbackServer:
    """Answers until it is closed, each connection in a thread. Without an answer the connection is closed."""

    def __init__(self, answer: Callable[[LoopbackRequest], LoopbackResponse | None]) -> None:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(answer))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(_LOOKS,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def forwarded(to: str, method: str, path: str, headers: Iterable[tuple[str, str]], body: bytes) -> LoopbackResponse:
    """What the server at `to`, a host and a port, answers; without headers of one connection alone, on both ways."""
    sent = [(name, value) for name, value in headers if name.lower() not in _PER_HOP]
    named = {name.lower() for name, _ in sent}
    if body and "content-length" not in named:
        sent.append(("Content-Length", str(len(body))))
    connection = HTTPConnection(to, timeout=_PATIENCE)
    try:
        connection.putrequest(method, path, skip_host="host" in named, skip_accept_encoding=True)
        for name, value in sent:
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        data = response.read()
    finally:
        connection.close()
    counted = () if method == "HEAD" else ("content-length",)  # it is added again, also to what came in chunks
    kept = [one for one in response.getheaders() if one[0].lower() not in (*_PER_HOP, *counted)]
    return LoopbackResponse(response.status, data, tuple(kept))


def _handler(answer: Callable[[LoopbackRequest], LoopbackResponse | None]) -> type[BaseHTTPRequestHandler]:
    class RespondingHandler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True  # else each answer waits until the client acknowledges the headers

        def handle(self) -> None:
            with suppress(ConnectionError):  # the client was killed
                super().handle()

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            response = answer(LoopbackRequest(self.command, self.path, self.headers, body))
            if response is None:
                self.close_connection = True
                return
            self.send_response_only(response.status)
            for name, value in response.headers:
                self.send_header(name, value)
            if self._wants_length(response):
                self.send_header("Content-Length", str(len(response.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(response.body)

        do_HEAD = do_PUT = do_POST = do_DELETE = do_GET  # noqa: N815 - http.server's names

        def _wants_length(self, response: LoopbackResponse) -> bool:
            if "content-length" in {name.lower() for name, _ in response.headers}:
                return False
            return bool(response.body) or (self.command != "HEAD" and response.status != 204)

        def log_message(self, *_: object) -> None:
            """Tests have nothing to log."""

    return RespondingHandler
