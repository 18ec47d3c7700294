"""Rewrites of rows as values, and of comparisons of rows, arrays and maps.

NULL inside is a value in DuckDB, and not known in Athena.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.arrays import type_of
from millrace.athena_sql.engines.duckdb.translation.parts import call, refused, unnamed_row
from millrace.athena_sql.portability.refusals import Refusal

_FLOATS = frozenset({exp.DType.DOUBLE, exp.DType.FLOAT})
_refuse_maps = refused(Refusal("a comparison of maps", "comparisons of element_at(map, key)"))


def nested_equal(node: exp.Expr) -> exp.Expr | None:
    """NULL where a part is NULL and no other differs."""
    if not _is_nested(node.this) and not _is_nested(node.expression):
        return None
    both = _equal(node.this, node.expression, _type(node.this) or _type(node.expression), 0)
    return exp.Not(this=both) if isinstance(node, exp.NEQ) else both


def nested_in(node: exp.Expr) -> exp.Expr | None:
    if not node.expressions or not _is_nested(node.this):
        return None
    type_ = _type(node.this)
    return exp.paren(exp.or_(*(_equal(node.this, one, type_, 0) for one in node.expressions)))


def arrays_ordered(node: exp.Expr) -> exp.Expr | None:
    """An error where an array or a row has a NULL."""
    if not _is_nested(node.this) and not _is_nested(node.expression):
        return None
    return type(node)(this=call("athena_comparable", node.this), expression=call("athena_comparable", node.expression))


def values_of_rows(node: exp.Expr) -> exp.Expr | None:
    """VALUES ROW(1, 'a'): a row of the table, not a value of one column."""
    for row in node.expressions:
        inside = row.expressions[0] if isinstance(row, exp.Tuple) and len(row.expressions) == 1 else row
        if isinstance(inside, exp.Struct):
            row.replace(exp.Tuple(expressions=[part.copy() for part in _parts(inside)]))
    return None


def row_of_tuple(node: exp.Expr) -> exp.Expr | None:
    """A row in parentheses, where it is a value: its fields have names in Athena."""
    around = node.parent
    while isinstance(around, exp.Tuple | exp.Paren):
        around = around.parent
    if isinstance(around, exp.Cast) or not isinstance(around, _TAKE_VALUES):
        return None
    return unnamed_row(node.expressions)


def row_of_call(node: exp.Expr) -> exp.Expr | None:
    """ROW(...), unless a cast names its fields."""
    if isinstance(node.parent, exp.Cast) or any(isinstance(one, exp.PropertyEQ) for one in node.expressions):
        return None
    return unnamed_row(node.expressions)


_TAKE_VALUES = (exp.Alias, exp.Array, exp.Func, exp.Lambda, exp.PropertyEQ)


def _is_nested(node: exp.Expr) -> bool:
    return type_of(node) is not None


def _type(node: exp.Expr) -> exp.DataType | None:
    """As far as it is known; the type of an array's entries may be missing."""
    if node.type is not None and node.type.this in (exp.DType.ARRAY, exp.DType.MAP, exp.DType.STRUCT):
        return node.type
    inside = node.unnest()
    if isinstance(inside, exp.Array):
        entries = [type_ for one in inside.expressions if (type_ := _type(one))]
        return exp.DataType(this=exp.DType.ARRAY, expressions=entries[:1], nested=True)
    if parts := _parts(inside):
        kinds = [_type(part) or exp.DataType(this=exp.DType.UNKNOWN) for part in parts]
        return exp.DataType(this=exp.DType.STRUCT, expressions=kinds, nested=True)
    return inside.to if isinstance(inside, exp.Cast) else None


def _equal(one: exp.Expr, other: exp.Expr, type_: exp.DataType | None, depth: int) -> exp.Expr:
    kind = type_.this if type_ is not None else type_of(one) or type_of(other)
    ours, theirs = _parts(one), _parts(other)
    types = _field_types(type_)
    if ours or theirs or kind is exp.DType.STRUCT:
        count = len(ours or theirs or types)
        pairs = zip(ours or _fields(one, count), theirs or _fields(other, count), strict=True)
        each = [
            _equal(a, b, types[at] if at < len(types) else _type(a) or _type(b), depth + 1)
            for at, (a, b) in enumerate(pairs)
        ]
        return exp.paren(exp.and_(*each))
    if kind is exp.DType.ARRAY:
        return _arrays_equal(one, other, type_, depth)
    if kind is exp.DType.MAP:
        _refuse_maps(one)
    equal = exp.paren(exp.EQ(this=one.copy(), expression=other.copy()))
    may_be_nan = kind in (None, exp.DType.UNKNOWN) or kind in _FLOATS
    return exp.paren(exp.and_(equal, exp.not_(call("athena_is_nan", one.copy())))) if may_be_nan else equal


def _arrays_equal(one: exp.Expr, other: exp.Expr, type_: exp.DataType | None, depth: int) -> exp.Expr:
    name = exp.to_identifier(f"_q{depth}")
    entry = type_.expressions[0] if type_ is not None and type_.expressions else None
    sides = _fields(name, 2)
    each = exp.Lambda(this=_equal(sides[0], sides[1], _data_type(entry), depth + 1), expressions=[name])
    pairs = call("LIST_TRANSFORM", call("LIST_ZIP", one.copy(), other.copy()), each)
    same = exp.EQ(this=call("LEN", one.copy()), expression=call("LEN", other.copy()))
    return exp.paren(exp.Case().when(same, call("athena_all", pairs)).when(exp.not_(same.copy()), exp.false()))


def _parts(node: exp.Expr) -> list[exp.Expr]:
    """Of a row that is written out."""
    inside = node.unnest()
    found = inside.expressions if isinstance(inside, exp.Tuple | exp.Struct) else []
    return [one.expression if isinstance(one, exp.PropertyEQ) else one for one in found]


def _fields(row: exp.Expr, count: int) -> list[exp.Expr]:
    return [call("STRUCT_EXTRACT_AT", row.copy(), exp.Literal.number(at)) for at in range(1, count + 1)]


def _field_types(type_: exp.DataType | None) -> Sequence[exp.DataType | None]:
    if type_ is None or type_.this is not exp.DType.STRUCT:
        return ()
    kinds = [one.args.get("kind") if isinstance(one, exp.ColumnDef) else one for one in type_.expressions]
    return [_data_type(kind) for kind in kinds]


def _data_type(node: object) -> exp.DataType | None:
    return node if isinstance(node, exp.DataType) else None
