"""Options that several commands have, and the runtime that they lead to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from millrace import settings
from millrace.cli.terminal.interruption import interruption
from millrace.settings import EngineName

if TYPE_CHECKING:
    from collections.abc import Callable

    from millrace.infra.project.project import Project
    from millrace.infra.runtime.base import Runtime
    from millrace.project.problems import Problem


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


@dataclass
class RootOptions:
    """The options of `millrace` itself, which stand before the command. `project`: None for the default."""

    project: Path | None = None


root_options = RootOptions()

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home", help="The lake's folder. Default: MILLRACE_HOME, or the project's .millrace.", metavar="DIR"
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", help="How to print rows.")]
EngineOption = Annotated[
    EngineName | None,
    typer.Option(help="What runs the SQL. Default: MILLRACE_ENGINE, or duckdb; on AWS athena. Spark needs Java 17."),
]


def open_runtime(home: Path | None) -> Runtime:
    """The runtime of a lake, which is created when it does not exist. Raises LakeError for a lake that is broken."""
    from millrace.infra.runtime.selection import runtime_class

    loaded = settings.load(home, project=root_options.project)
    return _interruptible(runtime_class(loaded).existing_or_new(loaded))


def open_existing(home: Path | None) -> Runtime:
    """The runtime of an existing lake. Raises LakeError when there is none."""
    from millrace.infra.runtime.selection import runtime_class

    loaded = settings.load(home, project=root_options.project)
    return _interruptible(runtime_class(loaded).existing(loaded))


def open_unchecked(home: Path | None) -> Runtime:
    """The runtime of a lake that may be missing or broken: the caller finds out what is wrong."""
    from millrace.infra.runtime.selection import runtime_class

    loaded = settings.load(home, project=root_options.project)
    return _interruptible(runtime_class(loaded)(loaded))


def open_project(tell: Callable[[Problem], None] | None = None) -> Project:
    """The project that the command is about. `tell` is called with each problem, in place of a log line.

    Raises UsageError and DefinitionError.
    """
    from millrace.infra.project.project import Project

    return Project.find(settings.load(project=root_options.project).project, tell=tell)


def _interruptible(runtime: Runtime) -> Runtime:
    interruption.stop_by(runtime.interrupt)
    return runtime
