"""The registry of sources: every module in `ingestors/sources/` whose name has no leading underscore is one."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType
from typing import TYPE_CHECKING

import millrace.ingestors.sources
from millrace.errors import DefinitionError, UnknownName

if TYPE_CHECKING:
    from millrace.ingestors.ports import Source


def names(package: ModuleType = millrace.ingestors.sources) -> list[str]:
    """The sorted names of all sources; imports none of them."""
    return sorted(found.name for found in pkgutil.iter_modules(package.__path__) if not found.name.startswith("_"))


def source(name: str, package: ModuleType = millrace.ingestors.sources) -> Source:
    """One source; imports only its own module. Raises UnknownName, or DefinitionError for an invalid source file."""
    from millrace.ingestors.origin_check import check_origin
    from millrace.ingestors.ports import POLLS, Source
    from millrace.schedules.expressions import check_schedule

    if name not in (known := names(package)):
        raise UnknownName("source", name, known)
    found = getattr(importlib.import_module(f"{package.__name__}.{name}"), "SOURCE", None)
    where = f"the source file {name}.py"
    if not isinstance(found, Source):
        raise DefinitionError(f"{where} has no SOURCE.", hint="Define SOURCE = Source(name=..., ...) in it.")
    if found.name != name:
        raise DefinitionError(
            f"{where} defines the source {found.name!r}.", hint=f"Set name={name!r} in it, or rename the file."
        )
    if name == POLLS:
        raise DefinitionError(
            f"{where} has a reserved name: Millrace keeps its own polls under {POLLS!r}.",
            hint="Rename the file and its source.",
        )
    check_origin(found, where)
    check_schedule(found.schedule, found.timezone)  # refuses an invalid schedule now, not at the first poll
    _ = found.interval
    return found


def sources(package: ModuleType = millrace.ingestors.sources) -> dict[str, Source]:
    """All sources by name."""
    return {name: source(name, package) for name in names(package)}
