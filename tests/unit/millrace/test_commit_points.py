"""Commit points: the listener that kills a process at one of them."""

from __future__ import annotations

import subprocess
import sys

import pytest

from millrace.commit_points import CommitPoint, kill_at, no_listener
from millrace.errors import SettingError

PROGRAM = """
import sys
from millrace.commit_points import CommitPoint, kill_at
listener = kill_at(sys.argv[1])
for number in range(1, 6):
    print(number, flush=True)
    listener(CommitPoint.FLUSH_PLANNED)
    listener(CommitPoint.FLUSH_WRITTEN)
"""


@pytest.mark.parametrize(("setting", "last"), [("flush.written", "1"), ("flush.written:3", "3"), ("run.started", "5")])
def test_the_listener_kills_at_the_nth_call(setting: str, last: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, setting], stdout=subprocess.PIPE, text=True, timeout=60, check=False
    )
    assert done.stdout.split()[-1] == last
    assert done.returncode == (0 if last == "5" else -9)


@pytest.mark.parametrize(("setting", "last"), [("flush.written:INT", "1"), ("flush.written:3:INT", "3")])
def test_it_interrupts_as_ctrl_c_does(setting: str, last: str) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, setting], capture_output=True, text=True, check=False)
    assert done.stdout.split()[-1] == last
    assert "KeyboardInterrupt" in done.stderr


@pytest.mark.parametrize(
    "setting",
    ["", "flush", "flush.written:0", "flush.written:x", "x:1", ":1", "flush.written:x:INT", ":INT"],
)
def test_a_bad_setting_is_refused_with_the_possible_values(setting: str) -> None:
    with pytest.raises(SettingError, match=r"Choose one of: spool\.before_commit|Write it as flush\.written:3"):
        kill_at(setting)


def test_the_listener_of_production_does_nothing() -> None:
    for point in CommitPoint:
        no_listener(point)
