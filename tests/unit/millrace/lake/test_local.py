"""The storage on a folder, as far as it is the folder's own; the rest is in the storage contract."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from millrace.errors import LakeError
from millrace.lake.local import LocalStorage


def files(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_an_object_is_a_file_under_its_key_and_nothing_else_is_left(tmp_path: Path) -> None:
    LocalStorage(tmp_path).put("raw/dt=1/a.json", b"x")
    assert files(tmp_path) == ["raw/dt=1/a.json"]


def test_a_folder_is_removed_with_its_last_object(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    storage.put("staging/t/run=1/dt=1/a", b"x")
    storage.put("staging/t/run=2/dt=1/a", b"x")
    storage.delete(["staging/t/run=1/dt=1/a"])
    assert not (tmp_path / "staging/t/run=1").exists()
    storage.delete(["staging/t/run=2/dt=1/a"])
    assert not (tmp_path / "staging").exists()
    assert tmp_path.exists()


def test_put_while_others_delete_from_its_folder(tmp_path: Path) -> None:
    """A delete removes a folder that it leaves empty, perhaps just before a put moves its object there."""
    storage = LocalStorage(tmp_path)
    ended = threading.Event()

    def churn() -> None:
        while not ended.is_set():
            storage.delete(["raw/dt=1/hour=1/none"])

    threads = [threading.Thread(target=churn) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for number in range(25):
            storage.put(f"raw/dt=1/hour=1/{number}", b"x")
            assert storage.get(f"raw/dt=1/hour=1/{number}") == b"x"
            storage.delete([f"raw/dt=1/hour=1/{number}"])
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert list(storage.list("")) == []


def test_a_reader_sees_the_old_object_or_the_new_one(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    sizes = {b"a" * 300_000, b"b" * 200_000}
    storage.put("k", b"a" * 300_000)
    seen: list[bool] = []
    ended = threading.Event()

    def read() -> None:
        while not ended.is_set():
            seen.append(storage.get("k") in sizes)

    thread = threading.Thread(target=read)
    thread.start()
    for data in sorted(sizes) * 15:
        storage.put("k", data)
    ended.set()
    thread.join()
    assert seen
    assert all(seen)


def test_a_half_written_object_of_a_crash_is_never_listed_and_is_removed(tmp_path: Path) -> None:
    old, fresh = tmp_path / ".writing" / "old", tmp_path / ".writing" / "fresh"
    old.parent.mkdir()
    old.write_bytes(b"half")
    fresh.write_bytes(b"half")
    os.utime(old, (0, 0))
    storage = LocalStorage(tmp_path)
    assert list(storage.list("")) == list(storage.list(".writing/")) == []
    storage.put("a", b"x")
    assert not old.exists()
    assert fresh.exists(), "another process may be writing it"
    with pytest.raises(LakeError, match="is not a key"):
        storage.put(".writing/x", b"x")


def test_a_failed_put_leaves_the_old_object_and_no_trace(tmp_path: Path) -> None:
    storage = LocalStorage(tmp_path)
    storage.put("a", b"old")
    with pytest.raises(LakeError, match="cannot write"):
        storage.put("a/b", b"new")
    with pytest.raises(LakeError, match="File name too long"):
        storage.put("x" * 300, b"new")
    assert files(tmp_path) == ["a"]
    assert storage.get("a") == b"old"


def test_a_root_that_is_a_file_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "lake").write_text("not a folder")
    storage = LocalStorage(tmp_path / "lake")
    with pytest.raises(LakeError, match="cannot write"):
        storage.put("a", b"x")
    assert list(storage.list("")) == []


def test_a_missing_root_is_an_empty_lake(tmp_path: Path) -> None:
    assert list(LocalStorage(tmp_path / "new").list("raw/")) == []
    assert not (tmp_path / "new").exists()
