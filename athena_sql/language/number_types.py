"""The types of numbers in Athena: the common type of two, and what arithmetic, rounding and aggregates give."""

from __future__ import annotations

from sqlglot import exp

from millrace.athena_sql.portability.dialect import INTEGERS
from millrace.athena_sql.ports import MAX_DIGITS

BIGINT = exp.DataType.build(exp.DType.BIGINT)
DOUBLE = exp.DataType.build(exp.DType.DOUBLE)
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


def decimal(precision: int, scale: int) -> exp.DataType:
    sizes = [exp.DataTypeParam(this=exp.Literal.number(size)) for size in (min(precision, MAX_DIGITS), scale)]
    return exp.DataType(this=exp.DType.DECIMAL, expressions=sizes, nested=False)


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


def is_decimal(type_: exp.DataType) -> bool:
    return type_.this is exp.DType.DECIMAL


def common_number(one: exp.DataType, other: exp.DataType) -> exp.DataType:
    """The type that both are converted to: DOUBLE before REAL before DECIMAL before whole numbers."""
    wider = max(one, other, key=lambda type_: _ORDER.index(type_.this))
    if wider.this is not exp.DType.DECIMAL:
        return wider
    (p1, s1), (p2, s2) = precision_and_scale(one), precision_and_scale(other)
    scale = max(s1, s2)
    return decimal(max(p1 - s1, p2 - s2) + scale, scale)


def sum_of(p1: int, s1: int, p2: int, s2: int) -> tuple[int, int]:
    """Precision and scale of a sum of two DECIMALs; so below."""
    scale = max(s1, s2)
    return max(p1 - s1, p2 - s2) + scale + 1, scale


def product_of(p1: int, s1: int, p2: int, s2: int) -> tuple[int, int]:
    return p1 + p2, s1 + s2


def quotient_of(p1: int, s1: int, p2: int, s2: int) -> tuple[int, int]:
    return p1 + s2 + max(s2 - s1, 0), max(s1, s2)


def rest_of(p1: int, s1: int, p2: int, s2: int) -> tuple[int, int]:
    scale = max(s1, s2)
    return min(p1 - s1, p2 - s2) + scale, scale


def total(type_: exp.DataType) -> exp.DataType:
    """Of sum."""
    if type_.this in INTEGERS:
        return BIGINT
    return decimal(MAX_DIGITS, precision_and_scale(type_)[1]) if is_decimal(type_) else type_


def mean(type_: exp.DataType) -> exp.DataType:
    """Of avg."""
    return DOUBLE if type_.this in INTEGERS else type_


def whole(type_: exp.DataType) -> exp.DataType:
    """Of floor and ceil, and of round without digits."""
    if not is_decimal(type_):
        return type_
    precision, scale = precision_and_scale(type_)
    return decimal(precision - scale + min(scale, 1), 0)


def sign(type_: exp.DataType) -> exp.DataType:
    return decimal(1, 0) if is_decimal(type_) else type_
