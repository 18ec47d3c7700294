"""Comparison of a measured number with a condition, whose bounds may depend on past values.

It is exact unless a float is involved. `between` excludes both bounds and `not between` includes them, as in the
language.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction

from millrace.glue_workflow.quality.language.model import (
    Binary,
    Call,
    Condition,
    Expression,
    Last,
    Number,
    Operand,
    Operator,
)

MeasuredNumber = int | float | Decimal | Fraction
ExactNumber = Fraction | float
PastValues = Callable[[int], Sequence[float]]


def no_past_values(_count: int) -> Sequence[float]:
    return ()


def holds(condition: Condition, measured: MeasuredNumber, past: PastValues = no_past_values) -> bool | None:
    """Whether the number meets the condition; None when the past values that it needs are missing.

    Raises ZeroDivisionError when the condition divides by zero.
    """
    bounds = bounds_of(condition, past)
    if bounds is None:
        return None
    return _compare(condition.operator, *_in_one_type(measured, bounds))


def bounds_of(condition: Condition, past: PastValues = no_past_values) -> list[ExactNumber] | None:
    """The numbers that a condition compares with; None when the past values that one of them needs are missing."""
    bounds = [value_of(operand, past) for operand in condition.operands]
    known = [bound for bound in bounds if bound is not None]
    return known if len(known) == len(bounds) else None


def _compare(operator: Operator, value: ExactNumber, limits: list[ExactNumber]) -> bool:
    match operator:
        case Operator.EQUAL | Operator.IN:
            return value in limits
        case Operator.NOT_EQUAL | Operator.NOT_IN:
            return value not in limits
        case Operator.BETWEEN:
            return limits[0] < value < limits[1]
        case Operator.NOT_BETWEEN:
            return not limits[0] < value < limits[1]
        case Operator.GREATER:
            return value > limits[0]
        case Operator.GREATER_OR_EQUAL:
            return value >= limits[0]
        case Operator.LESS:
            return value < limits[0]
        case Operator.LESS_OR_EQUAL:
            return value <= limits[0]
    raise AssertionError(operator)


def value_of(operand: Operand, past: PastValues = no_past_values) -> ExactNumber | None:
    """The number that an expression stands for; None when the past values that it needs are missing."""
    match operand:
        case Number(value):
            return Fraction(value)
        case Binary(operator, left, right):
            return _calculate(operator, value_of(left, past), value_of(right, past))
        case Call("abs", (argument,)):
            number = value_of(argument, past)
            return -number if number is not None and number < 0 else number
        case Call(function, (Last(count), *others)):
            return _statistic(function, list(past(count)), others)
    raise AssertionError(operand)


def _in_one_type(measured: MeasuredNumber, bounds: list[ExactNumber]) -> tuple[ExactNumber, list[ExactNumber]]:
    """All numbers as floats if one of them is: a past value of 0.95 has to equal 95 of 100."""
    if isinstance(measured, float) or any(isinstance(bound, float) for bound in bounds):
        return float(measured), [float(bound) for bound in bounds]
    return Fraction(measured), bounds


def _calculate(operator: str, left: ExactNumber | None, right: ExactNumber | None) -> ExactNumber | None:
    if left is None or right is None:
        return None
    match operator:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
    return left / right


def _statistic(function: str, values: list[float], others: Sequence[Expression]) -> ExactNumber | None:
    if function == "count":
        return Fraction(len(values))
    if function == "index":
        position = int(value_of(others[0]) or 0)
        return float(values[position]) if position < len(values) else None
    return float(_STATISTICS[function](values)) if values else None


_STATISTICS: dict[str, Callable[[list[float]], float]] = {
    "avg": statistics.fmean,
    "max": max,
    "median": statistics.median,
    "min": min,
    "std": statistics.pstdev,
    "sum": sum,
}
