"""The pinned distributions, and the wheels that pip gives."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from importlib.metadata import requires
from pathlib import Path

import pytest

from millrace.errors import DefinitionError, UsageError
from millrace.infra.packaging.distributions import PackageTarget, PipWheels, distributions_of, pinned

TARGET = PackageTarget("3.13", "arm64")
NAMED = re.compile(r"[\w.-]+")
CONSTRAINTS = Path(__file__).parents[4] / "constraints.txt"


def test_the_pins_are_those_of_the_constraints() -> None:
    lines = CONSTRAINTS.read_text("utf-8").splitlines()
    constrained = dict(line.split("==") for line in lines if "==" in line)
    assert {name: one.version for name, one in pinned().items()} == {name: constrained[name] for name in pinned()}


@pytest.mark.parametrize("name", sorted(pinned()))
def test_what_a_distribution_needs_is_what_its_metadata_says(name: str) -> None:
    required = (NAMED.match(one) for one in requires(name) or () if "extra ==" not in one and "version <" not in one)
    assert {one[0].lower().replace("_", "-") for one in required if one} == set(pinned()[name].needs)


def test_a_module_brings_what_it_needs_and_time_zones_come_always() -> None:
    names = [one.name for one in distributions_of({"requests"})]
    assert names == ["certifi", "charset-normalizer", "idna", "requests", "tzdata", "urllib3"]
    with pytest.raises(DefinitionError, match="imports numpy, which is not packaged"):
        distributions_of({"numpy"})


def test_pip_is_asked_for_the_target_and_only_for_what_is_missing(tmp_path: Path) -> None:
    asked: list[Sequence[str]] = []

    def pip(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        folder = Path(command[command.index("--dest") + 1])
        folder.mkdir(parents=True, exist_ok=True)
        for one in (one for one in command if "==" in one):
            (folder / f"{one.replace('-', '_').replace('==', '-')}-py3-none-any.whl").touch()
        return subprocess.CompletedProcess(command, 0, "", "")

    wheels = PipWheels(tmp_path, pip)
    idna, zones = pinned()["idna"], pinned()["tzdata"]
    assert [path.name for path in wheels([idna], TARGET)] == [f"idna-{idna.version}-py3-none-any.whl"]
    assert len(wheels([idna, zones], TARGET)) == 2
    assert len(wheels([zones, idna], TARGET)) == 2
    assert [[one for one in command if "==" in one] for command in asked] == [
        [f"idna=={idna.version}"],
        [f"tzdata=={zones.version}"],
    ]
    assert "manylinux2014_aarch64" in asked[0]
    assert asked[0][asked[0].index("--python-version") + 1] == "3.13"


def test_a_wheel_that_pip_does_not_find_is_named(tmp_path: Path) -> None:
    def pip(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", "ERROR: first\nERROR: No matching distribution found\n")

    with pytest.raises(UsageError, match=r"no wheel of idna .* for Python 3.13 on arm64: ERROR: No matching"):
        PipWheels(tmp_path, pip)([pinned()["idna"]], TARGET)


def test_an_unknown_architecture_is_refused() -> None:
    with pytest.raises(UsageError, match="no architecture 'arm'"):
        PackageTarget("3.13", "arm")


def test_a_fetch_that_is_cut_off_leaves_no_part_of_a_wheel(tmp_path: Path) -> None:
    def pip(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        (Path(command[command.index("--dest") + 1]) / "idna-3.20-py3-none-any.whl").write_bytes(b"PK")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        PipWheels(tmp_path, pip)([pinned()["idna"]], TARGET)
    assert list(tmp_path.rglob("*.whl")) == []


def test_a_pip_that_does_not_end_is_named(tmp_path: Path) -> None:
    def pip(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        raise subprocess.TimeoutExpired(command, 300)

    with pytest.raises(UsageError, match=r"no wheel of idna .*: it had not ended after 300 seconds"):
        PipWheels(tmp_path, pip)([pinned()["idna"]], TARGET)


def test_a_folder_of_wheels_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match=r"cannot keep wheels in .*file/python3\.13-arm64: Not a directory"):
        PipWheels(tmp_path / "file")([pinned()["idna"]], TARGET)
