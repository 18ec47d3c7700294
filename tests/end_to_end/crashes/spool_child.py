"""Processes that put into the local delivery stream until somebody kills them: see test_spool_crash.

The argument is the lake's folder. Each line on stdin (a seed, and perhaps a commit point to die at) makes a process, by
fork, which saves the start of an interpreter. On stdout: `born` and its number; after each of its puts `put` and the
snapshot_ids with their receipts; `died` and its exit status. A line this short is written whole or not at all.
"""

from __future__ import annotations

import os
import random
import sys
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import NoReturn

from millrace.commit_points import kill_at, no_listener
from millrace.firehose.batching import KIB
from millrace.firehose.local_spool import Buffering
from millrace.firehose.ports import Record
from tests.unit.firehose.spooling import SpooledLake, record

PARTITIONS = [("2024-05-29", "23"), ("2024-05-30", "00"), ("2024-05-30", "08")]
SIZES = [100] * 12 + [3000] * 12 + [1000 * KIB + 1]


def some_records(chance: random.Random, upto: int) -> list[Record]:
    """One to five records, some of them seen before: a feed answers the same again, a failed poll is repeated."""
    numbers = [chance.randrange(max(upto - 40, 0), upto) for _ in range(chance.randint(1, 5))]
    return [of_number(number) for number in numbers]


def of_number(number: int) -> Record:
    chance = random.Random(number)
    return record(number, *chance.choice(PARTITIONS), size=chance.choice(SIZES))


def put_until_killed(folder: Path, seed: int, point: str = "") -> NoReturn:
    lake = SpooledLake(folder, buffering=Buffering(size=5000, interval=timedelta(seconds=20)))
    stream = lake.open(kill_at(point) if point else no_listener)
    chance = random.Random(seed)
    for turn in count():
        given = some_records(chance, 20 * seed + turn + 1)
        told = zip(given, stream.put(given), strict=True)
        line = " ".join(["put", *(f"{each.snapshot_id}={receipt}" for each, receipt in told)])
        print(f"{line}\n", end="", flush=True)  # one write, also where Python's output is unbuffered
        lake.clock.sleep(1)
    raise AssertionError("count() has no end")


def main(folder: Path) -> None:
    for line in sys.stdin:
        seed, *point = line.split()
        born = os.fork()
        if born == 0:
            put_until_killed(folder, int(seed), *point)
        print("born", born, flush=True)
        _, status = os.waitpid(born, 0)
        print("died", os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
