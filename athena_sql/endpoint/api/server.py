"""The HTTP server: AWS JSON 1.1 over the standard library's HTTP.

Requests with an Origin header are refused, so that no web page in a user's browser can query the lake.
"""

from __future__ import annotations

import logging
import uuid
from functools import partial
from http.server import BaseHTTPRequestHandler
from typing import Any, Protocol
from urllib.parse import urlsplit

import msgspec

from millrace.athena_sql.endpoint.api.shapes import Input, Output
from millrace.athena_sql.endpoint.api.signature import SignedRequest, Verifier
from millrace.athena_sql.endpoint.problems import unreadable
from millrace.errors import MillraceError, RequestRefused
from millrace.serving.http_server import Address, BackgroundServer, HttpServer

MAX_REQUEST_BYTES = 4 * 1024 * 1024
IDLE_SECONDS = 120.0
TARGET = "AmazonAthena."
_JSON = "application/x-amz-json-1.1"

_log = logging.getLogger("millrace.athena")


class Operations(Protocol):
    def answer(self, operation: str, request: Input) -> Output:
        """Raises RequestRefused."""
        ...


def serve(operations: Operations, verifier: Verifier | None, address: Address) -> BackgroundServer:
    """`verifier`: None to accept unsigned requests. Raises UsageError when the address is not available."""
    return BackgroundServer(partial(_EndpointServer, operations, verifier), address, name="athena")


class _EndpointServer(HttpServer):
    def __init__(self, operations: Operations, verifier: Verifier | None, address: Address) -> None:
        self.operations, self.verifier = operations, verifier
        super().__init__(address, _EndpointHandler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that disconnects is normal: logged at debug level only."""
        _log.debug("athena.disconnected", exc_info=True)


class _EndpointHandler(BaseHTTPRequestHandler):
    server: _EndpointServer
    protocol_version = "HTTP/1.1"
    server_version = "Millrace"
    sys_version = ""
    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True

    def do_POST(self) -> None:
        with self.server.answering():
            self._send(*self._answered())

    def _answered(self) -> tuple[int, dict[str, Any]]:
        """The status and the body."""
        try:
            body = self._body()
            self._check(body)
            return 200, self._answer(body)
        except RequestRefused as error:
            return error.status, _refusal(error)
        except MillraceError as error:
            return 500, {"__type": "InternalServerException", "Message": str(error)}
        except Exception as error:  # noqa: BLE001 (every failure is answered, and the server goes on)
            _log.error("athena.request_failed", exc_info=error)
            return 500, {"__type": "InternalServerException", "Message": type(error).__name__}

    def do_GET(self) -> None:
        """A line of text for people and health checks."""
        text = "The local Athena endpoint of Millrace. Point an Athena client's endpoint URL here."
        self._send(200 if self.path == "/" else 404, {"Message": text})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is the library's)
        """Requests are not logged: clients poll."""

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MAX_REQUEST_BYTES:
            self.close_connection = True
            raise RequestRefused(
                "InvalidRequestException", f"The body needs a Content-Length of at most {MAX_REQUEST_BYTES} bytes."
            )
        return self.rfile.read(int(length))

    def _check(self, body: bytes) -> None:
        if self.headers.get("Origin") is not None:
            self.close_connection = True
            raise RequestRefused("AccessDeniedException", "This endpoint does not answer to web pages.", status=403)
        if self.server.verifier is not None:
            address = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = SignedRequest("POST", address.path, address.query, headers, body)
            self.server.verifier.check(request)

    def _answer(self, body: bytes) -> dict[str, Any]:
        target = self.headers.get("X-Amz-Target", "")
        if not target.startswith(TARGET):
            raise RequestRefused(
                "UnknownOperationException",
                f"The header X-Amz-Target is {target!r}, which does not begin with {TARGET!r}.",
            )
        return self.server.operations.answer(target.removeprefix(TARGET), _decoded(body))

    def _send(self, status: int, answer: dict[str, Any]) -> None:
        """Headers and body go in one write: with two, the second may wait for the first one's acknowledgement."""
        body = msgspec.json.encode(answer)
        self.send_response(status)
        self.send_header("Content-Type", _JSON)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("x-amzn-RequestId", str(uuid.uuid4()))
        if "__type" in answer:
            self.send_header("x-amzn-ErrorType", answer["__type"])
        if self.close_connection:
            self.send_header("Connection", "close")
        self._headers_buffer.append(b"\r\n" + body)  # type: ignore[attr-defined]
        try:
            self.flush_headers()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client went away


def _decoded(body: bytes) -> dict[str, Any]:
    """Raises RequestRefused."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise unreadable() from None
    if isinstance(found, list):
        raise unreadable("Start of list found where not expected")
    if not isinstance(found, dict):
        raise unreadable()
    return found


def _refusal(error: RequestRefused) -> dict[str, Any]:
    message = {"Message": error.message} if error.message else {}
    return {"__type": error.shape, **message, **error.members}
