"""Options that several commands have, and the runtime that they lead to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from millrace import environment
from millrace.cli.terminal.interruption import interruption
from millrace.errors import UsageError
from millrace.settings import EngineName, Settings

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
StageLakeOption = Annotated[
    str | None,
    typer.Option(
        "--stage", help="The lake of this stage in its account: dev, test, uat, staging or prod.", metavar="NAME"
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", help="How to print rows.")]
EngineOption = Annotated[
    EngineName | None,
    typer.Option(help="What runs the SQL. Default: MILLRACE_ENGINE, or duckdb; on AWS athena. Spark needs Java 17."),
]


def no_stage(reason: str, hint: str) -> Any:
    """The option --stage of a command that can do nothing for a stage: it is not in the help, and says why."""

    def refuse(stage: str | None) -> None:
        if stage is not None:
            raise UsageError(f"--stage makes no sense here: {reason}.", hint=hint.replace("NAME", stage))

    return typer.Option("--stage", hidden=True, callback=refuse)


def open_runtime(home: Path | None, stage: str | None = None) -> Runtime:
    """The runtime of a lake, which is created when it does not exist. Raises LakeError for a lake that is broken, and
    for a stage as `settings_of_stage` does; so do the others.
    """
    loaded = _settings(home, stage)
    return _interruptible(_runtime_class(loaded).existing_or_new(loaded))


def open_existing(home: Path | None, stage: str | None = None) -> Runtime:
    """The runtime of an existing lake. Raises LakeError when there is none."""
    loaded = _settings(home, stage)
    return _interruptible(_runtime_class(loaded).existing(loaded))


def open_unchecked(home: Path | None, stage: str | None = None) -> Runtime:
    """The runtime of a lake that may be missing or broken: the caller finds out what is wrong."""
    loaded = _settings(home, stage)
    return _interruptible(_runtime_class(loaded)(loaded))


def _settings(home: Path | None, stage: str | None) -> Settings:
    """Of a lake in a folder, of one that the environment names, or of a stage's."""
    loaded = environment.load(home, project=root_options.project)
    if stage is None:
        return loaded
    require_one_place(home, stage)
    from millrace.usecases.deployment.lake import settings_of_stage

    return settings_of_stage(stage, loaded)


def require_one_place(home: Path | None, stage: str | None) -> None:
    """Raises UsageError for a lake in a folder that is also a stage's."""
    if home is not None and stage is not None:
        raise UsageError("a lake is in a folder (--home) or of a stage (--stage).", hint="Give one of them.")


def _runtime_class(loaded: Settings) -> type[Runtime]:
    from millrace.infra.runtime.selection import runtime_class

    return runtime_class(loaded)


def open_project(tell: Callable[[Problem], None] | None = None) -> Project:
    """The project that the command is about. `tell` is called with each problem, in place of a log line.

    Raises UsageError and DefinitionError.
    """
    from millrace.infra.project.project import Project

    return Project.find(load_settings().project, tell=tell)


def load_settings() -> Settings:
    """Those of a command that needs no lake. Raises SettingError."""
    return environment.load(project=root_options.project)


def _interruptible(runtime: Runtime) -> Runtime:
    interruption.stop_by(runtime.interrupt)
    return runtime


def on_stage(stage: str | None) -> str:
    """What a command in a message ends with, so that it works on the same lake."""
    return f" --stage {stage}" if stage else ""
