"""Athena's types as annotations of a tree: sqlglot's annotator, corrected."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import reduce
from typing import Any

from sqlglot import exp
from sqlglot.optimizer.annotate_types import TypeAnnotator

from millrace.athena_sql.language.function_types import METADATA
from millrace.athena_sql.language.lambda_types import filtered, named, reduced, transformed
from millrace.athena_sql.language.nested_types import UNKNOWN, array_of, part_of, type_of
from millrace.athena_sql.language.number_types import (
    BIGINT,
    common_number,
    decimal,
    is_decimal,
    is_number,
    mean,
    precision_and_scale,
    product_of,
    quotient_of,
    rest_of,
    sign,
    sum_of,
    total,
    whole,
)
from millrace.athena_sql.portability.dialect import ATHENA, INTEGERS

Annotator = Callable[[TypeAnnotator, Any], object]

_REAL = exp.DataType.build(exp.DType.FLOAT)
_MAX_INTEGER = 2**31 - 1


class AthenaTypes(TypeAnnotator):
    """sqlglot's annotator; where numbers of several types meet, with Athena's common type."""

    def __init__(self, schema: Any) -> None:
        super().__init__(schema, expression_metadata=_METADATA)

    def _maybe_coerce(
        self, type1: exp.DataType | exp.DType, type2: exp.DataType | exp.DType
    ) -> exp.DataType | exp.DType:
        one, other = (type_ if isinstance(type_, exp.DataType) else type_.into_expr() for type_ in (type1, type2))
        return common_number(one, other) if is_number(one) and is_number(other) else super()._maybe_coerce(type1, type2)


def _types(nodes: Iterable[exp.Expr | None]) -> list[exp.DataType]:
    return [type_of(node) for node in nodes if node is not None]


def _common(types: Iterable[exp.DataType]) -> exp.DataType | None:
    """Of numbers only; a NULL has the type of the others. None where another rule must tell."""
    known = [type_ for type_ in types if type_.this is not exp.DType.NULL]
    return reduce(common_number, known) if known and all(map(is_number, known)) else None


def _arithmetic(of_decimals: Callable[[int, int, int, int], tuple[int, int]]) -> Annotator:
    """`of_decimals`: from two precisions and scales, p1, s1, p2, s2."""

    def annotate(self: TypeAnnotator, node: exp.Binary) -> None:
        found = _common(sides := [type_of(node.this), type_of(node.expression)])
        if found is None:
            self._annotate_binary(node)
        elif is_decimal(found) and all(map(is_number, sides)):
            self._set_type(node, decimal(*of_decimals(*precision_and_scale(sides[0]), *precision_and_scale(sides[1]))))
        else:
            self._set_type(node, found)

    return annotate


def _by_parts(*names: str) -> Annotator:
    """The common type of these parts."""

    def annotate(self: TypeAnnotator, node: exp.Expr) -> None:
        found = _common(_types(_parts(node, names)))
        if found is None:
            self._annotate_by_args(node, *names)
        else:
            self._set_type(node, found)

    return annotate


def _parts(node: exp.Expr, names: Iterable[str]) -> Iterator[exp.Expr]:
    for name in names:
        part = node.args.get(name)
        yield from part if isinstance(part, list) else [part] if part is not None else []


def _case(self: TypeAnnotator, node: exp.Case) -> None:
    values = [one.args["true"] for one in node.args["ifs"]]
    otherwise = node.args.get("default")
    found = _common(_types([*values, otherwise]))
    if found is None:
        self._annotate_by_args(node, *values, "default")
    else:
        self._set_type(node, found)


def _by_value(change: Callable[[exp.DataType], exp.DataType]) -> Annotator:
    """From the type of the value, if it is a number."""

    def annotate(self: TypeAnnotator, node: exp.Expr) -> None:
        type_ = type_of(node.this)
        self._set_type(node, change(type_) if is_number(type_) else type_)

    return annotate


def _of_element(self: TypeAnnotator, node: exp.Expr) -> None:
    self._set_type(node, part_of(type_of(node.this)))


def _round(self: TypeAnnotator, node: exp.Round) -> None:
    type_ = type_of(node.this)
    if is_decimal(type_) and node.args.get("decimals") is not None:
        precision, scale = precision_and_scale(type_)
        self._set_type(node, decimal(precision + 1, scale))
    else:
        self._set_type(node, whole(type_) if is_number(type_) else type_)


def _sequence(self: TypeAnnotator, node: exp.GenerateSeries) -> None:
    entry = type_of(node.args.get("start"))
    self._set_type(node, array_of(BIGINT if entry.this in INTEGERS else entry))


def _truncated(self: TypeAnnotator, node: exp.Trunc) -> None:
    type_ = type_of(node.this)
    if node.args.get("decimals") is None and (is_decimal(type_) or type_.this in INTEGERS):
        precision, scale = precision_and_scale(type_)
        type_ = decimal(max(precision - scale, 1), 0)
    self._set_type(node, type_)


def _or_several(self: TypeAnnotator, node: exp.Expr) -> None:
    """Of max(x, n) and max_by(x, y, n): an ARRAY."""
    type_ = type_of(node.this)
    several = node.args.get("count") or (node.expressions if isinstance(node, exp.Max | exp.Min) else None)
    if several and type_.this is not exp.DType.UNKNOWN:
        type_ = array_of(type_)
    self._set_type(node, type_)


def _quantile(self: TypeAnnotator, node: exp.ApproxQuantile) -> None:
    type_ = type_of(node.this)
    found = BIGINT if type_.this in INTEGERS else _REAL if is_decimal(type_) else type_
    quantile = node.args.get("quantile")
    if isinstance(quantile, exp.Expr) and isinstance(quantile.unnest(), exp.Array):
        found = array_of(found)
    self._set_type(node, found)


def _literal(self: TypeAnnotator, node: exp.Literal) -> None:
    self._annotate_literal(node)
    if node.is_int and int(node.name) > _MAX_INTEGER:
        self._set_type(node, BIGINT)


def _negative(self: TypeAnnotator, node: exp.Neg) -> None:
    """The least INTEGER is written as a minus and a number that is one too large."""
    is_least = isinstance(node.this, exp.Literal) and node.this.is_int and int(node.this.name) == _MAX_INTEGER + 1
    self._set_type(node, exp.DType.INT if is_least else type_of(node.this))


def _distinct(self: TypeAnnotator, node: exp.Distinct) -> None:
    self._set_type(node, node.expressions[0].type if len(node.expressions) == 1 else UNKNOWN)


_WHOLE_FIELDS = (
    exp.Day,
    exp.DayOfMonth,
    exp.DayOfWeek,
    exp.DayOfWeekIso,
    exp.DayOfYear,
    exp.Extract,
    exp.Hour,
    exp.Minute,
    exp.Month,
    exp.Quarter,
    exp.Second,
    exp.Week,
    exp.WeekOfYear,
    exp.Year,
    exp.YearOfWeek,
    exp.YearOfWeekIso,
)
_GIVEN = (  # the type of the value itself
    exp.Abs,
    exp.AnyValue,
    exp.Filter,
    exp.Try,
    exp.Window,
    exp.IgnoreNulls,
    exp.RespectNulls,
    exp.FirstValue,
    exp.LastValue,
    exp.NthValue,
    exp.Nullif,
    exp.Paren,
)


def _annotators() -> Iterator[tuple[type[exp.Expr], Annotator]]:
    yield exp.Literal, _literal
    yield exp.Add, _arithmetic(sum_of)
    yield exp.Sub, _arithmetic(sum_of)
    yield exp.Mul, _arithmetic(product_of)
    yield exp.Div, _arithmetic(quotient_of)
    yield exp.Mod, _arithmetic(rest_of)
    yield exp.Coalesce, _by_parts("this", "expressions")
    yield exp.Greatest, _by_parts("this", "expressions")
    yield exp.Least, _by_parts("this", "expressions")
    yield exp.If, _by_parts("true", "false")
    yield exp.Lag, _by_parts("this", "default")
    yield exp.Lead, _by_parts("this", "default")
    yield exp.Case, _case
    yield exp.Sum, _by_value(total)
    yield exp.Avg, _by_value(mean)
    yield exp.Floor, _by_value(whole)
    yield exp.Ceil, _by_value(whole)
    yield exp.Round, _round
    yield exp.GenerateSeries, _sequence
    yield exp.Trunc, _truncated
    yield exp.Sign, _by_value(sign)
    for aggregate in (exp.Max, exp.Min, exp.ArgMax, exp.ArgMin):
        yield aggregate, _or_several
    yield exp.ApproxQuantile, _quantile
    yield exp.Neg, _negative
    yield exp.Distinct, _distinct
    yield exp.Anonymous, named
    yield exp.Transform, transformed
    yield exp.ArrayFilter, filtered
    yield exp.Reduce, reduced
    yield exp.ArrayMax, _of_element
    yield exp.ArrayMin, _of_element
    for kind in _GIVEN:
        yield kind, _by_value(lambda type_: type_)


_METADATA: dict[type[exp.Expr], dict[str, Any]] = {
    **ATHENA.EXPRESSION_METADATA,
    **METADATA,
    **{kind: {"annotator": annotator} for kind, annotator in _annotators()},
    **{kind: {"returns": exp.DType.BIGINT} for kind in _WHOLE_FIELDS},
    **{kind: {"returns": exp.DType.DOUBLE} for kind in (exp.TimeToUnix, exp.Atan2, exp.RegrSlope, exp.RegrIntercept)},
    **{
        kind: {"returns": exp.DType.BIGINT}
        for kind in (exp.BitwiseAndAgg, exp.BitwiseOrAgg, exp.BitwiseXorAgg, exp.ArrayPosition, exp.FromBase)
    },
    exp.Grouping: {"returns": exp.DType.INT},
}
