"""The types of what the constructs of an annotated tree are given, as words: `bigint`, `array(varchar)`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlglot import exp

from millrace.athena_sql.language.orders import selected_at

Types = tuple[str, ...]

ANY_TYPE = re.compile(r"\b(null|unknown)\b")  # a NULL that is written out, and what is not known
_UNKNOWN = "unknown"
_NAMES = {
    exp.DType.FLOAT: "real",
    exp.DType.NULL: "null",
    exp.DType.STRUCT: "row",
    **dict.fromkeys(exp.DataType.TEXT_TYPES, "varchar"),
}
_NO_VALUES = (exp.JSONPath, exp.TableAlias, exp.Var)
# Constructs by name, as `constructs` has them, whose parameters may change places.
UNORDERED = frozenset(
    {
        *("And", "Array", "Between", "Case", "EQ", "Except", "GT", "GTE", "In", "Intersect", "LT", "LTE", "NEQ"),
        *("NullSafeEQ", "NullSafeNEQ", "Or", "Union", "coalesce", "concat", "greatest", "if", "least"),
    }
)


def given_types(node: exp.Expr) -> Iterator[Types]:
    """Several where each of a list is used alone, as in GROUP BY; () for a construct that is given no value."""
    of = next((of for kinds, of in _BY_KIND if isinstance(node, kinds)), _of_parts)
    yield from of(node)


def _of_nothing(_: exp.Expr) -> Iterator[Types]:
    yield ()


def _of_parts(node: exp.Expr) -> Iterator[Types]:
    yield tuple(map(type_of_value, _parts(node)))


def _of_any_order(node: exp.Expr) -> Iterator[Types]:
    yield _each_once(_parts(node))


def _of_each(node: exp.Expr) -> Iterator[Types]:
    select = node.parent if isinstance(node, exp.Group | exp.Distinct) else None
    parts = node.expressions or (select.selects if isinstance(select, exp.Select) else [])
    yield from ((type_of_value(_meant(part, select)),) for part in parts)


def _of_columns(node: exp.SetOperation) -> Iterator[Types]:
    yield from map(_each_once, zip(node.left.selects, node.right.selects, strict=False))


def _of_case(node: exp.Case) -> Iterator[Types]:
    if node.this:
        yield _each_once([node.this, *(one.this for one in node.args["ifs"])])
    yield _each_once([*(one.args["true"] for one in node.args["ifs"]), *_optional(node, "default")])


def _of_if(node: exp.If) -> Iterator[Types]:
    yield _each_once([node.args["true"], *_optional(node, "false")])


def _of_cast(node: exp.Cast) -> Iterator[Types]:
    yield type_of_value(node.this), typetype_of_value(node.to)


def _of_is(node: exp.Is) -> Iterator[Types]:
    yield (type_of_value(node.this),)


def _of_order(node: exp.Ordered) -> Iterator[Types]:
    around = node.parent.parent if node.parent else None
    yield (type_of_value(_meant(node.this, around)),)


def _meant(part: exp.Expr, around: exp.Expr | None) -> exp.Expr:
    """The value of the select list that a place or an alias of it stands for."""
    is_alias = isinstance(part, exp.Column) and not part.table and type_of_value(part) == _UNKNOWN
    if is_alias and isinstance(around, exp.Query):
        return next((one.unalias() for one in around.selects if one.alias_or_name == part.name), part)
    return selected_at(part, around)


def _optional(node: exp.Expr, name: str) -> list[exp.Expr]:
    part = node.args.get(name)
    return [part] if isinstance(part, exp.Expr) else []


def _parts(node: exp.Expr) -> Iterator[exp.Expr]:
    """What the construct is given, in the order of its parameters."""
    for name in node.arg_types:
        given = node.args.get(name)
        for part in given if isinstance(given, list) else [given]:
            if isinstance(part, exp.Distinct):
                yield from part.expressions
            elif isinstance(part, exp.Expr) and not isinstance(part, _NO_VALUES):
                yield part


def _each_once(parts: Iterable[exp.Expr]) -> Types:
    """In the order of the alphabet, without NULL, which has any type."""
    return tuple(sorted(set(map(type_of_value, parts)) - {"null"}))


def type_of_value(node: exp.Expr) -> str:
    value = node.unalias().unnest()
    if isinstance(value, exp.Star):
        return "*"
    if isinstance(value, exp.Lambda):
        return "lambda"
    if isinstance(value, exp.Subquery | exp.Query):
        query = value.unnest()
        return type_of_value(query.selects[0]) if isinstance(query, exp.Query) and query.selects else _UNKNOWN
    if isinstance(value, exp.Mul | exp.Neg) and value.find(exp.Interval):
        return "interval"
    if isinstance(value, exp.JSONExtract) and not isinstance(value, exp.JSONExtractScalar):
        return "json"
    return typetype_of_value(value.type) if value.type is not None else _UNKNOWN


def typetype_of_value(type_: exp.DataType) -> str:
    if isinstance(type_.this, exp.Interval):
        return "interval"
    if not isinstance(type_.this, exp.DType):
        return _UNKNOWN
    name = _NAMES.get(type_.this, type_.this.value.lower())
    inner = [part.kind if isinstance(part, exp.ColumnDef) else part for part in type_.expressions]
    types = [typetype_of_value(part) for part in inner if isinstance(part, exp.DataType)]
    return f"{name}({', '.join(types)})" if types else name


_ANY_ORDER = (
    exp.And,
    exp.Array,
    exp.Between,
    exp.Coalesce,
    exp.Concat,
    exp.EQ,
    exp.Greatest,
    exp.GT,
    exp.GTE,
    exp.In,
    exp.Least,
    exp.LT,
    exp.LTE,
    exp.NEQ,
    exp.NullSafeEQ,
    exp.NullSafeNEQ,
    exp.Or,
)
_GIVEN_NOTHING = (
    exp.Boolean,
    exp.CTE,
    exp.DataType,
    exp.DataTypeParam,
    exp.Exists,
    exp.Filter,
    exp.From,
    exp.Having,
    exp.Interval,
    exp.Join,
    exp.Lambda,
    exp.Limit,
    exp.Null,
    exp.Offset,
    exp.Order,
    exp.Select,
    exp.Star,
    exp.Subquery,
    exp.Values,
    exp.Where,
    exp.WindowSpec,
    exp.With,
)
_BY_KIND: tuple[tuple[tuple[type[exp.Expr], ...], Callable[[Any], Iterator[Types]]], ...] = (
    ((exp.SetOperation,), _of_columns),
    ((exp.Case,), _of_case),
    ((exp.If,), _of_if),
    ((exp.Cast,), _of_cast),
    ((exp.Is,), _of_is),
    ((exp.Ordered,), _of_order),
    ((exp.Group, exp.Distinct), _of_each),
    (_ANY_ORDER, _of_any_order),
    (_GIVEN_NOTHING, _of_nothing),
)
