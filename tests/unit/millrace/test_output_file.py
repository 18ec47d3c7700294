"""A file that a user asks for is written as a whole, or not at all, and what is no file is never replaced."""

from __future__ import annotations

import os
from pathlib import Path
from threading import Thread

import pytest

from millrace.errors import UsageError
from millrace.output_file import whole_file


def test_the_file_is_there_at_the_end_and_nothing_else(tmp_path: Path) -> None:
    output = tmp_path / "rows.csv"
    output.write_text("old")
    with whole_file(output) as place:
        place.write_text("new")
        assert output.read_text() == "old"
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"rows.csv": "new"}


def test_an_error_leaves_what_was_there(tmp_path: Path) -> None:
    output = tmp_path / "rows.csv"
    output.write_text("old")
    with pytest.raises(UsageError, match=r"^cannot write .*rows\.csv: No space left on device\. "), whole_file(output):
        raise OSError(28, os.strerror(28))
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"rows.csv": "old"}


def test_a_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    with whole_file(tmp_path / "link") as place:
        place.write_text("new")
    assert (tmp_path / "file").read_text() == "new"
    assert (tmp_path / "link").is_symlink()


def test_a_pipe_is_written_to_and_stays(tmp_path: Path) -> None:
    pipe, read = tmp_path / "pipe", list[str]()
    os.mkfifo(pipe)
    reader = Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    with whole_file(pipe) as place:
        place.write_text("new")
    reader.join(10)
    assert read == ["new"]
    assert pipe.is_fifo()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("no/rows.csv", "^there is no folder '.*/no'. Create it first.$"),
        ("folder", "^cannot write .*/folder: it is a folder. Choose another place.$"),
        ("file/rows.csv", "^there is no folder '.*/file'. Create it first.$"),
        ("n" * 300, "^cannot write .*: File name too long. Choose another place.$"),
    ],
)
def test_a_place_that_cannot_be_written_is_named_at_once(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=words), whole_file(tmp_path / name):
        raise AssertionError
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
