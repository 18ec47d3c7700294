"""A real browser for tests of the page; what it complains of is heard."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def chromium() -> Iterator[Any]:
    """Skips the test where there is none; in CI that is a failure."""
    found = shutil.which("chromium")
    missing = [
        *([] if importlib.util.find_spec("playwright") else ["the Python package playwright"]),
        *([] if found else ["chromium (a system package)"]),
    ]
    if missing:
        reason = f"needs {' and '.join(missing)}"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}; in CI this is never skipped")
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield running
        running.close()


def listen(page: Any, own: str, complaints: list[str]) -> None:
    """`own`: the beginning of the only addresses that the page may ask."""
    page.on("console", lambda message: complaints.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: complaints.append(f"error: {error}"))
    allowed = (own, "blob:", "data:")

    def asks(request: Any) -> None:
        if not request.url.startswith(allowed):
            complaints.append(f"asked {request.url[:90]}")

    page.on("request", asks)
