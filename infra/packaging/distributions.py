"""Other people's distributions: pinned versions, and the wheels that fit a target.

The wheels come from whatever package index pip is configured for, and are kept in a folder.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from millrace.errors import DefinitionError, UsageError

ALWAYS = ("tzdata",)  # no module imports it by name, and Lambda's runtime has no time zones of its own
_PATIENCE = 300  # seconds for pip
_PINS = Path(__file__).with_name("pins.toml")
_PLATFORMS = {
    "arm64": ("manylinux_2_28_aarch64", "manylinux_2_17_aarch64", "manylinux2014_aarch64"),
    "x86_64": ("manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"),
}


@dataclass(frozen=True)
class PackageTarget:
    """Where the code is to run. `python`: such as `3.13`; `architecture`: as Lambda names it, arm64 or x86_64."""

    python: str
    architecture: str

    def __post_init__(self) -> None:
        if self.architecture not in _PLATFORMS:
            raise UsageError(
                f"there is no architecture {self.architecture!r}.", hint=f"Choose one of {', '.join(_PLATFORMS)}."
            )

    @property
    def platforms(self) -> Sequence[str]:
        return _PLATFORMS[self.architecture]


@dataclass(frozen=True)
class PinnedDistribution:
    """`module`: the name that is imported, if Millrace imports it itself; `needs`: names of others."""

    name: str
    version: str
    module: str = ""
    needs: tuple[str, ...] = ()


Fetch = Callable[[Sequence[PinnedDistribution], PackageTarget], list[Path]]
"""The wheels of distributions that fit a target."""


@cache
def pinned() -> Mapping[str, PinnedDistribution]:
    """By name."""
    content = tomllib.loads(_PINS.read_text(encoding="utf-8"))["distributions"]
    return {
        name: PinnedDistribution(name, one["version"], one.get("module", ""), tuple(one.get("needs", ())))
        for name, one in content.items()
    }


def distributions_of(modules: Iterable[str]) -> list[PinnedDistribution]:
    """Those that have these modules, with what they need, in the order of their names.

    Raises DefinitionError for a module that none of them has.
    """
    by_module = {one.module: one.name for one in pinned().values() if one.module}
    names, todo = set[str](), list(ALWAYS)
    for module in sorted(set(modules)):
        if module not in by_module:
            raise DefinitionError(
                f"the project imports {module}, which is not packaged for AWS.",
                hint=f"Import one of {', '.join(sorted(by_module))}, or put the module into lib/.",
            )
        todo.append(by_module[module])
    while todo:
        name = todo.pop()
        names.add(name)
        todo += pinned()[name].needs
    return [pinned()[name] for name in sorted(names)]


def _pip(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=_PATIENCE)


@dataclass(frozen=True)
class PipWheels:
    """Fetches wheels with pip into a folder, each once; a fetch that is cut off leaves no part of a wheel there."""

    folder: Path
    run: Callable[[Sequence[str]], subprocess.CompletedProcess[str]] = _pip

    def __call__(self, wanted: Sequence[PinnedDistribution], target: PackageTarget) -> list[Path]:
        """Raises UsageError where pip finds none, or the folder cannot be written."""
        folder = self.folder / f"python{target.python}-{target.architecture}"
        missing = [one for one in wanted if not _wheels(folder, one)]
        if missing:
            said = self._fetched(missing, target, folder)
            for one in missing:
                if not _wheels(folder, one):
                    raise UsageError(
                        f"pip has no wheel of {one.name} {one.version} for Python {target.python} on"
                        f" {target.architecture}: {said}",
                        hint="Check the network and pip's index, or choose another Python.",
                    )
        return [_wheels(folder, one)[0] for one in wanted]

    def _fetched(self, missing: Sequence[PinnedDistribution], target: PackageTarget, folder: Path) -> str:
        """Pip's last words, once what it found is in the folder."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with TemporaryDirectory(dir=folder) as fresh:
                done = self.run(self._command(missing, target, Path(fresh)))
                for wheel in Path(fresh).glob("*.whl"):
                    wheel.replace(folder / wheel.name)
        except subprocess.TimeoutExpired:
            return f"it had not ended after {_PATIENCE} seconds"
        except OSError as error:
            raise UsageError(
                f"cannot keep wheels in {folder}: {error.strerror}.", hint="Make the folder one that can be written."
            ) from None
        return (done.stderr.strip().splitlines() or ["it said nothing"])[-1]

    def _command(self, wanted: Sequence[PinnedDistribution], target: PackageTarget, folder: Path) -> list[str]:
        platforms = [option for platform in target.platforms for option in ("--platform", platform)]
        return [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps"),
            *("--only-binary=:all:", *platforms, "--python-version", target.python, "--implementation", "cp"),
            *("--dest", str(folder), *(f"{one.name}=={one.version}" for one in wanted)),
        ]


def _wheels(folder: Path, wanted: PinnedDistribution) -> list[Path]:
    return sorted(folder.glob(f"{wanted.name.replace('-', '_')}-{wanted.version}-*.whl"))
