"""The recorded data beside the project; tests that need it are skipped, with the reason, where it is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[2] / "shared" / "data"
RESPONSE = FOLDER / "taxi-availability-2019-02-01T142958.json"
COUNTS = FOLDER / "taxi-counts-2019-01-01--10.csv"

needs_recordings = pytest.mark.skipif(
    not (RESPONSE.exists() and COUNTS.exists()), reason=f"no recorded data at {FOLDER.name}/ beside the project"
)
