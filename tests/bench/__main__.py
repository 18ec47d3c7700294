"""`make bench`: every case in a process of its own, one after the other, again and again, so that drift cancels.

Prints the figures and writes BENCHMARKS.md. With `--only` the document is left as it is.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.bench.cases import CASES
from tests.bench.lake import Lakes, Scale, prepare
from tests.bench.report import Samples, document, printed

_ROOT = Path(__file__).parents[2]
_WITH_HISTORY = {"history_1", "history_90", "query", "page", "athena"}


def measure(lakes: Lakes, names: Sequence[str], repeats: int) -> Samples:
    """Per case, the figures of each repeat, in the order of the repeats."""
    samples: Samples = {name: [] for name in names}
    for repeat in range(repeats):
        for name in names:
            _tell(f"{name:<12} repeat", repeat + 1, repeats)
            samples[name].append(_one(lakes, name))
    print(file=sys.stderr)
    return samples


def _tell(what: str, done: int, of: int) -> None:
    print(f"\r{what} {done} of {of}".ljust(40), end="", file=sys.stderr, flush=True)


def _one(lakes: Lakes, name: str) -> dict[str, float]:
    command = [sys.executable, "-m", "tests.bench.cases", name, str(lakes.folder)]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"\ncase {name} failed:\n{done.stderr}")
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(prog="make bench ARGS=...")
    parser.add_argument("--only", default=",".join(CASES), help=f"some of {','.join(CASES)}")
    parser.add_argument("--repeats", type=int, default=Scale.repeats)
    parser.add_argument("--every", default=Scale.every, help="distance of the snapshots; 1m is the day")
    parser.add_argument("--history", type=int, default=Scale.history, help="days of the long lake")
    parser.add_argument(
        "--folder", type=Path, help="where the lakes (6 GB) are made, or are from last time; default: temporary"
    )
    parser.add_argument("--output", type=Path, help="the document to write; default: BENCHMARKS.md for a full run")
    given = parser.parse_args(arguments)
    names = given.only.split(",")
    if unknown := set(names) - set(CASES):
        parser.error(f"there is no {min(unknown)!r}; there is {', '.join(CASES)}")
    scale = Scale(given.every, given.history, given.repeats)
    with tempfile.TemporaryDirectory(prefix="millrace-bench-") as temporary:
        lakes = Lakes((given.folder or Path(temporary)).resolve())
        lakes.folder.mkdir(parents=True, exist_ok=True)
        prepare(lakes, scale, history=bool(_WITH_HISTORY & set(names)), advance=_tell)
        samples = measure(lakes, names, scale.repeats)
    print(printed(samples))
    full = scale.is_full and set(names) == set(CASES)
    output = given.output or (_ROOT / "BENCHMARKS.md" if full else None)
    if output is not None:
        output.write_text(document(samples, scale), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
