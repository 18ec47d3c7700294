"""An HTTP server on a thread of its own, which serves the page and the Athena endpoint."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from millrace.errors import UsageError

_PATIENCE_SECONDS = 5.0
LOCAL_NAMES = frozenset({"localhost"})


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens; by default only this machine reaches it. Port 0: a free port. `tls`: None means HTTP."""

    host: str = "127.0.0.1"
    port: int = 0
    tls: ssl.SSLContext | None = None

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches the server."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host in LOCAL_NAMES

    @property
    def is_ipv6(self) -> bool:
        return ":" in self.host

    def url(self, port: int) -> str:
        """The address for clients; `port` is the port that was taken."""
        host = f"[{self.host}]" if self.is_ipv6 else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{port}/"


class HttpServer(ThreadingHTTPServer):
    """An HTTP server with a thread for each connection; none of the threads keeps the process alive."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: Address, handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if address.is_ipv6 else socket.AF_INET
        self._tls = address.tls
        self._patience = handler.timeout
        self._answered = threading.Condition()
        self._answering = 0
        self._is_closed = False
        super().__init__((address.host, address.port), handler)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Held by a handler while it answers one request, so that closing the server waits for the answer.

        Raises ConnectionAbortedError when the server is closed: a connection may outlive the server.
        """
        with self._answered:
            if self._is_closed:
                raise ConnectionAbortedError("the server is closed")
            self._answering += 1
        try:
            yield
        finally:
            with self._answered:
                self._answering -= 1
                self._answered.notify_all()

    def drain(self, seconds: float) -> None:
        """Refuse new requests, and wait at most `seconds` for those that are being answered."""
        with self._answered:
            self._is_closed = True
            self._answered.wait_for(lambda: not self._answering, seconds)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Errors of handlers are logged, except that a client closed its connection."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection without its TLS handshake: this thread accepts all, and must not wait for one client."""
        connection, client = super().get_request()
        if self._tls is None:
            return connection, client
        return self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), client

    def finish_request(self, request: Any, client_address: Any) -> None:
        """The TLS handshake and the requests, in the connection's own thread."""
        if isinstance(request, ssl.SSLSocket) and not self._completes_handshake(request):
            return
        super().finish_request(request, client_address)

    def _completes_handshake(self, connection: ssl.SSLSocket) -> bool:
        """False, without a log line, for a client that speaks plain HTTP, distrusts the certificate or stays silent."""
        connection.settimeout(self._patience)
        try:
            connection.do_handshake()
        except OSError:
            return False
        return True


class BackgroundServer:
    """A thread that serves the server from `make(address)` until it is closed; a context manager.

    Raises UsageError when the address cannot be used.
    """

    def __init__(self, make: Callable[[Address], HttpServer], address: Address, *, name: str) -> None:
        try:
            self._http = make(address)
        except (OSError, OverflowError) as error:
            raise UsageError(
                f"cannot serve on {address.host}, port {address.port}: {error}.",
                hint="Choose another port with --port; 0 takes a free one.",
            ) from error
        self.url = address.url(self._http.server_port)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.1,), name=name, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Graceful shutdown: no new request is taken, and those in progress are finished. May be called twice."""
        self._http.shutdown()
        self._http.drain(_PATIENCE_SECONDS)
        self._http.server_close()
        self._thread.join()
