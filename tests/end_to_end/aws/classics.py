"""The project of docs/examples/classics, as tests use it."""

from __future__ import annotations

import importlib.util
import re
from datetime import date
from pathlib import Path
from types import ModuleType

from tests.end_to_end.documents import ROOT

CLASSICS = ROOT / "docs/examples/classics"
DAY = date(2024, 5, 29)


def receipts() -> ModuleType:
    """The generator that ships beside the workflows."""
    spec = importlib.util.spec_from_file_location("make_receipts", CLASSICS / "make_receipts.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def copy_from(project: Path, origin: str, *lines: str) -> None:
    """Has a copy of the project copy from another place; `lines`: further parameters."""
    file = project / "workflows/open_data_copy.toml"
    given = "\n".join((f'origin = "{origin}"', *lines))
    text, found = re.subn(r'origin = ".*"', given, file.read_text())
    assert found == 1
    file.write_text(text)
