"""What is packaged of a project of one's own, and that it depends on content alone."""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from millrace.errors import DefinitionError
from millrace.infra.packaging.artefacts import function_zip
from millrace.infra.packaging.contents import POLL, files_of
from millrace.infra.packaging.distributions import PackageTarget, PinnedDistribution
from millrace.infra.packaging.reproducible import zipped
from millrace.infra.project.project import Project

TARGET = PackageTarget(f"{sys.version_info.major}.{sys.version_info.minor}", "arm64")
SOURCE = "import helper\nfrom millrace.ingestors.ports import Source\nSOURCE = None\n"


class HandmadeWheels:
    """A wheel of one module for each distribution."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.asked = folder, list[str]()

    def __call__(self, wanted: Sequence[PinnedDistribution], target: PackageTarget) -> list[Path]:
        self.asked += [one.name for one in wanted]
        return [self._wheel(one) for one in wanted]

    def _wheel(self, one: PinnedDistribution) -> Path:
        path = self.folder / f"{one.name}.whl"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(f"{one.module or one.name}/__init__.py", f"VERSION = {one.version!r}\n")
        return path


@pytest.fixture
def wheels(tmp_path: Path) -> HandmadeWheels:
    (tmp_path / "wheels").mkdir()
    return HandmadeWheels(tmp_path / "wheels")


def project(folder: Path, *, helper: str = "LINES = 1\n") -> Project:
    for name, text in {
        "millrace.toml": '[project]\nname = "ours"\n',
        "sources/bikes.py": SOURCE,
        "lib/helper.py": helper,
        "lib/words.txt": "one\n",
        "sql/staging/bike.sql": "-- Bikes.\n",
        "tests/test_bikes.py": "",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return Project.find(folder)


def test_a_project_is_beside_millrace_with_the_folders_that_polls_read(tmp_path: Path, wheels: HandmadeWheels) -> None:
    files = files_of(POLL, project(tmp_path / "ours"), TARGET, wheels)
    assert {path for path in files if path.startswith("millrace_project/")} == {
        "millrace_project/millrace.toml",
        "millrace_project/sources/bikes.py",
        "millrace_project/lib/helper.py",
        "millrace_project/lib/words.txt",
    }
    assert "millrace/ingestors/sources/rainfall.py" not in files, "a shipped source that the project does not take"
    assert "millrace/infra/entrypoints/poll.py" in files
    assert {"requests", "tzdata"} <= set(wheels.asked)


def test_what_a_library_imports_is_packaged_or_refused(tmp_path: Path, wheels: HandmadeWheels) -> None:
    files_of(POLL, project(tmp_path / "one", helper="import lark\n"), TARGET, wheels)
    assert "lark" in wheels.asked
    with pytest.raises(DefinitionError, match="imports pandas, which is not packaged"):
        files_of(POLL, project(tmp_path / "other", helper="import pandas\n"), TARGET, wheels)


def test_the_same_content_makes_the_same_zip_with_compiled_modules(tmp_path: Path, wheels: HandmadeWheels) -> None:
    one, other = (function_zip(POLL, project(tmp_path / name), TARGET, wheels) for name in ("one", "other"))
    assert (one.file, one.content) == (other.file, other.content)
    with zipfile.ZipFile(io.BytesIO(one.content)) as archive:
        tag = sys.implementation.cache_tag
        assert f"millrace/infra/entrypoints/__pycache__/poll.{tag}.pyc" in archive.namelist()
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    changed = function_zip(POLL, project(tmp_path / "other", helper="LINES = 2\n"), TARGET, wheels)
    assert changed.file != one.file


def test_a_zip_without_an_interpreter_of_its_python_says_so(tmp_path: Path, wheels: HandmadeWheels) -> None:
    made = function_zip(POLL, project(tmp_path / "one"), TARGET, wheels, find_interpreter=lambda _: None)
    assert not made.is_compiled
    names = zipfile.ZipFile(io.BytesIO(made.content)).namelist()
    assert not [name for name in names if name.endswith(".pyc")]


def test_the_order_of_files_makes_no_difference() -> None:
    assert zipped({"a": b"1", "b": b"2"}) == zipped({"b": b"2", "a": b"1"})
