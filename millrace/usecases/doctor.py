"""The doctor: what is wrong with a lake, and what mends it, one line each.

It looks at the marker, the state file, every object that is on record, every raw object and the ledger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from millrace.errors import LakeError
from millrace.lake.keys import RAW
from millrace.lake.kind import MARKER
from millrace.usecases.audit import ledger_rows

if TYPE_CHECKING:
    from millrace.infra.runtime.base import Runtime
    from millrace.infra.runtime.local import LocalRuntime

_LEDGER = "Look at that partition's polls and runs: docs/operations.md, section `What to do`."


class Ailment(NamedTuple):
    """One thing that is wrong: where, what, and what mends it."""

    place: str
    message: str
    mend: str


COLUMNS = Ailment._fields


def examine(runtime: Runtime, advance: Callable[[int, int], None], *, deep: bool = False) -> list[Ailment]:
    """Everything that is wrong; empty for a healthy lake. Raises LakeError where there is no lake."""
    found = [*_marker(runtime), *_state(runtime), *_quarantine(runtime)]
    if any(one.place.endswith("state.db") for one in found):  # without state, nothing is on record, which says nothing
        return found
    found += [Ailment(one.place, one.message, one.mend) for one in runtime.object_audit(deep=deep).findings()]
    found += [Ailment("ledger", line, _LEDGER) for line in ledger_rows(runtime, [], advance)[1]]
    return found


def _marker(runtime: Runtime) -> Iterator[Ailment]:
    try:
        kind = runtime.kind
    except LakeError as error:
        yield Ailment(MARKER, error.message, error.hint)
        return
    if kind is None:
        if next(runtime.storage.list(f"{RAW}/"), None) is None:
            raise LakeError(f"there is no lake at {runtime.address}.", hint=runtime.no_lake_hint)
        yield Ailment(
            MARKER,
            "the lake has data, but no marker that says whether it is simulated",
            f"Restore {MARKER} from a copy.",
        )


def _state(runtime: Runtime) -> Iterator[Ailment]:
    from millrace.infra.runtime.local import LocalRuntime

    if not isinstance(runtime, LocalRuntime):
        return
    place = "state.db"
    try:
        if problem := _integrity(runtime):
            yield Ailment(place, problem, "Restore it from a copy, or remake it: millrace doctor --rebuild-state.")
    except LakeError as error:
        yield Ailment(place, error.message, error.hint)


def _integrity(runtime: LocalRuntime) -> str:
    """SQLite's own check of the file's structure; "" for a sound file."""
    import sqlite3

    try:
        said = runtime.state.connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        return f"the state file is damaged: {error}"
    return "" if said == "ok" else f"the state file is damaged: {said}"


def _quarantine(runtime: Runtime) -> Iterator[Ailment]:
    try:
        for _ in runtime.quarantine.items():
            pass
    except LakeError as error:
        yield Ailment("quarantine", error.message, error.hint)
