"""The snapshots that the ledger counts, as the raw objects of a partition hold them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from millrace.athena_sql.ports import Engine, RawData, Statement
from millrace.lake.raw_objects import original, raw_objects
from millrace.lake.storage import Storage

_SNAPSHOTS = """
SELECT snapshot_id, observed_at, polled_at, source_object,
       json_array_length(json_extract(payload, :entities_path)) AS entities
FROM {table} WHERE dt = :dt
"""


@dataclass(frozen=True, slots=True)
class AuditedSource:
    """`staging` is the table with one row per entity; None for a source that no workflow refines, which stays pending.

    `entities_path` is the JSON path of the payload's array of entities.
    """

    name: str
    staging: str | None
    entities_path: str


@dataclass(frozen=True)
class AuditedSnapshots:
    """The snapshots in one partition's raw objects, by snapshot_id.

    `order`: observed_at and polled_at of the newest copy. `objects`: the keys of the objects that hold it.
    """

    order: Mapping[str, tuple[datetime, datetime]]
    objects: Mapping[str, set[str]]
    entities: Mapping[str, int]

    def covered_by(self, inputs: set[str]) -> set[str]:
        """The snapshots in these objects, or in a copy of one that was excluded later."""
        return {one for one, keys in self.objects.items() if inputs & {original(key) for key in keys}}

    def last_polled(self, ids: set[str]) -> set[str]:
        """Of several snapshots with one observed_at, the one polled last (then the higher id), as staging takes it."""
        winners: dict[datetime, tuple[datetime, str]] = {}
        for one in ids:
            observed, polled = self.order[one]
            winners[observed] = max(winners.get(observed, (polled, one)), (polled, one))
        return {one for _, one in winners.values()}


def raw_data(storage: Storage, source: str, dt: str) -> RawData:
    """The raw objects of one partition."""
    return RawData(storage.location(""), tuple(found.key for found in raw_objects(storage, source, dt)))


def snapshots(engine: Engine, storage: Storage, source: AuditedSource, dt: str) -> AuditedSnapshots:
    """The snapshots of one partition. Raises LakeError for a damaged object."""
    name = f"raw.{source.name}"
    statement = Statement(f"audit of {name}", _SNAPSHOTS.format(table=name))
    rows = engine.query(
        statement,
        {"dt": date.fromisoformat(dt), "entities_path": source.entities_path},
        {name: raw_data(storage, source.name, dt)},
    ).dicts()
    order: dict[str, tuple[datetime, datetime]] = {}
    objects: dict[str, set[str]] = {}
    entities: dict[str, int] = {}
    for row in rows:
        one = str(row["snapshot_id"])
        times = (row["observed_at"], row["polled_at"])
        order[one] = max(order.get(one, times), times)  # type: ignore[assignment]
        objects.setdefault(one, set()).add(str(row["source_object"]))
        entities[one] = int(row["entities"] or 0)  # type: ignore[arg-type]
    return AuditedSnapshots(order, objects, entities)
