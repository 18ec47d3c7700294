"""Starting and stopping `millrace up`, and its schedules."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from millrace.errors import UnknownName
from millrace.glue_workflow.definitions import workflows
from millrace.infra.logs import log_as_json_lines
from millrace.infra.service import LEASE, UTC_ZONE, Service, poll_schedule, run_schedule
from millrace.schedules.expressions import read_schedule
from millrace.serving.http_server import Address
from millrace.serving.stop_signal import stop_signal

if TYPE_CHECKING:
    from millrace.infra.runtime_base import Runtime

_log = logging.getLogger("millrace.up")


def serve_until_stopped(runtime: Runtime, address: Address | None, athena: Address | None = None) -> None:
    """Until SIGTERM or Ctrl-C; with the page at `address` and the Athena API at `athena`, where there is one.

    Raises LeaseHeld where another one serves this lake, WrongLakeKind as polls do, UsageError for a port that is taken.
    """
    log_as_json_lines()
    with stop_signal() as stop, runtime.leases.hold(LEASE):
        service = Service(runtime)
        with _page(runtime, address), _athena(runtime, athena):
            service.run(stop.wait)


@contextmanager
def _page(runtime: Runtime, address: Address | None) -> Iterator[None]:
    if address is None:
        yield
        return
    from millrace.dashboards.server import serve
    from millrace.infra.page import live_pages
    from millrace.infra.runtime import in_a_folder

    if not address.is_loopback:
        _log.warning("open", extra={"host": address.host, "reason": "whoever reaches this address reads the lake"})
    with live_pages(in_a_folder(runtime, "the page")) as pages, serve(pages, address) as server:
        _log.info("page", extra={"url": server.url})
        yield


@contextmanager
def _athena(runtime: Runtime, address: Address | None) -> Iterator[None]:
    if address is None:
        yield
        return
    from millrace.infra.athena import open_to_others, serving_athena

    if warning := open_to_others(runtime.settings, address):
        _log.warning("open", extra={"host": address.host, "reason": warning})
    with serving_athena(runtime, address) as server:
        _log.info("athena", extra={"url": server.url})
        yield


def schedule_rows(runtime: Runtime) -> list[dict[str, Any]]:
    """Every schedule: its name, text, time zone, whether it is on, and its next time (UTC)."""
    now = runtime.clock.now()
    rows = []
    for name, text, zone in _schedules(runtime):
        following = read_schedule(text, zone).next_after(now)
        on = runtime.switches.is_on(name)
        rows.append(
            {
                "schedule": name,
                "expression": text,
                "timezone": zone.key,
                "state": "enabled" if on else "disabled",
                "next": f"{following:%Y-%m-%d %H:%M:%S}" if following and on else None,
            }
        )
    return rows


def switch_schedule(runtime: Runtime, name: str, *, on: bool) -> None:
    """Raises UnknownName. A running `up` heeds it at the next scheduled time."""
    known = [schedule for schedule, _, _ in _schedules(runtime)]
    if name not in known:
        raise UnknownName("schedule", name, known)
    runtime.switches.switch(name, on=on)


def _schedules(runtime: Runtime) -> list[tuple[str, str, ZoneInfo]]:
    polls = [(poll_schedule(one.name), one.schedule, one.timezone) for one in runtime.sources.values()]
    runs = [(run_schedule(one.name), one.schedule, UTC_ZONE) for one in workflows().values()]
    return [*polls, *runs]
