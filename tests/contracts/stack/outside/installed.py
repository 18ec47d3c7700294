"""Where an installed judge is, and how one is asked: where it is not, CI fails, and elsewhere its tests are skipped."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.judges import JUDGES


def installed(name: str, version: str) -> Path:
    """The folder that `.ci/install_<name>` makes."""
    found = JUDGES / f"{name.replace('_', '-')}-{version}"
    if not found.exists():
        assert not os.environ.get("CI"), f"{name} {version} is not installed"
        pytest.skip(f"{name} {version} is not installed: .ci/install_{name}")
    return found


def asked(command: Sequence[str | Path], given: Iterable[Any], folder: Path) -> list[list[str]]:
    """What a program finds in each of some documents: it is given their files, and prints a list as JSON for each."""
    with TemporaryDirectory() as made:
        files = []
        for number, document in enumerate(given):
            files.append(Path(made) / f"{number:03}.json")
            files[-1].write_text(json.dumps(document))
        done = subprocess.run(
            [*command, *files], cwd=folder, capture_output=True, text=True, timeout=300 + 60 * len(files), check=False
        )
    assert done.returncode == 0, done.stderr
    found: list[list[str]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) == len(files), done.stdout
    return found
