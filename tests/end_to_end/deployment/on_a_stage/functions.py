"""A stand-in of AWS Lambda on loopback: it takes calls of functions, and a test says what they answer."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

FunctionAnswer = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def _none(event: Mapping[str, Any]) -> Mapping[str, Any]:
    raise AssertionError("the test says no answer")


@dataclass
class Functions:
    """`called`: the function and the event of each call; what `answer` raises is the function's own error."""

    url: str = ""
    answer: FunctionAnswer = _none
    called: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)


@contextmanager
def functions() -> Iterator[Functions]:
    seen = Functions()

    class InvokedHandler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            seen.called.append((self.path.split("/")[3], event))
            self.send_response_only(200)
            try:
                answer = seen.answer(event)
            except Exception as error:  # noqa: BLE001 - as Lambda answers any error of a function
                answer = {"errorType": type(error).__name__, "errorMessage": str(error)}
                self.send_header("X-Amz-Function-Error", "Unhandled")
            body = json.dumps(answer).encode()
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_GET(self) -> None:
            """Of a function, the versions: none is old."""
            is_of_versions = self.path.partition("?")[0].endswith("/versions")
            body = b'{"Versions": []}' if is_of_versions else b"{}"
            self.send_response_only(200 if is_of_versions else 501)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), InvokedHandler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    seen.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
