"""The HTTP server of the page: for people on this machine, and closed to other web sites in their browser.

It refuses requests under a foreign host name (DNS rebinding) and queries from foreign pages (request forgery).
"""

from __future__ import annotations

import gzip
import ipaddress
import json
from functools import lru_cache, partial
from http.server import BaseHTTPRequestHandler
from typing import Protocol
from urllib.parse import parse_qsl, urlsplit

from millrace.dashboards.serving.pages import POLICY, HttpAnswer
from millrace.errors import MillraceError, RetryLater, UnknownName, UsageError
from millrace.serving.http_server import LOCAL_NAMES, Address, BackgroundServer, HttpServer

MAX_REQUEST_BYTES = 64 * 1024
IDLE_SECONDS = 75  # longer than the page's refresh interval, so that its connection stays open
_MIN_COMPRESSED_BYTES = 1024
_HEADERS = {
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Pages(Protocol):
    """What the server serves. Both methods raise MillraceError; UnknownName for an address that does not exist."""

    def get(self, path: str, query: dict[str, str]) -> HttpAnswer: ...

    def post(self, path: str, body: bytes) -> HttpAnswer: ...


def serve(pages: Pages, address: Address) -> BackgroundServer:
    """Raises UsageError when the address cannot be bound."""
    return BackgroundServer(partial(_PageServer, pages), address, name="page")


class _PageServer(HttpServer):
    def __init__(self, pages: Pages, address: Address) -> None:
        self.pages = pages
        self.names = LOCAL_NAMES | {address.host.lower()}
        super().__init__(address, _PageHandler)

    def trusts(self, host: str) -> bool:
        """Whether the host is an IP address or a name of this server: a web site may resolve any other name to it."""
        try:
            name, port = urlsplit(f"//{host}").hostname or "", urlsplit(f"//{host}").port or 80
        except ValueError:
            return False
        if port != self.server_port:
            return False
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name in self.names
        return True


class _PageHandler(BaseHTTPRequestHandler):
    server: _PageServer
    protocol_version = "HTTP/1.1"
    server_version = "Millrace"
    sys_version = ""
    timeout = IDLE_SECONDS

    def do_GET(self) -> None:
        self._answer("GET")

    def do_HEAD(self) -> None:
        self._answer("HEAD")

    def do_POST(self) -> None:
        self._answer("POST")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is the library's)
        """Requests are not logged: a page that refreshes itself makes many."""

    def _answer(self, method: str) -> None:
        with self.server.answering():
            self._answer_now(method)

    def _answer_now(self, method: str) -> None:
        try:
            answer = self._refusal(method) or self._requested(method)
        except MillraceError as error:
            answer = _problem(_status(error), error.message, error.hint)
        try:
            self._send(answer, method)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the reader went away

    def _refusal(self, method: str) -> HttpAnswer | None:
        """The answer to a request that another web site makes through the reader's browser; see `trusts`."""
        host = self.headers.get("Host", "")
        if not self.server.trusts(host):
            self.close_connection = True
            return _problem(403, f"this server does not answer for {host!r}.", "Use the address that it printed.")
        if method != "POST":
            return None
        own = self.headers.get("Origin", "").lower() == f"http://{host}".lower()
        site = self.headers.get("Sec-Fetch-Site", "same-origin")
        if own and site == "same-origin" and self.headers.get_content_type() == "application/json":
            return None
        self.close_connection = True
        return _problem(403, "only this server's own page may send queries.", "Send Origin and a JSON body.")

    def _requested(self, method: str) -> HttpAnswer:
        address = urlsplit(self.path)
        if method != "POST":
            return self.server.pages.get(address.path, dict(parse_qsl(address.query)))
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MAX_REQUEST_BYTES:
            self.close_connection = True
            return _problem(413, f"a request has at most {MAX_REQUEST_BYTES} bytes.", "Shorten the SQL.")
        return self.server.pages.post(address.path, self.rfile.read(int(length)))

    def _send(self, answer: HttpAnswer, method: str) -> None:
        etag = f'"{answer.etag}"' if answer.etag else ""
        known = bool(etag) and self.headers.get("If-None-Match") == etag
        takes_gzip = "gzip" in self.headers.get("Accept-Encoding", "")
        compresses = takes_gzip and len(answer.body) > _MIN_COMPRESSED_BYTES and not known
        body = b"" if known else _compressed(answer) if compresses else answer.body
        self.send_response(304 if known else answer.status)
        headers = {**_HEADERS, "Cache-Control": "max-age=31536000, immutable" if answer.immutable else "no-cache"}
        headers |= {"ETag": etag} if etag else {}
        if not known:
            headers |= {"Content-Type": answer.type, "Content-Length": str(len(body)), "Vary": "Accept-Encoding"}
        headers |= {"Content-Encoding": "gzip"} if compresses else {}
        headers |= {"Content-Disposition": f'attachment; filename="{answer.filename}"'} if answer.filename else {}
        headers |= {"Connection": "close"} if self.close_connection else {}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if method != "HEAD":
            self.wfile.write(body)


def _compressed(answer: HttpAnswer) -> bytes:
    return _compressed_once(answer.body) if answer.immutable else gzip.compress(answer.body, compresslevel=3)


@lru_cache(maxsize=8)
def _compressed_once(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=6)


def _status(error: MillraceError) -> int:
    if isinstance(error, UnknownName) and error.what in ("address", "asset", "panel"):
        return 404
    if isinstance(error, RetryLater):
        return 503
    return 400 if isinstance(error, UsageError) else 500


def _problem(status: int, message: str, hint: str) -> HttpAnswer:
    body = json.dumps({"error": f"{message} {hint}".strip()}).encode()
    return HttpAnswer(body, "application/json", status=status)
