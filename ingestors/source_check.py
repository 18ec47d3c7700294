"""The check of a source's definition: what its file must define, and what it may not."""

from __future__ import annotations

from millrace.errors import DefinitionError
from millrace.ingestors.origin_check import check_origin
from millrace.ingestors.ports import POLLS, Source
from millrace.schedules.expressions import check_schedule
from millrace.sql_quoting import PLAIN_NAMES, is_plain_name


def checked_source(found: object, name: str) -> Source:
    """What the source file `<name>.py` defines as SOURCE. Raises DefinitionError for an invalid definition."""
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
    if not is_plain_name(name):
        raise DefinitionError(
            f"{where} has a name that SQL cannot read: raw.{name}.",
            hint=f"Rename the file and its source: {PLAIN_NAMES}.",
        )
    check_origin(found, where)
    check_schedule(found.schedule, found.timezone)  # refuses an invalid schedule now, not at the first poll
    _ = found.interval
    return found
