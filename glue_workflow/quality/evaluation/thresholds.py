"""Is a measured value what a condition asks for? Exact as long as no float is involved.

`between` leaves both ends out and `not between` takes them in, as in the language.
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

Measure = int | float | Decimal | Fraction
Exact = Fraction | float
Past = Callable[[int], Sequence[float]]


def no_past(_count: int) -> Sequence[float]:
    return ()


def holds(condition: Condition, measured: Measure, past: Past = no_past) -> bool | None:
    """None when there are no past values to compare with. Raises ZeroDivisionError for a threshold that does so."""
    bounds = bounds_of(condition, past)
    if bounds is None:
        return None
    return _compare(condition.operator, *_alike(measured, bounds))


def bounds_of(condition: Condition, past: Past = no_past) -> list[Exact] | None:
    """The numbers that a condition compares with, or None as long as past values are missing for one."""
    bounds = [value_of(operand, past) for operand in condition.operands]
    known = [bound for bound in bounds if bound is not None]
    return known if len(known) == len(bounds) else None


def _compare(operator: Operator, value: Exact, limits: list[Exact]) -> bool:
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


def value_of(operand: Operand, past: Past = no_past) -> Exact | None:
    """The number that an expression stands for, or None without the past values that it needs."""
    match operand:
        case Number(value):
            return Fraction(value)
        case Binary(operator, left, right):
            return _calculate(operator, value_of(left, past), value_of(right, past))
        case Call("abs", (argument,)):
            number = value_of(argument, past)
            return -number if number is not None and number < 0 else number
        case Call(function, (Last(count), *others)):
            return _of_past(function, list(past(count)), others)
    raise AssertionError(operand)


def _alike(measured: Measure, bounds: list[Exact]) -> tuple[Exact, list[Exact]]:
    """One float makes floats of all: 0.95 out of the history is meant to equal 95 of 100."""
    if isinstance(measured, float) or any(isinstance(bound, float) for bound in bounds):
        return float(measured), [float(bound) for bound in bounds]
    return Fraction(measured), bounds


def _calculate(operator: str, left: Exact | None, right: Exact | None) -> Exact | None:
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


def _of_past(function: str, values: list[float], others: Sequence[Expression]) -> Exact | None:
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
