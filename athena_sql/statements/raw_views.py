"""The views over raw records that statements read: `raw.<source>.records` and `raw.<source>.snapshots`.

`records` has each record once: the same snapshot_id again is dropped, and the copy polled first is kept. Where several
of these are of one time, `snapshots` has the one polled last (then the one with the higher snapshot_id): the others are
superseded. Both have the columns of `raw.<source>`, and compare records within one partition and hour only.

They are written into the syntax tree when a statement is parsed, so every engine and every check sees `raw.<source>`
alone. What the SELECT around a view asks of `dt` and `hour`, and what it makes of the payload, is written where the
records are read: an engine then reads no other partition, and carries no payload from one step to the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from sqlglot import exp, parse_one

from millrace.athena_sql.language.fence import note_names
from millrace.athena_sql.portability.dialect import ATHENA
from millrace.athena_sql.statements.payload_projection import PAYLOAD
from millrace.athena_sql.tables import RAW_COLUMNS

_COLUMNS = ", ".join(column.name for column in RAW_COLUMNS)
_RECORDS = f"""
SELECT {_COLUMNS}
FROM (
    SELECT {_COLUMNS},
        row_number() OVER (PARTITION BY dt, hour, snapshot_id ORDER BY polled_at, source_object) AS copy
    FROM records
) AS copies
WHERE copy = 1
"""
_SNAPSHOTS = f"""
SELECT {_COLUMNS}
FROM (
    SELECT {_COLUMNS},
        lead(observed_at) OVER (PARTITION BY dt, hour ORDER BY observed_at, polled_at, snapshot_id) AS next_observed_at
    FROM ({_RECORDS}) AS records
) AS ordered
WHERE next_observed_at IS NULL OR next_observed_at <> observed_at
"""
_VIEWS = {"records": _RECORDS, "snapshots": _SNAPSHOTS}
_KEYS = {"dt", "hour"}  # every window is inside one partition and hour, so a condition on them may come before it


def expand_raw_views(tree: exp.Query) -> None:
    """Replaces each of these views in the tree, in place."""
    for node in list(tree.find_all(exp.Table)):
        parts = [part.name.lower() for part in node.parts]
        if len(parts) == 3 and parts[0] == "raw" and parts[2] in _VIEWS:
            _replace(node, parts[1], parts[2])


def _replace(node: exp.Table, source: str, view: str) -> None:
    query = _parsed(view).copy()
    levels = list(query.find_all(exp.Select))  # the outermost first
    around = node.parent_select
    if isinstance(around, exp.Select) and not around.args.get("joins"):
        if conditions := [_unqualified(one) for one in _of_keys(around)]:
            levels[-1].where(*conditions, copy=False)
        _move_payload(around, levels)
    [table] = query.find_all(exp.Table)
    table.replace(exp.table_(source, db="raw"))
    node.replace(query.subquery(node.alias or view, copy=False))


@cache
def _parsed(view: str) -> exp.Select:
    tree = parse_one(_VIEWS[view], read=ATHENA)
    assert isinstance(tree, exp.Select)
    note_names(tree, _VIEWS[view])
    return tree


def _of_keys(around: exp.Select) -> Iterator[exp.Expr]:
    """The conditions of a SELECT on `dt` and `hour` alone."""
    where = around.args.get("where")
    if where is None:
        return
    for condition in where.this.flatten() if isinstance(where.this, exp.And) else [where.this]:
        columns = list(condition.find_all(exp.Column))
        if columns and all(column.name.lower() in _KEYS for column in columns) and not condition.find(exp.Query):
            yield condition


def _move_payload(around: exp.Select, levels: Sequence[exp.Select]) -> None:
    """Moves what a SELECT makes of the payload of each record to the innermost level."""
    if around.args.get("group") or around.find(exp.AggFunc):
        return
    for number, alias in enumerate(filter(_is_made_of_payload, around.expressions), 1):
        name = f"{PAYLOAD}_{number}"
        for level in levels[:-1]:
            level.select(name, copy=False)
        levels[-1].select(exp.alias_(_unqualified(alias.this), name), copy=False)
        alias.set("this", exp.column(name))
    if not any(column.is_star for column in around.expressions) and not _uses_payload(around):
        for level in levels:
            level.set("expressions", [one for one in level.expressions if one.output_name != PAYLOAD])


def _is_made_of_payload(selected: exp.Expr) -> bool:
    """Whether this is computed from the payload, row by row."""
    made = isinstance(selected, exp.Alias) and not isinstance(selected.this, exp.Column)
    return made and _uses_payload(selected) and not selected.find(exp.Window, exp.Query, exp.Unnest, exp.Anonymous)


def _uses_payload(node: exp.Expr) -> bool:
    return any(column.name.lower() == PAYLOAD for column in node.find_all(exp.Column))


def _unqualified(expression: exp.Expr) -> exp.Expr:
    """A copy whose columns are named alone."""
    copy = expression.copy()
    for column in copy.find_all(exp.Column):
        column.set("table", None)
    return copy
