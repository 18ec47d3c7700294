"""The statements of a new source: one row per entity in staging, one row per snapshot in prod."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from millrace.scaffold.columns import FoundColumn, sql_path
from millrace.scaffold.findings import Findings
from millrace.scaffold.names import RESERVED, numbered

_OBSERVED = (
    ("observed_at", "timestamp", "UTC; the feed's own time of the snapshot"),
    ("observed_at_local", "timestamp", "the same in the source's local time"),
)
_SNAPSHOT = ("snapshot_id", "string", "the snapshot: source, observed_at and digest of the payload")
_OBJECT = ("source_object", "string", "key of the raw object that this row came from")
_MOST_MEASURES = 8

Declared = tuple[str, str, str]


def staging_text(found: Findings) -> str:
    columns = [(one.name, one.type, one.meaning) for one in found.columns]
    repetition = (
        "repetition",
        "int",
        f"1 for the first row of its {found.noun} in the snapshot, in the payload's order",
    )
    declared = [*_OBSERVED, *columns, _SNAPSHOT, _OBJECT, *([repetition] if found.key is not None else [])]
    head = _head(f"One row per {found.noun} per snapshot.", declared)
    return head + (_numbered_statement(found) if found.key is not None else _plain_statement(found))


def _head(description: str, declared: list[Declared], more: str = "") -> str:
    lines = [description, "", *(f"{name} {type_}: {meaning}" for name, type_, meaning in declared)]
    lines += ["", more] if more else []
    return "".join(f"-- {line}".rstrip() + "\n" for line in lines)


def _snapshots(found: Findings) -> str:
    return f"""WITH snapshots AS (
    SELECT
        observed_at,
        observed_at_local,
        CAST(json_extract(payload, '{sql_path(found.entities_at)}') AS ARRAY(JSON)) AS entities,
        snapshot_id,
        source_object,
        dt
    FROM raw.{found.name}.snapshots
    WHERE dt IN (:partitions)
)"""


def _plain_statement(found: Findings) -> str:
    columns = "".join(f"    {one.expression} AS {one.name},\n" for one in found.columns)
    return f"""{_snapshots(found)}
SELECT
    observed_at,
    observed_at_local,
{columns}    snapshot_id,
    source_object,
    dt
FROM snapshots
CROSS JOIN UNNEST(entities) AS listed (entity)
"""


def _numbered_statement(found: Findings) -> str:
    """Entities are taken by their place in the payload, because of two with one key the first counts."""
    key = found.column_of_key
    columns = "".join(f"        {one.expression} AS {one.name},\n" for one in found.columns)
    names = "".join(f"    {one.name},\n" for one in found.columns)
    return f"""{_snapshots(found)},
listed AS (
    SELECT
        observed_at,
        observed_at_local,
        element_at(entities, CAST(place AS INTEGER)) AS entity,
        snapshot_id,
        source_object,
        place,
        dt
    FROM snapshots
    CROSS JOIN UNNEST(sequence(1, {found.entities_max})) AS taken (place) -- as many as the source calls plausible
    WHERE place <= cardinality(entities)
),
measured AS (
    SELECT
        observed_at,
        observed_at_local,
{columns}        snapshot_id,
        source_object,
        place,
        dt
    FROM listed
)
SELECT
    observed_at,
    observed_at_local,
{names}    snapshot_id,
    source_object,
    CASE
        WHEN {key} IS NULL THEN 1
        ELSE CAST(row_number() OVER (PARTITION BY snapshot_id, {key} ORDER BY place) AS INTEGER)
    END AS repetition,
    dt
FROM measured
ORDER BY observed_at, {key}, repetition
"""


@dataclass(frozen=True, slots=True)
class Measure:
    """A column of the prod table: what is known of one column of the entities, over a snapshot."""

    name: str
    type: str
    expression: str
    meaning: str
    label: str
    varies: bool = True


def count_name(found: Findings) -> str:
    """The column that counts the entities."""
    plural = f"{found.noun[:-1]}ies" if found.noun.endswith("y") else f"{found.noun}s"
    return "entities" if plural in RESERVED else plural


def measures_of(found: Findings) -> list[Measure]:
    """The means of the columns with numbers; of whole numbers the sum too, of yes or no how many say yes."""
    taken = {count_name(found), *(name for name, *_ in (*_OBSERVED, _SNAPSHOT)), "dt", "loaded_at", "run_id"}
    measures: list[Measure] = []
    for column in found.columns:
        for measure in _measures(column, found):
            if len(measures) < _MOST_MEASURES:
                name = numbered(measure.name, taken) if measure.name in taken else measure.name
                taken.add(name)
                varies = column in found.varying
                measures.append(Measure(name, measure.type, measure.expression, measure.meaning, measure.label, varies))
    return measures


def _measures(column: FoundColumn, found: Findings) -> Iterator[Measure]:
    name, words = column.name, column.name.replace("_", " ")
    if column.type == "boolean":
        of = f"{count_name(found)} with {name}"
        yield Measure(f"{name}_count", "int", f"CAST(count_if({name}) AS INTEGER)", of, f"{words}, count")
    if not column.is_measure:
        return
    if column.type == "int":
        yield Measure(f"{name}_total", "bigint", f"CAST(sum({name}) AS BIGINT)", f"sum of {name}", f"{words}, total")
    mean = f"avg(CAST({name} AS DOUBLE))"
    yield Measure(f"{name}_mean", "double", mean, f"mean of {name}", f"{words}, mean")


def prod_text(found: Findings) -> str:
    count, measures = count_name(found), measures_of(found)
    declared = [
        *_OBSERVED,
        (count, "int", "how many there are in the snapshot"),
        *((one.name, one.type, one.meaning) for one in measures),
        _SNAPSHOT,
    ]
    columns = "".join(f"    {one.expression} AS {one.name},\n" for one in measures)
    return f"""{_head(f"One row per snapshot: how many {count.replace('_', ' ')}, and what they say.", declared)}SELECT
    observed_at,
    observed_at_local,
    CAST(count(*) AS INTEGER) AS {count},
{columns}    snapshot_id,
    dt
FROM staging.{found.name}
WHERE dt IN (:partitions)
GROUP BY observed_at, observed_at_local, snapshot_id, dt
ORDER BY observed_at
"""
