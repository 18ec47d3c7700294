"""Options that several commands have, and the runtime that they lead to."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from millrace import settings
from millrace.settings import EngineName

if TYPE_CHECKING:
    from millrace.infra.runtime.base import Runtime


class Format(StrEnum):
    """How rows are printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="The lake's folder. Default: MILLRACE_HOME, or ./.millrace.", metavar="DIR"),
]
FormatOption = Annotated[Format, typer.Option("--format", help="How to print rows.")]
EngineOption = Annotated[
    EngineName | None,
    typer.Option(help="What runs the SQL. Default: MILLRACE_ENGINE, or duckdb; on AWS athena. Spark needs Java 17."),
]


def open_runtime(home: Path | None) -> Runtime:
    """The runtime of a lake, which is created when it does not exist."""
    from millrace.infra.runtime.selection import runtime_class

    loaded = settings.load(home)
    return runtime_class(loaded)(loaded)


def open_existing(home: Path | None) -> Runtime:
    """The runtime of an existing lake. Raises LakeError when there is none."""
    from millrace.infra.runtime.selection import runtime_class

    loaded = settings.load(home)
    return runtime_class(loaded).existing(loaded)
