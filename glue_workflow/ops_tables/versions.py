"""`ops.versions`: every version on record of every partition, and what ended it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from millrace.glue_workflow.ports import Catalog, VersionRecord
from millrace.glue_workflow.versions.version_names import run_of

RUN, ROLLBACK = "run", "rollback"  # what ended a version


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A row of `ops.versions`, whose columns say what each field is."""

    table: str
    dt: date | None
    version: str
    run_id: str
    state: str
    is_current: bool
    created_at: datetime
    published_at: datetime | None
    replaced_at: datetime | None
    ended_by: str | None
    ended_by_run: str | None
    rows: int
    files: int
    bytes: int


def version_rows(catalog: Catalog, tables: Iterable[str]) -> Iterator[VersionRow]:
    """By table and partition, newest first."""
    for table in tables:
        pinned = {pin.partition for pin in catalog.pins(table)}
        for partition, found in groupby(catalog.history(table), key=lambda one: one.version.partition):
            records = list(found)
            for record in records:
                yield _row(record, _next_seen(record, records), pinned=partition in pinned)


def state_of(record: VersionRecord, *, pinned: bool) -> str:
    """`pinned`: whether the partition's current version is so by a rollback."""
    if record.is_current:
        return "pinned" if pinned else "current"
    return "replaced" if record.published_at else "candidate"


def _next_seen(record: VersionRecord, records: Sequence[VersionRecord]) -> VersionRecord | None:
    """The version that readers saw after this one: a newer one, first seen at that time; or else, as only a rollback
    shows a version again, the newest older one that outlasted it."""
    ended = record.replaced_at
    if ended is None:
        return None
    newer = [one for one in records if one.published_at == ended]
    older = [
        one
        for one in records
        if one.published_at
        and record.published_at
        and one.published_at < record.published_at
        and (one.replaced_at is None or one.replaced_at > ended)
    ]
    return next(iter((*newer, *older)), None)


def _row(record: VersionRecord, after: VersionRecord | None, *, pinned: bool) -> VersionRow:
    version = record.version
    by_run = after is not None and after.published_at == record.replaced_at
    return VersionRow(
        table=version.table,
        dt=date.fromisoformat(version.partition) if version.partition else None,
        version=version.version,
        run_id=run_of(version.version),
        state=state_of(record, pinned=pinned),
        is_current=record.is_current,
        created_at=record.created_at,
        published_at=record.published_at,
        replaced_at=record.replaced_at,
        ended_by=None if after is None else RUN if by_run else ROLLBACK,
        ended_by_run=run_of(after.version.version) if after else None,
        rows=version.rows,
        files=len(version.files),
        bytes=version.size,
    )
