"""The pictures of the documents, each made by a real browser of what a reader gets.

As a script, it writes them into docs/: `make pictures`. It needs chromium, as the tests of the page do.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.end_to_end.documents import ROOT, blocks
from tests.end_to_end.page.browser import chromium

DOCS = ROOT / "docs"
TUTORIAL = DOCS / "tutorial.md"


@dataclass(frozen=True)
class Picture:
    """`width`, `height`: of the window, in pixels. `panel`: the one that is shown; "": the top of the page."""

    file: str
    width: int
    height: int
    panel: str = ""


PAGE = Picture("page.png", 1400, 1000)
OF_THE_TUTORIAL = Picture("tutorial-panel.png", 680, 1000, panel="where-it-rains")


def millrace(code: Path, *arguments: str) -> None:
    """A command of a copy of the code."""
    environ: Mapping[str, str] = {**os.environ, "PYTHONPATH": str(code)}
    subprocess.run([sys.executable, "-m", "millrace", *arguments], cwd=code, env=environ, check=True)


def copied(folder: Path) -> Path:
    """The code as it is committed, with the tutorial's additions to its files."""
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
    for block in blocks(TUTORIAL):
        if block.added_to.startswith("dashboards/"):
            with (folder / block.added_to).open("a", encoding="utf-8") as file:
                file.write(f"\n{block.text}")
    return folder


def taken(browser: Any, page: Path, picture: Picture) -> Path:
    """The file of a picture, of a page that is a file."""
    window = browser.new_page(viewport={"width": picture.width, "height": picture.height}, color_scheme="light")
    window.goto(page.as_uri())
    window.wait_for_load_state("networkidle")
    made = DOCS / picture.file
    shown = window.locator(f"#{picture.panel}") if picture.panel else window
    shown.screenshot(path=made)
    window.close()
    return made


def main() -> None:
    with TemporaryDirectory() as given:
        folder = Path(given)
        lake, code = folder / "lake", copied(folder / "code")
        millrace(ROOT, "demo", "--home", str(lake))
        pages = {PAGE: folder / "page.html", OF_THE_TUTORIAL: folder / "tutorial.html"}
        millrace(ROOT, "preview", "--home", str(lake), "--output", str(pages[PAGE]))
        millrace(code, "preview", "--home", str(lake), "--output", str(pages[OF_THE_TUTORIAL]))
        with chromium() as browser:
            for picture, page in pages.items():
                print(f"wrote {taken(browser, page, picture)}")


if __name__ == "__main__":
    main()
