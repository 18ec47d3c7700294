"""Where an installed judge is: CI fails where it is not, and elsewhere its tests are skipped with the reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.judges import JUDGES


def installed(name: str, version: str) -> Path:
    """The folder that `.ci/install_<name>` makes."""
    found = JUDGES / f"{name.replace('_', '-')}-{version}"
    if not found.exists():
        assert not os.environ.get("CI"), f"{name} {version} is not installed"
        pytest.skip(f"{name} {version} is not installed: .ci/install_{name}")
    return found
