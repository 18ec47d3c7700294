"""Finds the sources: every module in `ingestors/sources/` that does not start with an underscore is one."""

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
    """The names of all sources, in order, without importing them."""
    return sorted(found.name for found in pkgutil.iter_modules(package.__path__) if not found.name.startswith("_"))


def source(name: str, package: ModuleType = millrace.ingestors.sources) -> Source:
    """Only this source's module is imported. Raises UnknownName, and DefinitionError for one that is ill defined."""
    from millrace.ingestors.ports import POLLS, Source

    if name not in (known := names(package)):
        raise UnknownName("source", name, known)
    found = getattr(importlib.import_module(f"{package.__name__}.{name}"), "SOURCE", None)
    where = f"the source file {name}.py"
    if not isinstance(found, Source):
        raise DefinitionError(f"{where} has no SOURCE.", hint="Define SOURCE = Source(name=..., ...) in it.")
    if found.name != name:
        raise DefinitionError(f"{where} defines the source {found.name!r}.", hint="Give both the same name.")
    if name == POLLS:
        raise DefinitionError(f"{where} has a name that is taken: Millrace keeps its own polls under it.")
    _ = found.interval  # a schedule that cannot be read is refused now, not at the first poll
    return found


def sources(package: ModuleType = millrace.ingestors.sources) -> dict[str, Source]:
    """All sources by name."""
    return {name: source(name, package) for name in names(package)}
