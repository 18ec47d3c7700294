"""The served page on the long lake: a refresh after a run has published new data of the newest day.

Twice: as its server answers (all panels that changed, six at a time, as browsers ask), and, where there is Chromium, as
a reader sees it, until what is on the screen is drawn and until all of the page has come.
"""

from __future__ import annotations

import importlib.util
import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from millrace.dashboards.serving.server import serve
from millrace.infra.runtime.local import LocalRuntime
from millrace.serving.http_server import Address
from millrace.usecases.page import live_pages
from millrace.usecases.runs import run_workflow
from tests.bench.lake import DAY, WORKFLOW, Lakes, runtime_of
from tests.bench.report import Figures

_CONNECTIONS = 6
_NEVER = 3600.0  # seconds between the page's own refreshes: here each is asked for
_SCREEN = {"width": 1280, "height": 900}


def refresh(lakes: Lakes, measured: Callable[[], AbstractContextManager[Figures]]) -> Figures:
    """`seconds` and `server_ms` are the server's; `browser_ms` and `browser_all_ms` only where there is Chromium."""
    with (
        runtime_of(lakes.long) as runtime,
        live_pages(runtime, refresh_seconds=_NEVER) as pages,
        serve(pages, Address()) as server,
    ):
        with _without_the_last_object(lakes.long):
            _publish(runtime)
            seen = _asked(server.url, {})
        _publish(runtime)
        with measured() as figures:
            _asked(server.url, seen)
        figures["server_ms"] = figures["seconds"] * 1000
        if _has_browser():
            with _opened(server.url) as page:
                with _without_the_last_object(lakes.long):
                    _publish(runtime)
                    _renewed(page)
                _publish(runtime)
                figures |= _renewed(page)
    return figures


def _asked(url: str, tags: Mapping[str, str]) -> dict[str, str]:
    """What an open page asks that knows these tags; the tags that it knows afterwards."""
    found: dict[str, str] = _answer(f"{url}api/page")["tags"]
    changed = [name for name, tag in found.items() if tags.get(name) != tag]
    with ThreadPoolExecutor(_CONNECTIONS) as readers:
        assert all(readers.map(_answer, (f"{url}api/panels/{name}?table=no" for name in changed)))
    return found


def _answer(address: str) -> dict[str, Any]:
    with urlopen(address) as response:
        answer: dict[str, Any] = json.load(response)
    return answer


def _publish(runtime: LocalRuntime) -> None:
    runtime.pending.add(WORKFLOW, DAY, runtime.clock.now())
    record = run_workflow(runtime, WORKFLOW, [], full=False, progress=lambda _: None)
    assert record.state == "succeeded", record.error


@contextmanager
def _without_the_last_object(home: Path) -> Iterator[None]:
    """The day before its last snapshots came."""
    last = max(home.glob(f"raw/{WORKFLOW}/dt={DAY}/hour=*/*.json.gz"))
    aside = home / last.name
    last.rename(aside)
    try:
        yield
    finally:
        aside.rename(last)


def _has_browser() -> bool:
    return bool(shutil.which("chromium") and importlib.util.find_spec("playwright"))


@contextmanager
def _opened(url: str) -> Iterator[Any]:
    from tests.end_to_end.page.browser import chromium

    with chromium() as browser:
        page = browser.new_page(viewport=_SCREEN, bypass_csp=True)
        page.goto(url)
        page.wait_for_selector("html[data-drawn]", state="attached")
        yield page


def _renewed(page: Any) -> Figures:
    """One refresh, in milliseconds."""
    page.evaluate("performance.clearMeasures(); dispatchEvent(new Event('popstate'))")
    page.wait_for_function("performance.getEntriesByName('refresh-all').length")
    took = "name => performance.getEntriesByName(name)[0].duration"
    return {"browser_ms": page.evaluate(took, "refresh"), "browser_all_ms": page.evaluate(took, "refresh-all")}
