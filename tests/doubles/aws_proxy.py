"""A proxy between a process and AWS, which sees every request of any client, and brings the faults of a plan.

`Faults` does the same through botocore's events, which other clients (Spark's connector for S3, in Java) do not have.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.message import Message
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.doubles.faults import IDEMPOTENT, Fault, changes, throttled

_PER_HOP = {"connection", "expect", "keep-alive", "transfer-encoding"}


@dataclass(frozen=True)
class AwsRequest:
    """`number`: from 1, with retries counted. `path`: for S3, `/bucket/key?query`. `operation`: such as
    `dynamodb.GetItem`; for S3, `s3.` and the HTTP method. `copies`: whether it copies an object. `by_jvm`: whether it
    comes from the AWS SDK for Java. `body`: its parameters; for S3 none.
    """

    number: int
    method: str
    path: str
    operation: str
    copies: bool
    by_jvm: bool
    body: bytes = b""

    @property
    def changes(self) -> bool:
        if self.operation.startswith("s3."):
            return self.method not in ("GET", "HEAD")
        return changes(self.operation)


@dataclass(frozen=True)
class _ServiceResponse:
    status: int
    headers: list[tuple[str, str]]
    body: bytes


class AwsProxy:
    """Forwards to `url` until it is closed. `requests`: those of the living process, each with its fault.

    `kill` ends the process. The request that is killed, and all later ones, are not forwarded.
    """

    def __init__(self, url: str, plan: Callable[[AwsRequest], Fault], kill: Callable[[], None] = lambda: None) -> None:
        self.requests: list[tuple[AwsRequest, Fault]] = []
        self.kill = kill
        self._plan, self._to = plan, urlsplit(url).netloc
        self._done: dict[bytes, _ServiceResponse] = {}
        self._dead = False
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def hit(self, fault: Fault) -> list[AwsRequest]:
        """The requests that had this fault."""
        return [request for request, had in self.requests if had is fault]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class ForwardingHandler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # else each answer waits until the client acknowledges the headers

            def handle(self) -> None:
                with suppress(ConnectionError):  # the client was killed
                    super().handle()

            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                answer = outer._answer(self.command, self.path, self.headers, body)
                if answer is None:
                    self.close_connection = True
                    return
                self.send_response_only(answer.status)
                for name, value in answer.headers:
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer.body)

            do_HEAD = do_PUT = do_POST = do_DELETE = do_GET  # noqa: N815 - http.server's names

            def log_message(self, *_: Any) -> None:
                pass

        return ForwardingHandler

    def _answer(self, method: str, path: str, headers: Message, body: bytes) -> _ServiceResponse | None:
        """The answer to a request; None: the connection is closed without one."""
        request, fault = self._next(method, path, headers, body)
        match fault:
            case Fault.KILLED:
                return None
            case Fault.THROTTLED:
                status, text = throttled(request.operation)
                return _ServiceResponse(status, [("Content-Length", str(len(text)))], b"" if method == "HEAD" else text)
        if request.operation in IDEMPOTENT and body in self._done:
            return self._done[body]
        answer = self._forwarded(method, path, headers, body)
        if fault is Fault.LOST:
            self._done[body] = answer
            return None
        return answer

    def _next(self, method: str, path: str, headers: Message, body: bytes) -> tuple[AwsRequest, Fault]:
        with self._lock:
            request = _request(len(self.requests) + 1, method, path, headers, body)
            if self._dead:
                return request, Fault.KILLED
            fault = self._plan(request)
            self.requests.append((request, fault))
            if fault is Fault.KILLED:
                self._dead = True
                self.kill()
            return request, fault

    def _forwarded(self, method: str, path: str, headers: Message, body: bytes) -> _ServiceResponse:
        connection = HTTPConnection(self._to, timeout=60)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                if name.lower() not in _PER_HOP:
                    connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            data = response.read()
            kept = [(name, value) for name, value in response.getheaders() if name.lower() not in _PER_HOP]
        finally:
            connection.close()
        if method != "HEAD" and response.status != 204:
            kept = [(name, value) for name, value in kept if name.lower() != "content-length"]
            kept.append(("Content-Length", str(len(data))))
        return _ServiceResponse(response.status, kept, data)


def _request(number: int, method: str, path: str, headers: Message, body: bytes) -> AwsRequest:
    target = headers.get("X-Amz-Target", "")
    service, _, operation = (target or f"s3.{method}").rpartition(".")
    service = service.removeprefix("AWS").removeprefix("Amazon").partition("_")[0].lower()
    return AwsRequest(
        number,
        method,
        path,
        f"{service}.{operation}",
        copies="x-amz-copy-source" in headers,
        by_jvm="aws-sdk-java" in headers.get("User-Agent", ""),
        body=body if target else b"",
    )
