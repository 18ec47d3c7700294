"""An HTTP server on a thread of its own: the page and the Athena endpoint are served by it."""

from __future__ import annotations

import ipaddress
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

from millrace.errors import UsageError

LOCAL_NAMES = frozenset({"localhost"})


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens; by default only this machine reaches it. Port 0 takes a free one."""

    host: str = "127.0.0.1"
    port: int = 0

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


class HttpServer(ThreadingHTTPServer):
    """A thread for each connection; none of them keeps the process alive."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, address: Address, handler: type[BaseHTTPRequestHandler]) -> None:
        self.address_family = socket.AF_INET6 if address.is_ipv6 else socket.AF_INET
        super().__init__((address.host, address.port), handler)


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
        shown = f"[{address.host}]" if address.is_ipv6 else address.host
        self.url = f"http://{shown}:{self._http.server_port}/"
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
