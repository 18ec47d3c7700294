"""`millrace up`: the service with its page and Athena endpoint, from start to stop signal."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from millrace.json_logs import log_as_json_lines
from millrace.service.service import LEASE, Service
from millrace.serving.http_server import Address
from millrace.serving.stop_signal import stop_signal

if TYPE_CHECKING:
    from millrace.infra.runtime.base import Runtime

_log = logging.getLogger("millrace.up")


def serve_until_stopped(runtime: Runtime, address: Address | None, athena: Address | None = None) -> None:
    """Runs until SIGTERM or Ctrl-C, with the page at `address` and the Athena API at `athena` unless they are None.

    Raises LeaseHeld if another process serves this lake, WrongLakeKind as polls do, UsageError for a port in use.
    """
    log_as_json_lines()
    with stop_signal() as stop, runtime.leases.hold(LEASE), _page(runtime, address), _athena(runtime, athena):
        Service(runtime).run(stop.wait, in_a_hurry=lambda: stop.in_a_hurry)


@contextmanager
def _page(runtime: Runtime, address: Address | None) -> Iterator[None]:
    if address is None:
        yield
        return
    from millrace.dashboards.serving.server import serve
    from millrace.infra.runtime.selection import require_local
    from millrace.usecases.page import live_pages

    if not address.is_loopback:
        _log.warning(
            "open", extra={"host": address.host, "reason": "anyone who can reach this address can read the lake"}
        )
    with live_pages(require_local(runtime, "the page")) as pages, serve(pages, address) as server:
        _log.info("page", extra={"url": server.url})
        yield


@contextmanager
def _athena(runtime: Runtime, address: Address | None) -> Iterator[None]:
    if address is None:
        yield
        return
    from millrace.usecases.athena import serving_athena, warning_of_open_access

    if warning := warning_of_open_access(runtime.settings, address):
        _log.warning("open", extra={"host": address.host, "reason": warning})
    with serving_athena(runtime, address) as server:
        _log.info("athena", extra={"url": server.url})
        yield
