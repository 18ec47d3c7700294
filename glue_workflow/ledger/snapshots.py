"""The snapshots that the ledger counts, as the raw objects of a partition hold them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from millrace.athena_sql.ports import Engine, RawData, Result, Statement
from millrace.lake.raw_layout import RAW_LAYOUT
from millrace.lake.raw_objects import excluded, raw_objects
from millrace.lake.storage import Storage

_RECORDS = "SELECT snapshot_id, polled_at, source_object FROM {table} WHERE dt = :dt"
_WINNERS = """
SELECT snapshot_id, json_array_length(json_extract(payload, :entities_path)) AS entities
FROM {table}.snapshots WHERE dt = :dt
"""
_WINNERS_OF_PAGES = """
SELECT snapshot_id, sum(json_array_length(json_extract(page, :entities_path))) AS entities
FROM (
    SELECT snapshot_id, CAST(json_extract(payload, '$') AS ARRAY(JSON)) AS pages FROM {table}.snapshots WHERE dt = :dt
) AS whole
CROSS JOIN UNNEST(pages) AS listed (page)
GROUP BY snapshot_id
"""
_EACH_PAGE = "$[*]"
_WINNERS_KEPT = """
SELECT snapshot_id, CAST(json_extract(payload, '$.rows') AS BIGINT) AS entities FROM {table}.records WHERE dt = :dt
"""


@dataclass(frozen=True, slots=True)
class AuditedSource:
    """`staging` is the table with one row per entity; None for a source that no workflow refines, or a broken one.

    `waits`: no workflow will ever refine it, so that its snapshots stay pending. `entities_path` is the JSON
    path of the payload's array of entities; with `$[*]`, of the array of each page. `kept`: its snapshots are kept as
    they came. The record of each has the number of rows, and none supersedes another.
    """

    name: str
    staging: str | None
    entities_path: str
    waits: bool = False
    kept: bool = False


@dataclass(frozen=True)
class AuditedSnapshots:
    """The snapshots in one partition's raw objects, by snapshot_id.

    `polled_at`: of the newest copy, naive UTC. `objects`: the keys of the objects that hold it.
    """

    polled_at: Mapping[str, datetime]
    objects: Mapping[str, set[str]]

    def covered_by(self, inputs: Collection[str]) -> set[str]:
        """The snapshots in these objects, or in a copy of one that was excluded later."""
        originals = set(map(RAW_LAYOUT.original, inputs))
        return {one for one, keys in self.objects.items() if originals & set(map(RAW_LAYOUT.original, keys))}


@dataclass(frozen=True)
class RawPartitions:
    """The raw objects of partitions. Those of a source that are excluded are listed once."""

    storage: Storage
    _excluded: dict[str, set[str]] = field(default_factory=dict)

    def of(self, source: str, dt: str) -> RawData:
        if source not in self._excluded:
            self._excluded[source] = excluded(self.storage, source)
        found = raw_objects(self.storage, source, dt, without=self._excluded[source])
        return RawData(self.storage.location(""), tuple(one.key for one in found))


def snapshots(engine: Engine, raw: RawData, source: AuditedSource, dt: str) -> AuditedSnapshots:
    """The snapshots of one partition; no query without an object. Raises LakeError for a damaged one."""
    rows = _query(engine, source, dt, _RECORDS, raw).rows if raw.keys else ()
    polled_at: dict[str, datetime] = {}
    objects: dict[str, set[str]] = {}
    for one, polled, key in rows:
        assert isinstance(polled, datetime)
        polled_at[str(one)] = max(polled_at.get(str(one), polled), polled)
        objects.setdefault(str(one), set()).add(str(key))
    return AuditedSnapshots(polled_at, objects)


def entities_of_winners(
    engine: Engine, raw: RawData, source: AuditedSource, dt: str, inputs: Collection[str]
) -> dict[str, int]:
    """Of the snapshots in these inputs, or in copies of them, those that no other supersedes, as staging takes them:
    the entities in the payload of each, by snapshot_id. `raw`: the partition's objects. Raises as `snapshots` does.
    """
    originals = set(map(RAW_LAYOUT.original, inputs))
    covered = RawData(raw.root, tuple(key for key in raw.keys if RAW_LAYOUT.original(key) in originals))
    if not covered.keys:
        return {}
    if source.kept:
        return _counted(_query(engine, source, dt, _WINNERS_KEPT, covered))
    in_pages = source.entities_path.startswith(_EACH_PAGE)
    path = "$" + source.entities_path.removeprefix(_EACH_PAGE) if in_pages else source.entities_path
    winners = _WINNERS_OF_PAGES if in_pages else _WINNERS
    return _counted(_query(engine, source, dt, winners, covered, entities_path=path))


def _counted(found: Result) -> dict[str, int]:
    return {str(one): int(entities or 0) for one, entities in found.rows}  # type: ignore[arg-type]


def _query(engine: Engine, source: AuditedSource, dt: str, sql: str, raw: RawData, **parameters: str) -> Result:
    name = f"raw.{source.name}"
    statement = Statement(f"audit of {name}", sql.format(table=name))
    return engine.query(statement, {"dt": date.fromisoformat(dt), **parameters}, {name: raw})
