"""The job that copies files that anyone may read: what it takes, what it leaves alone, and where it stops."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from millrace.commit_points import CommitPoint
from millrace.errors import FeedUnavailable, ResponseTooLarge
from millrace.glue_workflow.ports import RunState
from millrace.glue_workflow.run.begin import RunStart
from millrace.glue_workflow.run.step import RunStep
from millrace.glue_workflow.run_request import RunRequest
from millrace.ingestors.ports import OpenFile
from millrace.lake.local import LocalStorage
from tests.unit.glue_workflow.jobs.composed_runs import ComposedRun, composed_run, job

ORIGIN = "s3://open/data/"


@dataclass
class OpenFolder:
    """Open data: files by name, with the tag that their content has. `fetched`: the names, in their order.

    `lists`: whether a listing tells size and tag, as S3's does and the web's does not.
    """

    contents: dict[str, bytes]
    lists: bool = True
    fetched: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    on_chunk: Callable[[], None] = lambda: None

    def files(self, address: str, region: str) -> Iterator[OpenFile]:
        self.addresses.append(address)
        for name, content in self.contents.items():
            if address == ORIGIN or fnmatchcase(address, f"*/{name}"):
                known = (len(content), tag(content)) if self.lists else (None, "")
                yield OpenFile(name, f"https://open/{name}", *known)

    def fetch(self, file: OpenFile, known: str, limit: int, write: Callable[[Iterator[bytes]], None]) -> str | None:
        content = self.contents[file.name]
        if known == tag(content):
            return None
        if len(content) > limit:
            raise ResponseTooLarge(f"{file.address} is too large", tries=1)
        self.fetched.append(file.name)
        write(self._chunks(content))
        return tag(content)

    def _chunks(self, content: bytes) -> Iterator[bytes]:
        for place in range(0, len(content), 4):
            self.on_chunk()
            yield content[place : place + 4]


def tag(content: bytes) -> str:
    return f'"{content.hex()}"'


def copying(folder: Path, data: OpenFolder, reached: Any = lambda _: None, **parameters: Any) -> ComposedRun:
    given = {"origin": ORIGIN, "target": "cases/", "objects": 9, "megabytes": 1, **parameters}
    return composed_run(
        folder,
        job("copy", "copy", **given),
        open_data=data,
        place=lambda text: (LocalStorage(folder), text),
        reached=reached,
    )


def copied(folder: Path) -> Mapping[str, bytes]:
    return {
        file.relative_to(folder / "cases").as_posix(): file.read_bytes()
        for file in sorted((folder / "cases").rglob("*"))
        if file.is_file()
    }


@pytest.mark.parametrize("lists", [True, False])
def test_files_are_copied_once_and_again_where_they_have_changed(tmp_path: Path, lists: bool) -> None:
    data = OpenFolder({"a.csv": b"n\n1\n", "2024/b.csv": b"n\n22\n"}, lists)
    made = copying(tmp_path, data)

    assert made.run().state is RunState.SUCCEEDED
    assert copied(tmp_path) == {"2024/b.csv": b"n\n22\n", "a.csv": b"n\n1\n"}
    target = made.runner.services.storage.location("cases/")
    assert made.job("copy").output == {"files": 2, "fetched": 2, "bytes": 9, "target": target}

    data.contents["a.csv"] = b"n\n3\n"
    made.run()
    assert data.fetched == ["a.csv", "2024/b.csv", "a.csv"]
    assert copied(tmp_path)["a.csv"] == b"n\n3\n"
    made.run()
    assert made.job("copy").rows == 0


def test_a_file_that_was_removed_from_the_target_is_copied_again(tmp_path: Path) -> None:
    data = OpenFolder({"a.csv": b"n\n1\n"})
    made = copying(tmp_path, data)
    made.run()
    (tmp_path / "cases/a.csv").unlink()

    made.run()

    assert copied(tmp_path) == {"a.csv": b"n\n1\n"}


def test_a_pattern_chooses_the_files(tmp_path: Path) -> None:
    data = OpenFolder({"a.csv": b"1", "b.json": b"2", "_manifest": b"3"})
    copying(tmp_path, data, pattern="*.json").run()

    assert list(copied(tmp_path)) == ["b.json"]


@pytest.mark.parametrize(
    ("parameters", "why"),
    [
        ({"objects": 1}, "there are more than 1 files"),
        ({"pattern": "*.parquet"}, "there is no file at s3://open/data/"),
    ],
)
def test_more_or_other_than_declared_is_refused_before_anything_is_fetched(
    tmp_path: Path, parameters: dict[str, Any], why: str
) -> None:
    data = OpenFolder({"a.csv": b"1", "b.csv": b"2"})
    made = copying(tmp_path, data, **parameters)

    assert made.run().state is RunState.FAILED
    assert why in made.job("copy").error
    assert data.fetched == []


@pytest.mark.parametrize(("lists", "fetched"), [(True, []), (False, ["a.csv"])])
def test_more_bytes_than_declared_are_refused(tmp_path: Path, lists: bool, fetched: list[str]) -> None:
    data = OpenFolder({"a.csv": b"1" * 600_000, "b.csv": b"2" * 600_000}, lists)
    made = copying(tmp_path, data)

    assert made.run().state is RunState.FAILED
    assert "raise `megabytes`" in made.job("copy").error
    assert data.fetched == fetched


def test_a_name_that_no_key_can_have_is_refused(tmp_path: Path) -> None:
    made = copying(tmp_path, OpenFolder({"../../etc/passwd": b"1"}))

    assert made.run().state is RunState.FAILED
    assert "not a key that a lake can hold" in made.job("copy").error


def test_days_and_numbers_are_filled_in(tmp_path: Path) -> None:
    data = OpenFolder({f"2024-02-{day}_{part}.csv": b"1" for day in ("28", "29") for part in ("01", "02")}, lists=False)
    address = "https://open/{day:%Y}/{day}_{number:02}.csv"
    made = copying(tmp_path, data, origin=address, **{"from": "2024-02-28", "to": "2024-02-29"}, first=1, last=2)

    assert made.run().state is RunState.SUCCEEDED, made.job("copy").error
    assert data.addresses == [
        f"https://open/2024/2024-02-{day}_{part}.csv" for day in ("28", "29") for part in ("01", "02")
    ]
    assert len(copied(tmp_path)) == 4


def test_two_addresses_of_one_name_are_refused(tmp_path: Path) -> None:
    data = OpenFolder({"a.csv": b"1"})
    made = copying(tmp_path, data, origin=("https://one/a.csv", "https://two/a.csv"))

    assert made.run().state is RunState.FAILED
    assert "has the name of" in made.job("copy").error


def test_a_copy_that_died_goes_on_where_it_was(tmp_path: Path) -> None:
    class DiedInCopy(BaseException):
        pass

    deaths = iter([False, True, *[False] * 9])

    def reached(point: CommitPoint) -> None:
        if point is CommitPoint.FILE_COPIED and next(deaths):
            raise DiedInCopy

    data = OpenFolder({f"{number}.csv": b"%d" % number for number in range(3)}, lists=False)
    made = copying(tmp_path, data, reached)
    with pytest.raises(DiedInCopy):
        made.run()

    made.run()

    assert set(copied(tmp_path)) == {"0.csv", "1.csv", "2.csv"}
    made.run()
    assert made.job("copy").rows == 0


def test_a_file_that_breaks_off_is_not_there(tmp_path: Path) -> None:
    def cut() -> None:
        if data.fetched == ["a.csv", "b.csv"]:
            raise FeedUnavailable("its body was cut", tries=4)

    data = OpenFolder({"a.csv": b"1", "b.csv": b"22222222"}, on_chunk=cut)
    made = copying(tmp_path, data)

    assert made.run().state is RunState.FAILED
    assert copied(tmp_path) == {"a.csv": b"1"}


def test_a_process_whose_time_is_over_asks_to_be_called_again(tmp_path: Path) -> None:
    data = OpenFolder({f"{number}.csv": b"1" for number in range(4)})
    made = copying(tmp_path, data)
    services = made.runner.services
    run = RunStart(services, made.workflow).begin(RunRequest())

    def seconds_left() -> float:
        return 900.0 if len(data.fetched) % 2 == 0 and len(data.fetched) < stop else 40.0

    states = []
    for stop in (1, 9):
        steps = RunStep(services, made.workflow, jobs=made.runner.jobs, time_left=seconds_left if stop == 1 else None)
        record = steps.step(run.run_id, "copy")
        states.append((str(record.state), (record.output or {})["fetched"]))

    assert states == [("running", 1), ("succeeded", 4)]
    assert sorted(data.fetched) == sorted({*data.fetched})


def test_a_download_ends_with_the_time_of_its_job(tmp_path: Path) -> None:
    data = OpenFolder({"a.csv": b"1" * 40})
    made = copying(tmp_path, data)
    clock: Any = made.runner.services.clock
    data.on_chunk = lambda: clock.sleep(timedelta(minutes=20).total_seconds())

    assert made.run().state is RunState.FAILED
    assert "the time of the job is over" in made.job("copy").error or "ran longer" in made.job("copy").error
    assert copied(tmp_path) == {}


def test_the_range_is_in_its_order(tmp_path: Path) -> None:
    made = copying(
        tmp_path, OpenFolder({"a": b""}), origin="https://x/{day}", **{"from": "2024-02-02", "to": "2024-02-01"}
    )

    assert made.run().state is RunState.FAILED
    assert "ends before it begins" in made.job("copy").error
