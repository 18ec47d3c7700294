"""UNNEST of a map, of rows, and of several arrays: a subquery with a column for each key, value, field and entry."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.arrays import type_of
from millrace.athena_sql.engines.duckdb.translation.parts import call, unsupported
from millrace.athena_sql.portability.refusals import Refusal

_UNKNOWN = Refusal(
    "UNNEST of values whose types are not known here",
    "UNNEST(CAST(x AS ARRAY(...))) or UNNEST(CAST(x AS MAP(...)))",
)
_GIVE_MAPS = ("map", "histogram", "multimap", "transform_keys", "transform_values")  # how names of functions begin
_ARRAY, _MAP = "array", "map"
UnnestShape = str | int  # an array, a map, or an array of rows with so many fields


def unnest(node: exp.Expr) -> exp.Expr | None:
    """None for one array, which DuckDB unnests alike. Columns side by side are filled with NULL, as in Athena."""
    alias = node.args.get("alias") or exp.TableAlias()
    names = list(alias.args.get("columns") or ())
    shapes = _shapes(node, len(names))
    if shapes == [_ARRAY] or not isinstance(node.parent, exp.From | exp.Join):
        return None
    columns = [column for one, shape in zip(node.expressions, shapes, strict=True) for column in _columns(one, shape)]
    if offset := node.args.get("offset"):
        sizes = [call("COALESCE", exp.ArraySize(this=_entries(one)), exp.Literal.number(0)) for one in node.expressions]
        last = exp.Greatest(this=sizes[0], expressions=sizes[1:]) if sizes[1:] else sizes[0]
        columns.append(call("UNNEST", call("GENERATE_SERIES", exp.Literal.number(1), last)))
        names.append(offset if isinstance(offset, exp.Identifier) else exp.to_identifier("ordinality"))
    names += [exp.to_identifier(f"_col{at}") for at in range(len(names), len(columns))]
    named = [exp.alias_(column, name.copy()) for column, name in zip(columns, names, strict=False)]
    table = exp.TableAlias(this=(alias.this or exp.to_identifier("_unnested")).copy())
    return exp.Subquery(this=exp.select(*named, copy=False), alias=table)


def _shapes(node: exp.Expr, names: int) -> list[UnnestShape]:
    """Those that are not known follow from the number of names. Raises StatementFailed where they do not."""
    shapes = [_shape(one) for one in node.expressions]
    known = [shape for shape in shapes if shape is not None]
    if len(known) == len(shapes):
        return known
    if names in (0, len(shapes)) and (names or len(shapes) == 1):
        return [shape or _ARRAY for shape in shapes]
    if len(shapes) == 1:
        return [names]
    raise unsupported(node, _UNKNOWN.said)


def _shape(node: exp.Expr) -> UnnestShape | None:
    kind = type_of(node)
    if kind is exp.DType.MAP or (isinstance(node, exp.Anonymous) and node.name.lower().startswith(_GIVE_MAPS)):
        return _MAP
    if kind is not exp.DType.ARRAY:
        return None
    if isinstance(node, exp.Array):
        rows = [one for one in node.expressions if isinstance(one, exp.Struct | exp.Tuple)]
        if rows:
            return len(rows[0].expressions)
    type_ = node.to if isinstance(node, exp.Cast) else node.type
    entries: Sequence[exp.Expr] = type_.expressions if type_ is not None else ()
    if not entries or entries[0].this is exp.DType.UNKNOWN:
        return _ARRAY if isinstance(node, exp.Array) else None
    return len(entries[0].expressions) if entries[0].this is exp.DType.STRUCT else _ARRAY


def _entries(node: exp.Expr) -> exp.Expr:
    return call("MAP_KEYS", node.copy()) if _shape(node) == _MAP else node.copy()


def _columns(node: exp.Expr, shape: UnnestShape) -> Iterator[exp.Expr]:
    if shape == _MAP:
        yield call("UNNEST", call("MAP_KEYS", node.copy()))
        yield call("UNNEST", call("MAP_VALUES", node.copy()))
    elif shape == _ARRAY:
        yield call("UNNEST", node.copy())
    else:
        for place in range(1, int(shape) + 1):
            row = exp.to_identifier("_row")
            field = call("STRUCT_EXTRACT_AT", row.copy(), exp.Literal.number(place))
            yield call("UNNEST", call("LIST_TRANSFORM", node.copy(), exp.Lambda(this=field, expressions=[row])))
