"""Options that several commands share, and the lake that they lead to."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from millrace import settings

if TYPE_CHECKING:
    from infra.runtime import LocalRuntime


class Format(StrEnum):
    TABLE = "table"
    JSON = "json"
    CSV = "csv"


HomeOption = Annotated[
    Path | None,
    typer.Option("--home", help="The lake's folder. Default: MILLRACE_HOME, or ./.millrace.", metavar="DIR"),
]
FormatOption = Annotated[Format, typer.Option("--format", help="How to print rows.")]


def open_runtime(home: Path | None) -> LocalRuntime:
    """The lake to poll into; it is made when it is not there yet."""
    from infra.runtime import LocalRuntime

    return LocalRuntime(settings.load(home))


def open_existing(home: Path | None) -> LocalRuntime:
    """The lake to read from. Raises LakeError where there is none."""
    from infra.runtime import LocalRuntime

    return LocalRuntime.existing(settings.load(home))
