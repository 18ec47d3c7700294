"""The types of numbers in Athena, as annotations of a tree: what arithmetic, rounding and aggregates give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import reduce
from typing import Any

from sqlglot import exp
from sqlglot.optimizer.annotate_types import TypeAnnotator

from millrace.athena_sql.language.function_types import METADATA, type_of_call
from millrace.athena_sql.portability.dialect import ATHENA, INTEGERS
from millrace.athena_sql.ports import MAX_DIGITS

Annotator = Callable[[TypeAnnotator, Any], object]

_UNKNOWN = exp.DataType.build(exp.DType.UNKNOWN)
_BIGINT = exp.DataType.build(exp.DType.BIGINT)
_DOUBLE = exp.DataType.build(exp.DType.DOUBLE)
_REAL = exp.DataType.build(exp.DType.FLOAT)
# From the narrowest; a DECIMAL is between BIGINT and REAL.
_ORDER = (
    exp.DType.TINYINT,
    exp.DType.SMALLINT,
    exp.DType.INT,
    exp.DType.BIGINT,
    exp.DType.DECIMAL,
    exp.DType.FLOAT,
    exp.DType.DOUBLE,
)
_FRACTIONS = frozenset({exp.DType.DOUBLE, exp.DType.FLOAT})
_DIGITS = {exp.DType.TINYINT: 3, exp.DType.SMALLINT: 5, exp.DType.INT: 10, exp.DType.BIGINT: 19}
_MAX_INTEGER = 2**31 - 1


def decimal(precision: int, scale: int) -> exp.DataType:
    return exp.DataType.build(f"DECIMAL({min(precision, MAX_DIGITS)}, {scale})")


def precision_and_scale(type_: exp.DataType) -> tuple[int, int]:
    """Those of a DECIMAL, or of the DECIMAL that holds all whole numbers of a type."""
    if type_.this in _DIGITS:
        return _DIGITS[type_.this], 0
    sizes = [int(size.name) for size in type_.find_all(exp.DataTypeParam)]
    return (sizes[0] if sizes else MAX_DIGITS), (sizes[1] if len(sizes) > 1 else 0)


def is_number(type_: exp.DataType | None) -> bool:
    return type_ is not None and type_.this in _ORDER


def is_fraction(node: object) -> bool:
    """Whether it is a node that is a DOUBLE or REAL."""
    return isinstance(node, exp.Expr) and node.type is not None and node.type.this in _FRACTIONS


def common_number(one: exp.DataType, other: exp.DataType) -> exp.DataType:
    """The type that both are converted to: DOUBLE before REAL before DECIMAL before whole numbers."""
    wider = max(one, other, key=lambda type_: _ORDER.index(type_.this))
    if wider.this is not exp.DType.DECIMAL:
        return wider
    (p1, s1), (p2, s2) = precision_and_scale(one), precision_and_scale(other)
    scale = max(s1, s2)
    return decimal(max(p1 - s1, p2 - s2) + scale, scale)


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
    return [_type(node) for node in nodes if node is not None]


def _type(node: object) -> exp.DataType:
    """UNKNOWN for a part that is missing: a call may have fewer parts than it needs."""
    return (node.type or _UNKNOWN) if isinstance(node, exp.Expr) else _UNKNOWN


def _common(types: Iterable[exp.DataType]) -> exp.DataType | None:
    """Of numbers only; a NULL has the type of the others. None where another rule must tell."""
    known = [type_ for type_ in types if type_.this is not exp.DType.NULL]
    return reduce(common_number, known) if known and all(map(is_number, known)) else None


def _is_decimal(type_: exp.DataType) -> bool:
    return type_.this is exp.DType.DECIMAL


def _arithmetic(of_decimals: Callable[[int, int, int, int], tuple[int, int]], otherwise: str) -> Annotator:
    """`of_decimals`: from two precisions and scales, p1, s1, p2, s2. `otherwise`: sqlglot's annotation of what has no
    numbers."""

    def annotate(self: TypeAnnotator, node: exp.Binary) -> None:
        found = _common(sides := _types((node.this, node.expression)))
        if found is None:
            getattr(self, otherwise)(node)
        elif _is_decimal(found) and len(sides) == 2 and all(map(is_number, sides)):
            found = decimal(*of_decimals(*precision_and_scale(sides[0]), *precision_and_scale(sides[1])))
        if found is not None:
            self._set_type(node, found)

    return annotate


def _sum_of(p1: int, s1: int, p2: int, s2: int) -> tuple[int, int]:
    scale = max(s1, s2)
    return max(p1 - s1, p2 - s2) + scale + 1, scale


def _quotient_of(p1: int, s1: int, p2: int, s2: int) -> tuple[int, int]:
    return p1 + s2 + max(s2 - s1, 0), max(s1, s2)


def _rest_of(p1: int, s1: int, p2: int, s2: int) -> tuple[int, int]:
    scale = max(s1, s2)
    return min(p1 - s1, p2 - s2) + scale, scale


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


def _by_value(change: Callable[[exp.DataType], exp.DataType], part: str = "this") -> Annotator:
    """From the type of one part."""

    def annotate(self: TypeAnnotator, node: exp.Expr) -> None:
        value = node.args.get(part)
        type_ = _type(value)
        self._set_type(node, change(type_) if is_number(type_) else type_)

    return annotate


def _sum(type_: exp.DataType) -> exp.DataType:
    if type_.this in INTEGERS:
        return _BIGINT
    return decimal(MAX_DIGITS, precision_and_scale(type_)[1]) if _is_decimal(type_) else type_


def _mean(type_: exp.DataType) -> exp.DataType:
    return _DOUBLE if type_.this in INTEGERS else type_


def _whole(type_: exp.DataType) -> exp.DataType:
    """Of floor and ceil, and of round without digits."""
    if not _is_decimal(type_):
        return type_
    precision, scale = precision_and_scale(type_)
    return decimal(precision - scale + min(scale, 1), 0)


def _round(self: TypeAnnotator, node: exp.Round) -> None:
    type_ = _type(node.this)
    if _is_decimal(type_) and node.args.get("decimals") is not None:
        precision, scale = precision_and_scale(type_)
        self._set_type(node, decimal(precision + 1, scale))
    else:
        self._set_type(node, _whole(type_) if is_number(type_) else type_)


def _truncated(self: TypeAnnotator, node: exp.Trunc) -> None:
    type_ = _type(node.this)
    if node.args.get("decimals") is None and (_is_decimal(type_) or type_.this in INTEGERS):
        precision, scale = precision_and_scale(type_)
        type_ = decimal(max(precision - scale, 1), 0)
    self._set_type(node, type_)


def _sign(type_: exp.DataType) -> exp.DataType:
    return decimal(1, 0) if _is_decimal(type_) else type_


def _or_several(self: TypeAnnotator, node: exp.Expr) -> None:
    """Of max(x, n) and max_by(x, y, n): an ARRAY."""
    type_ = _type(node.this)
    several = node.args.get("count") or (node.expressions if isinstance(node, exp.Max | exp.Min) else None)
    if several and type_.this is not exp.DType.UNKNOWN:
        type_ = _array_of(type_)
    self._set_type(node, type_)


def _quantile(self: TypeAnnotator, node: exp.ApproxQuantile) -> None:
    type_ = _type(node.this)
    found = _BIGINT if type_.this in INTEGERS else _REAL if _is_decimal(type_) else type_
    quantile = node.args.get("quantile")
    if isinstance(quantile, exp.Expr) and isinstance(quantile.unnest(), exp.Array):
        found = _array_of(found)
    self._set_type(node, found)


def _literal(self: TypeAnnotator, node: exp.Literal) -> None:
    self._annotate_literal(node)
    if node.is_int and int(node.name) > _MAX_INTEGER:
        self._set_type(node, _BIGINT)


def _negative(self: TypeAnnotator, node: exp.Neg) -> None:
    """The least INTEGER is written as a minus and a number that is one too large."""
    is_least = isinstance(node.this, exp.Literal) and node.this.is_int and int(node.this.name) == _MAX_INTEGER + 1
    self._set_type(node, exp.DType.INT if is_least else _type(node.this))


def _distinct(self: TypeAnnotator, node: exp.Distinct) -> None:
    self._set_type(node, node.expressions[0].type if len(node.expressions) == 1 else _UNKNOWN)


def _read_lambda(self: TypeAnnotator, function: exp.Expr, types: Sequence[exp.DataType]) -> exp.DataType:
    """Annotates a lambda whose parameters have these types; returns the type of what it gives."""
    if not isinstance(function, exp.Lambda):
        return _UNKNOWN
    known = {one.name.lower(): type_ for one, type_ in zip(function.expressions, types, strict=False)}
    for node in list(function.this.walk()):
        if isinstance(node, exp.Identifier):
            is_parameter = not isinstance(node.parent, exp.Column) and not (
                isinstance(node.parent, exp.Dot) and node.arg_key == "expression"
            )
            if is_parameter and (type_ := known.get(node.name.lower())) is not None:
                self._set_type(node, type_)
        elif not isinstance(node, exp.Column):
            self._visited.pop(id(node), None)
    self.annotate_expression(function.this)
    return function.this.type or _UNKNOWN


def _element(type_: exp.DataType | None) -> exp.DataType:
    """Of an array's entries."""
    inner = type_.expressions if type_ is not None and type_.this is exp.DType.ARRAY else ()
    return inner[0] if inner and isinstance(inner[0], exp.DataType) else _UNKNOWN


def _array_of(type_: exp.DataType) -> exp.DataType:
    if type_.this is exp.DType.UNKNOWN:
        return _UNKNOWN
    return exp.DataType(this=exp.DType.ARRAY, expressions=[type_.copy()], nested=True)


def _transformed(self: TypeAnnotator, node: exp.Transform) -> None:
    self._set_type(node, _array_of(_read_lambda(self, node.expression, [_element(_type(node.this))])))


def _filtered(self: TypeAnnotator, node: exp.ArrayFilter) -> None:
    _read_lambda(self, node.expression, [_element(_type(node.this))])
    self._set_type(node, _type(node.this))


def _reduced(self: TypeAnnotator, node: exp.Reduce) -> None:
    state = _type(node.args["initial"])
    given = _read_lambda(self, node.args["merge"], [state, _element(_type(node.this))])
    finish = node.args.get("finish")
    self._set_type(node, _read_lambda(self, finish, [given]) if finish is not None else given)


def _of_element(self: TypeAnnotator, node: exp.Expr) -> None:
    self._set_type(node, _element(_type(node.this)))


def _named(self: TypeAnnotator, node: exp.Anonymous) -> None:
    """A function that sqlglot does not know."""
    name = str(node.this).lower()
    if (known := type_of_call(node)) is not None:
        self._set_type(node, known)
    elif len(node.expressions) > 1 and isinstance(node.expressions[-1], exp.Lambda):
        *values, function = node.expressions
        given = _read_lambda(self, function, [_element(one.type) for one in values])
        self._set_type(node, _array_of(given) if name == "zip_with" else _BY_NAME.get(name, _UNKNOWN))
    elif name in _OF_FIRST and node.expressions:
        self._set_type(node, node.expressions[0].type)
    else:
        self._set_type(node, _BY_NAME.get(name, _UNKNOWN))


_OF_FIRST = frozenset({"bitwise_left_shift", "bitwise_right_shift", "bitwise_right_shift_arithmetic"})
_BY_NAME = {
    name: exp.DataType.build(type_)
    for type_, names in {
        exp.DType.BIGINT: "array_position bit_count from_base json_array_length json_size",
        exp.DType.BOOLEAN: "all_match any_match every none_match is_finite is_infinite",
        exp.DType.DOUBLE: "e geometric_mean infinity nan",
        exp.DType.VARCHAR: "to_base",
    }.items()
    for name in names.split()
}
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
    yield exp.Add, _arithmetic(_sum_of, "_annotate_binary")
    yield exp.Sub, _arithmetic(_sum_of, "_annotate_binary")
    yield exp.Mul, _arithmetic(lambda p1, s1, p2, s2: (p1 + p2, s1 + s2), "_annotate_binary")
    yield exp.Div, _arithmetic(_quotient_of, "_annotate_binary")
    yield exp.Mod, _arithmetic(_rest_of, "_annotate_binary")
    yield exp.Coalesce, _by_parts("this", "expressions")
    yield exp.Greatest, _by_parts("this", "expressions")
    yield exp.Least, _by_parts("this", "expressions")
    yield exp.If, _by_parts("true", "false")
    yield exp.Lag, _by_parts("this", "default")
    yield exp.Lead, _by_parts("this", "default")
    yield exp.Case, _case
    yield exp.Sum, _by_value(_sum)
    yield exp.Avg, _by_value(_mean)
    yield exp.Floor, _by_value(_whole)
    yield exp.Ceil, _by_value(_whole)
    yield exp.Round, _round
    yield exp.Trunc, _truncated
    yield exp.Sign, _by_value(_sign)
    for aggregate in (exp.Max, exp.Min, exp.ArgMax, exp.ArgMin):
        yield aggregate, _or_several
    yield exp.ApproxQuantile, _quantile
    yield exp.Neg, _negative
    yield exp.Distinct, _distinct
    yield exp.Anonymous, _named
    yield exp.Transform, _transformed
    yield exp.ArrayFilter, _filtered
    yield exp.Reduce, _reduced
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
