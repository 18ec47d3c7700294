"""A project's folder: what its `millrace.toml` says, and the files of each role.

What ships with Millrace is a project too: `millrace.toml` at the root of the repository, linked into the package.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import millrace
from millrace.errors import DefinitionError, UsageError

FILE = "millrace.toml"

# What a folder of a project can hold; each is in the folder of the same name unless `[folders]` says otherwise.
ROLES = (
    "sources",
    "sql",
    "queries",
    "checks",
    "rules",
    "dashboards",
    "workflows",
    "datasets",
    "connections",
    "jobs",
    "lib",
    "stages",
    "tests",
)
_KEYS = ("name", "shipped")


@dataclass(frozen=True)
class ProjectFolder:
    """`shipped`: the pipelines that ship with Millrace and belong to the project too: all, none, or these sources'."""

    root: Path
    name: str
    shipped: bool | tuple[str, ...] = False
    folders: Mapping[str, str] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        return self.root / FILE

    @property
    def is_shipped(self) -> bool:
        """Whether this is the project that ships, also when it is found in the repository of Millrace."""
        return self.root == _SHIPPED_ROOT

    def folder(self, role: str) -> Path:
        return self.root / self.folders.get(role, role)

    def files(self, role: str, *suffixes: str) -> list[Path]:
        """The files of a role, in the order of their names; without those that begin with `_` or `.`."""
        return _files(self.folder(role), suffixes)

    def statement_files(self) -> list[Path]:
        """The statements of tables, `sql/<layer>/<table>.sql`."""
        folder = self.folder("sql")
        layers = sorted(one for one in folder.iterdir() if one.is_dir()) if folder.is_dir() else []
        return [file for layer in layers for file in _files(layer, (".sql",))]

    def dataset_files(self) -> list[Path]:
        """The declarations of datasets, `datasets/<name>/dataset.toml`."""
        return sorted(one for one in self.folder("datasets").glob("[!_.]*/dataset.toml") if one.is_file())


def find_folder(given: Path | None, working_directory: Path) -> ProjectFolder:
    """The project that is named, else the nearest from the working directory upward, else the one that ships.

    Raises UsageError for a folder without `millrace.toml`, DefinitionError for a file that cannot be read.
    """
    if given is not None:
        if not (given / FILE).is_file():
            raise UsageError(
                f"there is no project in {given}: it has no {FILE}.",
                hint="Name a folder with one by --project or MILLRACE_PROJECT.",
            )
        return load_folder(given.absolute())
    found = nearest(working_directory)
    return load_folder(found) if found else shipped_folder()


def nearest(working_directory: Path) -> Path | None:
    """The nearest folder from the working directory upward that is a project; None: there is none."""
    start = working_directory.absolute()
    return next((one for one in (start, *start.parents) if (one / FILE).is_file()), None)


def shipped_folder() -> ProjectFolder:
    return load_folder(_SHIPPED_ROOT)


def is_shipped_file(file: Path) -> bool:
    """Whether a file is one of those that ship with Millrace."""
    return file.is_relative_to(_SHIPPED_ROOT)


def load_folder(root: Path) -> ProjectFolder:
    """The project in a folder. Raises DefinitionError, with the line where it is known."""
    file = root / FILE
    if root != _SHIPPED_ROOT and file.resolve() == (_SHIPPED_ROOT / FILE).resolve():
        return shipped_folder()
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise DefinitionError(f"cannot read {file}: {error}.", hint="Correct the file.") from error
    project = _section(file, content, "project", _KEYS)
    folders = _section(file, content, "folders", ROLES)
    for unknown in content.keys() - {"project", "folders"}:
        raise _refused(file, f"the section [{unknown}] is unknown", "Use [project] and [folders].")
    for role, path in folders.items():
        if not isinstance(path, str) or Path(path).is_absolute():
            raise _refused(file, f"the folder of {role} is {path!r}", "Give a path relative to the file.")
    name = project.get("name", root.name)
    if not isinstance(name, str) or not name:
        raise _refused(file, f"the name is {name!r}", "Give the project's name as text.")
    return ProjectFolder(root, name, _shipped(file, project.get("shipped", False)), folders)


def _section(file: Path, content: Mapping[str, Any], name: str, known: tuple[str, ...]) -> Mapping[str, Any]:
    section = content.get(name, {})
    if not isinstance(section, dict):
        raise _refused(file, f"{name} is no section", f"Write [{name}] on a line of its own.")
    for unknown in section.keys() - set(known):
        raise _refused(file, f"[{name}] has the unknown key {unknown!r}", f"Choose of: {', '.join(known)}.")
    return section


def _shipped(file: Path, value: object) -> bool | tuple[str, ...]:
    if isinstance(value, bool):
        return value
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        known = [one.stem for one in shipped_folder().files("sources", ".py")]
        for unknown in (one for one in value if one not in known):
            raise _refused(file, f"shipped has {unknown!r}, which does not ship", f"Choose of: {', '.join(known)}.")
        return tuple(value)
    raise _refused(
        file, f"shipped is {value!r}", "Set it to true, false, or the names of shipped sources, each in quotes."
    )


def _refused(file: Path, what: str, hint: str) -> DefinitionError:
    return DefinitionError(f"{file}: {what}.", hint=hint)


def _files(folder: Path, suffixes: tuple[str, ...]) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(
        one
        for one in folder.iterdir()
        if one.suffix in suffixes and not one.name.startswith(("_", ".")) and one.is_file()
    )


_SHIPPED_ROOT = Path(millrace.__file__).parent
