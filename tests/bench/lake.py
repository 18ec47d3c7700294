"""The generated lakes that the cases work on, made once into a folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path

from millrace.infra.runtime.local import LocalRuntime
from millrace.settings import Settings
from millrace.usecases.generate import generate
from millrace.usecases.runs import run_workflow

DAY = "2024-05-30"
WORKFLOW = "taxi_availability"

LakeProgress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Scale:
    """`every`: distance of the snapshots; `history`: days of the long lake, the measured one included."""

    every: str = "1m"
    history: int = 90
    repeats: int = 5

    @property
    def is_full(self) -> bool:
        return self.every == "1m" and self.history == 90


@dataclass(frozen=True)
class Lakes:
    """`day` has raw objects only; `published` that day with its tables, `long` the same after days like it."""

    folder: Path

    @property
    def day(self) -> Path:
        return self.folder / "day"

    @property
    def published(self) -> Path:
        return self.folder / "published"

    @property
    def long(self) -> Path:
        return self.folder / "long"

    def objects(self) -> list[Path]:
        return sorted(self.day.glob(f"raw/{WORKFLOW}/dt=*/hour=*/*.json.gz"))


def runtime_of(home: Path) -> LocalRuntime:
    return LocalRuntime(Settings(home=home, feed="simulated"))


def prepare(lakes: Lakes, scale: Scale, *, history: bool, advance: LakeProgress) -> None:
    """Make what is not there yet; `advance(title, done, of)` is told of every day."""
    _once(lakes.day, lambda home: _generate(home, 1, DAY, scale, advance))
    if history:
        _once(lakes.published, lambda home: _publish(lakes, home, scale, 1, advance))
        _once(lakes.long, lambda home: _publish(lakes, home, scale, scale.history, advance))


def fresh_copy(lakes: Lakes, home: Path) -> None:
    """The raw day in a lake of its own, its partition on the pending list; objects are linked, not copied."""
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    shutil.copy(lakes.day / "lake.json", home)
    with runtime_of(home) as runtime:  # before the objects: a lake that has data and no state file is refused
        runtime.pending.add(WORKFLOW, DAY, runtime.clock.now())
    shutil.copytree(lakes.day / "raw", home / "raw", copy_function=os.link)


def _once(home: Path, make: Callable[[Path], None]) -> None:
    if not home.exists():
        unfinished = home.with_name(f"{home.name}.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        make(unfinished)
        unfinished.rename(home)


def _generate(home: Path, days: int, until: str, scale: Scale, advance: LakeProgress) -> None:
    with runtime_of(home) as runtime:
        told = partial(advance, "generating days")
        generate(runtime, days, until, seed=1, every=scale.every, advance=told)


def _publish(lakes: Lakes, home: Path, scale: Scale, days: int, advance: LakeProgress) -> None:
    """Each day in a run of its own, oldest first, as it would have come about."""
    fresh_copy(lakes, home)
    if days > 1:
        _generate(home, days - 1, (date.fromisoformat(DAY) - timedelta(days=1)).isoformat(), scale, advance)
    with runtime_of(home) as runtime:
        for done, partition in enumerate(runtime.pending.touched(WORKFLOW), 1):
            record = run_workflow(runtime, WORKFLOW, [partition.dt], full=False, progress=lambda _: None)
            assert record.state == "succeeded", record.error
            advance("publishing days", done, days)
