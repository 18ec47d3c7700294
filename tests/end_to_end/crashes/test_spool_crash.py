"""Guarantee 1 of the delivery stream against real deaths: a process is killed, by SIGKILL, and another one goes on."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from millrace.commit_points import CommitPoint
from millrace.firehose.ports import Receipt
from tests.unit.firehose.spooling import SpooledLake

ROOT = Path(__file__).parents[3]
POINTS = [point for point in CommitPoint if point.startswith(("spool.", "flush."))]
RANDOM_KILLS = 15


class Launcher:
    """Starts processes one after the other, each to be killed, and hears what they were told."""

    def __init__(self, folder: Path, told: Counter[tuple[str, Receipt]]) -> None:
        self._told = told
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.end_to_end.crashes.spool_child", str(folder)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._born = 0

    def start(self, seed: int, point: str = "") -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{seed} {point}\n")
        self._process.stdin.flush()

    def kill_after(self, puts: int) -> None:
        while puts > 0 or not self._born:
            puts -= self._hear() == "put"
        os.kill(self._born, signal.SIGKILL)

    def wait(self) -> None:
        while self._hear() != "died":
            pass

    def close(self) -> None:
        if self._born:
            os.kill(self._born, signal.SIGKILL)
        self._process.communicate(timeout=60)

    def _hear(self) -> str:
        assert self._process.stdout is not None
        word, *rest = self._process.stdout.readline().split()
        if word == "born":
            self._born = int(rest[0])
        elif word == "died":
            self._born = 0
            assert rest == ["-9"], "it died of something else"
        else:
            for said in rest:
                snapshot_id, _, receipt = said.partition("=")
                self._told[snapshot_id, Receipt(receipt)] += 1
        return word


@dataclass
class Ward:
    """A lake whose processes die, and all that they were told."""

    folder: Path
    told: Counter[tuple[str, Receipt]] = field(default_factory=Counter)
    launchers: list[Launcher] = field(default_factory=list)

    def launcher(self) -> Launcher:
        self.launchers.append(Launcher(self.folder, self.told))
        return self.launchers[-1]

    def acknowledged(self) -> set[str]:
        return {snapshot_id for snapshot_id, _ in self.told}


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    made = Ward(tmp_path)
    yield made
    for launcher in made.launchers:
        launcher.close()


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[SpooledLake]:
    made = SpooledLake(tmp_path)
    yield made
    made.close()


def check_nothing_is_lost_or_doubled(ward: Ward, lake: SpooledLake) -> None:
    """With the dead as they lie: each acknowledged record is in the spool or in a whole object."""
    found = Counter(snapshot_id for ids in lake.delivered().values() for snapshot_id in ids)
    assert set(found.values()) <= {1}, "a record is in two objects"
    waiting = {flight.snapshot_id for flight in lake.open().in_flight()}
    assert ward.acknowledged() <= found.keys() | waiting
    accepted = [snapshot_id for snapshot_id, receipt in ward.told if receipt is Receipt.ACCEPTED]
    assert all(ward.told[snapshot_id, Receipt.ACCEPTED] == 1 for snapshot_id in accepted), "told ACCEPTED twice"


def check_the_end(ward: Ward, lake: SpooledLake) -> None:
    """After one more process has recovered and closed: every acknowledged record is in exactly one object."""
    stream = lake.open()
    stream.recover()
    stream.close()
    assert stream.in_flight() == []
    delivered = lake.delivered()
    found = Counter(snapshot_id for ids in delivered.values() for snapshot_id in ids)
    assert set(found.values()) == {1}
    assert ward.acknowledged() <= found.keys()
    assert lake.touched() == sorted({key.split("/")[2].removeprefix("dt=") for key in delivered})
    assert len(found) > 30, "too little happened for this to say anything"


def test_killed_at_every_commit_point(ward: Ward, lake: SpooledLake) -> None:
    launcher = ward.launcher()
    for seed, (point, nth) in enumerate(((point, nth) for point in POINTS for nth in (1, 4)), start=1):
        launcher.start(seed, f"{point}:{nth}")
        launcher.wait()
        check_nothing_is_lost_or_doubled(ward, lake)
    check_the_end(ward, lake)


def test_killed_at_random_moments(ward: Ward, lake: SpooledLake) -> None:
    chance = random.Random(20240530)
    launcher = ward.launcher()
    for seed in range(1, RANDOM_KILLS + 1):
        launcher.start(seed)
        launcher.kill_after(chance.randint(0, 30))
        launcher.wait()
        check_nothing_is_lost_or_doubled(ward, lake)
    check_the_end(ward, lake)


def test_two_processes_on_one_lake_and_both_killed(ward: Ward, lake: SpooledLake) -> None:
    one, other = ward.launcher(), ward.launcher()
    for seed in range(1, 5):
        one.start(seed, f"{CommitPoint.FLUSH_WRITTEN}:3")
        other.start(seed, f"{CommitPoint.FLUSH_PLANNED}:3")
        one.wait()
        other.wait()
        check_nothing_is_lost_or_doubled(ward, lake)
    check_the_end(ward, lake)
