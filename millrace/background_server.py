"""An HTTP server on a thread of its own: the page and the Athena endpoint are served by it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from http.server import ThreadingHTTPServer
from types import TracebackType
from typing import Self

from millrace.errors import UsageError


class BackgroundServer:
    """Serves what `make(host, port)` gives until it is closed; a context manager. Port 0 takes a free one.

    Raises UsageError when host and port cannot be had.
    """

    def __init__(self, make: Callable[[str, int], ThreadingHTTPServer], host: str, port: int, *, name: str) -> None:
        try:
            self._http = make(host, port)
        except (OSError, OverflowError) as error:
            raise UsageError(
                f"cannot serve on {host}, port {port}: {error}.",
                hint="Choose another with --port, or 0 for a free one.",
            ) from error
        shown = f"[{host}]" if ":" in host else host
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

    def wait(self) -> None:
        """Until it is closed, or the process gets Ctrl-C."""
        while self._thread.is_alive():
            self._thread.join(0.5)
