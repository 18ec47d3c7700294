"""An HTTP server on a thread of its own: the page and the Athena endpoint are served by it."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from millrace.errors import SettingError, UsageError
from millrace.settings import TlsFiles

LOCAL_NAMES = frozenset({"localhost"})
_NOT_A_PAIR = ("KEY_VALUES_MISMATCH", "KEY_TYPE_MISMATCH", "NO_CERTIFICATE_ASSIGNED")  # the last: RSA with EC


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens; by default only this machine reaches it. Port 0 takes a free one. `tls`: None is HTTP."""

    host: str = "127.0.0.1"
    port: int = 0
    tls: ssl.SSLContext | None = None

    @property
    def is_loopback(self) -> bool:
        """Whether nobody but this machine reaches what is served there."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host in LOCAL_NAMES

    @property
    def is_ipv6(self) -> bool:
        return ":" in self.host

    def url(self, port: int) -> str:
        """Of what is served here; `port` is the one that was taken."""
        host = f"[{self.host}]" if self.is_ipv6 else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{port}/"


def tls_of(files: TlsFiles) -> ssl.SSLContext:
    """A server's side of TLS, 1.2 at least. Raises SettingError where the files cannot be used, or not together."""
    _expect(files.certificate, b"CERTIFICATE-----", "certificate")
    _expect(files.key, b"PRIVATE KEY-----", "key")

    def no_password() -> str:
        raise SettingError(f"the key {files.key} is encrypted.", hint="Give it without a password.")

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(files.certificate, files.key, no_password)
    except ssl.SSLError as error:
        raise SettingError(
            f"{files.certificate} and {files.key} cannot be used for TLS: {_reason(error)}.",
            hint="Give a certificate and the key that belongs to it, both in PEM.",
        ) from error
    return context


def _expect(path: Path, mark: bytes, what: str) -> None:
    try:
        found = mark in path.read_bytes()
    except OSError as error:
        raise SettingError(f"the {what} {path} cannot be read: {error.strerror}.", hint="Give a PEM file.") from error
    if not found:
        raise SettingError(f"{path} holds no {what} in PEM.", hint=f"Give a file with a {what} in PEM.")


def _reason(error: ssl.SSLError) -> str:
    """OpenSSL has no word for bytes that it cannot read."""
    if error.reason in _NOT_A_PAIR:
        return "the key belongs to another certificate"
    return error.reason.lower().replace("_", " ") if error.reason else "not readable as PEM"


class HttpServer(ThreadingHTTPServer):
    """A thread for each connection; none of them keeps the process alive."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: Address, handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if address.is_ipv6 else socket.AF_INET
        self._tls = address.tls
        self._patience = handler.timeout
        super().__init__((address.host, address.port), handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Without its handshake: this thread accepts all connections, and must not wait for a client."""
        connection, client = super().get_request()
        if self._tls is None:
            return connection, client
        return self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False), client

    def finish_request(self, request: Any, client_address: Any) -> None:
        """In the connection's own thread."""
        if isinstance(request, ssl.SSLSocket) and not self._shakes_hands(request):
            return
        super().finish_request(request, client_address)

    def _shakes_hands(self, connection: ssl.SSLSocket) -> bool:
        """Clients that speak plain HTTP, do not trust the certificate or stay silent are no news."""
        connection.settimeout(self._patience)
        try:
            connection.do_handshake()
        except OSError:
            return False
        return True


class BackgroundServer:
    """Serves what `make(address)` gives until it is closed; a context manager.

    Raises UsageError when the address cannot be had.
    """

    def __init__(self, make: Callable[[Address], HttpServer], address: Address, *, name: str) -> None:
        try:
            self._http = make(address)
        except (OSError, OverflowError) as error:
            raise UsageError(
                f"cannot serve on {address.host}, port {address.port}: {error}.",
                hint="Choose another with --port, or 0 for a free one.",
            ) from error
        self.url = address.url(self._http.server_port)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.1,), name=name, daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """No new request is taken; a second call does nothing."""
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
