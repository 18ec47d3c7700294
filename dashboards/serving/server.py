"""The page on a port: standard library HTTP, for people on this machine, closed to other web sites in their browser."""

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

LARGEST_REQUEST = 64 * 1024
IDLE_SECONDS = 75  # longer than a page's refresh, so that its connection stays
_WORTH_PACKING = 1024
_HEADERS = {
    "Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class Pages(Protocol):
    """What is served. Both raise MillraceError; an UnknownName is a missing address."""

    def get(self, path: str, query: dict[str, str]) -> HttpAnswer: ...

    def post(self, path: str, body: bytes) -> HttpAnswer: ...


def serve(pages: Pages, address: Address) -> BackgroundServer:
    """Raises UsageError when the address cannot be had."""
    return BackgroundServer(partial(_PageServer, pages), address, name="page")


class _PageServer(HttpServer):
    def __init__(self, pages: Pages, address: Address) -> None:
        self.pages = pages
        self.names = LOCAL_NAMES | {address.host.lower()}
        super().__init__(address, _PageHandler)

    def trusts(self, host: str) -> bool:
        """A name that another site could point here (DNS rebinding) is not trusted; an address cannot be pointed."""
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
        """Requests of a page that refreshes itself are no news."""

    def _answer(self, method: str) -> None:
        with self.server.answering():
            self._answer_now(method)

    def _answer_now(self, method: str) -> None:
        try:
            answer = self._refusal(method) or self._asked(method)
        except MillraceError as error:
            answer = _problem(_status(error), error.message, error.hint)
        try:
            self._send(answer, method)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the reader went away

    def _refusal(self, method: str) -> HttpAnswer | None:
        """A request that another web site makes through the reader's browser; see `trusts`."""
        host = self.headers.get("Host", "")
        if not self.server.trusts(host):
            self.close_connection = True
            return _problem(403, f"this server does not answer for {host!r}.", "Use the address that it announced.")
        if method != "POST":
            return None
        own = self.headers.get("Origin", "").lower() == f"http://{host}".lower()
        site = self.headers.get("Sec-Fetch-Site", "same-origin")
        if own and site == "same-origin" and self.headers.get_content_type() == "application/json":
            return None
        self.close_connection = True
        return _problem(403, "only this server's own page may send queries.", "Send Origin and a JSON body.")

    def _asked(self, method: str) -> HttpAnswer:
        address = urlsplit(self.path)
        if method != "POST":
            return self.server.pages.get(address.path, dict(parse_qsl(address.query)))
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > LARGEST_REQUEST:
            self.close_connection = True
            return _problem(413, f"a request has at most {LARGEST_REQUEST} bytes.", "Shorten the SQL.")
        return self.server.pages.post(address.path, self.rfile.read(int(length)))

    def _send(self, answer: HttpAnswer, method: str) -> None:
        tag = f'"{answer.tag}"' if answer.tag else ""
        known = bool(tag) and self.headers.get("If-None-Match") == tag
        packs = "gzip" in self.headers.get("Accept-Encoding", "") and len(answer.body) > _WORTH_PACKING and not known
        body = b"" if known else _packed(answer) if packs else answer.body
        self.send_response(304 if known else answer.status)
        headers = {**_HEADERS, "Cache-Control": "max-age=31536000, immutable" if answer.lasting else "no-cache"}
        headers |= {"ETag": tag} if tag else {}
        if not known:
            headers |= {"Content-Type": answer.type, "Content-Length": str(len(body)), "Vary": "Accept-Encoding"}
        headers |= {"Content-Encoding": "gzip"} if packs else {}
        headers |= {"Content-Disposition": f'attachment; filename="{answer.filename}"'} if answer.filename else {}
        headers |= {"Connection": "close"} if self.close_connection else {}
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if method != "HEAD":
            self.wfile.write(body)


def _packed(answer: HttpAnswer) -> bytes:
    return _lasting(answer.body) if answer.lasting else gzip.compress(answer.body, compresslevel=3)


@lru_cache(maxsize=8)
def _lasting(body: bytes) -> bytes:
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
