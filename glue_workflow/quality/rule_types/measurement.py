"""The measurement of a rule: what it selects, and how the answers become one number.

A fraction of no rows is 1, because no row breaks the rule. A statistic of no values is None, and the rule fails. Use
RowCount to refuse empty tables.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from millrace.athena_sql.ports import Result, Value
from millrace.errors import QueryError
from millrace.glue_workflow.quality.rule_types.scans import SelectItem
from millrace.glue_workflow.quality.rule_types.thresholds import MeasuredNumber

Answer = Value | Result
Answers = Sequence[Answer]


@dataclass(frozen=True, slots=True)
class MeasuredValue:
    """A rule's number; None when there was nothing to measure. `failing` is the count of failing rows, if known."""

    value: MeasuredNumber | None
    detail: str = ""
    failing: int | None = None


@dataclass(frozen=True, slots=True)
class Measurement:
    """SELECT items, and `read`, which makes one value of their answers in the same order.

    `read` raises QueryError for answers that cannot be used.
    """

    items: tuple[SelectItem, ...]
    read: Callable[[Answers], MeasuredValue]


def number(answer: Answer) -> int | float | Decimal | None:
    """A number that can be compared: NULL, NaN and infinity are None, TRUE is 1. Raises QueryError for other types."""
    match answer:
        case None:
            return None
        case bool():
            return int(answer)
        case float():
            return answer if math.isfinite(answer) else None
        case Decimal():
            return answer if answer.is_finite() else None
        case int():
            return answer
    raise QueryError(f"the SQL gives {type(answer).__name__}, not a number.")


def count(answer: Answer) -> int:
    """A count. The SUM of counts over no rows is NULL, which is taken as 0."""
    return int(number(answer) or 0)


def fraction(part: int, of: int) -> Fraction:
    return Fraction(part, of) if of else Fraction(1)


def ratio(first: MeasuredNumber | None, second: MeasuredNumber | None) -> MeasuredNumber | None:
    """The first number by the second: None when one is missing or a division by zero; 1 when both are zero."""
    if first is None or second is None:
        return None
    if not second:
        return None if first else Fraction(1)
    if isinstance(first, float) or isinstance(second, float):
        return float(first) / float(second)
    return Fraction(first) / Fraction(second)
