"""`millrace new` as its users type it, and what it refuses without having written anything."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from millrace.clock import SystemClock
from millrace.errors import UsageError
from millrace.infra.project.project import Project
from millrace.scaffold.new_files import write_new
from millrace.scaffold.requests import SourceRequest, new_project, new_source
from tests.end_to_end.new.samples import DOCKS, body_of


def millrace(folder: Path, *arguments: str, status: int = 0) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MILLRACE_")}
    done = subprocess.run(
        [sys.executable, "-m", "millrace", *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert done.returncode == status, done.stdout + done.stderr
    return done.stdout + done.stderr


def files_of(folder: Path) -> set[str]:
    return {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file() and one.name != ".gitkeep"}


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    (tmp_path / "docks.json").write_bytes(body_of(DOCKS))
    return tmp_path / "docks.json"


def test_a_project_and_a_source_from_a_file(tmp_path: Path, sample: Path) -> None:
    said = millrace(tmp_path, "new", "project", "feeds")
    assert "next: cd feeds" in said
    assert files_of(tmp_path / "feeds") == {"millrace.toml", "README.md", ".gitignore"}

    said = millrace(tmp_path / "feeds" / "sources", "new", "source", "docks", "--sample", str(sample))
    assert "next: the address of the feed in the source file" in said
    assert files_of(tmp_path / "feeds") == {
        "millrace.toml", "README.md", ".gitignore", "sources/docks.py", "sql/staging/docks.sql", "sql/prod/docks.sql",
        "rules/docks.dqdl", "dashboards/docks.py", "tests/test_docks.py", "tests/responses/docks.json",
    }  # fmt: skip
    assert (tmp_path / "feeds/tests/responses/docks.json").read_bytes() == sample.read_bytes()
    assert "nothing is wrong" in millrace(tmp_path / "feeds", "validate")

    said = millrace(tmp_path / "feeds", "new", "source", "docks", "--sample", str(sample), status=2)
    assert "the project has a source docks already" in said


def test_a_folder_with_files_is_no_place_for_a_project(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert "has files already" in millrace(tmp_path, "new", "project", ".", status=2)
    assert files_of(tmp_path) == {"notes.txt"}


def test_a_source_needs_a_project(tmp_path: Path, sample: Path) -> None:
    said = millrace(tmp_path, "new", "source", "docks", "--sample", str(sample), status=2)
    assert "there is no project here" in said


@pytest.mark.parametrize(
    ("name", "said", "words"),
    [
        ("Docks", {}, "cannot be the name of a source"),
        ("select", {}, "no word that SQL reserves"),
        ("polls", {}, "cannot be the name of a source"),
        ("docks", {"sample": None}, "Give --url, or a file as --sample"),
        ("docks", {"sample": Path("/nowhere")}, "cannot read /nowhere"),
        ("docks", {"sample": None, "url": "ftp://docks.example"}, "is no address of a feed"),
        ("docks", {"sample": None, "url": "https://me:secret@docks.example"}, "does not belong into a file"),
        ("docks", {"url": "https://me:secret@docks.example"}, "does not belong into a file"),
        ("docks", {"url": "http://[docks.example"}, "is no address of a feed"),
        ("docks", {"schedule": "often"}, "often"),
        ("docks", {"documents": {"more": "https://else.example/"}}, "/feeds/sources/docks.py: .* has the document"),
    ],
)
def test_what_is_refused_leaves_nothing_behind(
    tmp_path: Path, sample: Path, name: str, said: dict[str, Any], words: str, caplog: pytest.LogCaptureFixture
) -> None:
    new_project(tmp_path / "feeds")
    before = files_of(tmp_path / "feeds")
    with pytest.raises(UsageError, match=words):
        new_source(Project.find(tmp_path / "feeds"), SourceRequest(name, **{"sample": sample, **said}), SystemClock())
    assert files_of(tmp_path / "feeds") == before
    assert caplog.records == []


@pytest.mark.parametrize("body", [b"", b"<html>", b"3", b'{"rows": [{"id": 1}], "updated": "2034-01-01T00:00:00Z"}'])
def test_a_sample_that_is_no_snapshot_is_refused(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "sample").write_bytes(body)
    new_project(tmp_path / "feeds")
    before = files_of(tmp_path / "feeds")
    with pytest.raises(UsageError, match=r"no JSON object or array|no plausible snapshot: timestamp_ahead"):
        new_source(Project.find(tmp_path / "feeds"), SourceRequest("docks", sample=tmp_path / "sample"), SystemClock())
    assert files_of(tmp_path / "feeds") == before


def test_files_are_written_all_or_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="exists"):
        write_new({tmp_path / "new" / "a": b"", tmp_path / "file": b"theirs"})
    with pytest.raises(UsageError, match="cannot write the files"):
        write_new({tmp_path / "b": b"", tmp_path / "file" / "c": b""})
    assert files_of(tmp_path) == {"file"}
    assert (tmp_path / "file").read_text() == "mine"
