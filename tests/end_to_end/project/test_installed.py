"""The distributions: sdist and wheel are complete, and the wheel works in an environment outside the checkout.

Commands run in a folder that has packages named like the repository's folders; importing one of them is an error.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LINKED = sorted(path.name for path in (ROOT / "millrace").iterdir() if path.is_symlink() and path.is_dir())
SAVED_QUERIES = sorted(path.stem for path in (ROOT / "athena_sql" / "queries").glob("*.sql"))
NOT_INSTALLED = ("infra/examples/", ".md")  # examples of deployment, and documents
SECONDS = 300


def outside() -> dict[str, str]:
    """The environment without the variables that would lead a command to the checkout or to another lake."""
    left_out = ("PYTHON", "MILLRACE_", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    return {**kept, "COLUMNS": "200"}


def done(*command: str | Path, cwd: Path, status: int = 0) -> subprocess.CompletedProcess[str]:
    """A command that ended with that exit status."""
    ended = subprocess.run(
        command, cwd=cwd, env=outside(), capture_output=True, text=True, timeout=SECONDS, check=False
    )
    said = f"{' '.join(map(str, command))}\nended with {ended.returncode}:\n{ended.stdout}\n{ended.stderr}"
    assert ended.returncode == status, said
    return ended


def tracked() -> list[str]:
    """Paths of the files that a commit of everything holds, symbolic links among them."""
    listed = done("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=ROOT).stdout
    return [path for path in listed.split("\0") if path and os.path.lexists(ROOT / path)]


def to_install() -> set[str]:
    """Paths in the package: those of the tracked files, with the linked folders below `millrace`."""
    folders = ("millrace/", *(f"{name}/" for name in LINKED))
    files = [
        path
        for path in tracked()
        if path.startswith(folders)
        and not ((ROOT / path).is_symlink() and (ROOT / path).is_dir())
        and not path.startswith(NOT_INSTALLED)
        and not path.endswith(NOT_INSTALLED)
    ]
    return {path if path.startswith("millrace/") else f"millrace/{path}" for path in files}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tracked files alone, as after a clone: nothing that was built before can stand in for a file left out."""
    folder = tmp_path_factory.mktemp("clone")
    for path in tracked():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, folder / path, follow_symlinks=False)
    return folder


@dataclass(frozen=True, slots=True)
class Distributions:
    sdist: Path
    wheel: Path


@pytest.fixture(scope="module")
def distributions(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Distributions:
    """The sdist of the clone, and the wheel that is built from the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    done(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ".", cwd=clone)
    [sdist], [wheel] = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return Distributions(sdist, wheel)


def test_the_sdist_has_every_file_that_is_installed_its_readme_and_its_licence(distributions: Distributions) -> None:
    with tarfile.open(distributions.sdist) as archive:
        assert [entry.name for entry in archive if entry.issym() or entry.islnk()] == []
        files = {entry.name.partition("/")[2] for entry in archive if entry.isfile()}

    assert {path for path in files if path.startswith("millrace/")} == to_install()
    assert {"LICENSE", "README.md", "pyproject.toml"} <= files


def test_the_wheel_installs_one_package_and_every_file_of_it(distributions: Distributions) -> None:
    with zipfile.ZipFile(distributions.wheel) as archive:
        files = set(archive.namelist())
    info = f"{'-'.join(distributions.wheel.name.split('-')[:2])}.dist-info"

    assert {path.partition("/")[0] for path in files} == {"millrace", info}
    assert {path for path in files if path.startswith("millrace/")} == to_install()
    assert f"{info}/licenses/LICENSE" in files


def empty_environment(folder: Path) -> Path:
    """The interpreter of a new virtual environment without any package."""
    done(sys.executable, "-m", "venv", "--without-pip", folder, cwd=folder.parent)
    return folder / "bin" / "python"


def install(python: Path, *arguments: str | Path) -> None:
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check", "install", "--quiet")
    done(*pip, "--no-compile", *arguments, cwd=python.parent)


@pytest.fixture(scope="module")
def python(distributions: Distributions, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment that has the wheel, what it depends on, and nothing else."""
    interpreter = empty_environment(tmp_path_factory.mktemp("installed") / "venv")
    install(interpreter, "-c", ROOT / "constraints.txt", distributions.wheel)
    return interpreter


@pytest.fixture(scope="module")
def elsewhere(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with packages of the repository's names, none of which can be imported, and a lake of ten minutes."""
    folder = tmp_path_factory.mktemp("elsewhere")
    for name in (*LINKED, "tests"):
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text('raise ImportError("a package of the same name, not Millrace\'s")\n')
    done(python, "-m", "millrace", "demo", "--minutes", "10", "--home", "lake", cwd=folder)
    return folder


@pytest.mark.parametrize("name", [*LINKED, "tests"])
def test_the_package_of_that_name_cannot_be_imported_there(python: Path, elsewhere: Path, name: str) -> None:
    assert "not Millrace's" in done(python, "-c", f"import {name}", cwd=elsewhere, status=1).stderr


def test_the_package_is_the_installed_one(python: Path, elsewhere: Path) -> None:
    places = done(python, "-c", "import millrace.infra as i; print(i.__file__)", cwd=elsewhere).stdout

    assert Path(places.strip()).is_relative_to(python.parents[1])


def test_the_demo_leaves_a_page_and_a_lake_that_is_well(python: Path, elsewhere: Path) -> None:
    [page] = (elsewhere / "lake").glob("*.html")
    assert "</html>" in page.read_text("utf-8")

    rows = done(python, "-m", "millrace", "status", "--home", "lake", "--format", "csv", cwd=elsewhere).stdout

    assert {row["source"] for row in csv.DictReader(io.StringIO(rows))} == {"taxi_availability", "rainfall", "polls"}


def test_the_command_answers_sql(python: Path, elsewhere: Path) -> None:
    sql = "SELECT count(*) AS snapshots FROM prod.taxi_availability"
    answer = done(python.parent / "millrace", "query", sql, "--home", "lake", "--format", "csv", cwd=elsewhere).stdout

    assert answer.split() == ["snapshots", "10"]


@pytest.mark.parametrize("name", SAVED_QUERIES)
def test_saved_queries_are_installed(python: Path, elsewhere: Path, name: str) -> None:
    command = python.parent / "millrace"
    rows = done(command, "query", "--name", name, "--home", "lake", "--format", "json", cwd=elsewhere).stdout

    assert isinstance(json.loads(rows), list)


@pytest.fixture(scope="module")
def editable(clone: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment in which the clone is installed as editable, without what it depends on."""
    folder = tmp_path_factory.mktemp("editable")
    build = f"from setuptools import build_meta; build_meta.build_editable({str(folder)!r})"
    done(sys.executable, "-c", build, cwd=clone)
    [wheel] = folder.glob("*.whl")
    interpreter = empty_environment(folder / "venv")
    install(interpreter, "--no-deps", wheel)
    return interpreter


def test_the_editable_installation_takes_one_name(editable: Path, clone: Path, tmp_path: Path) -> None:
    found = "import importlib.util as u, sys; print(*(name for name in sys.argv[1:] if u.find_spec(name)))"

    assert done(editable, "-c", found, *LINKED, "tests", cwd=tmp_path).stdout.split() == []

    source = done(editable, "-c", "import millrace.infra as i; print(i.__file__)", cwd=tmp_path).stdout.strip()
    assert Path(source) == clone / "millrace" / "infra" / "__init__.py"
