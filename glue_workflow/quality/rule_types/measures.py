"""What a rule measures: its asks, and how the answers become one number.

Fractions over no rows are 1: nothing breaks the rule. Statistics over no values are None: nothing can be said, and the
rule fails. RowCount is the rule against empty tables.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from millrace.athena_sql.ports import Result, Value
from millrace.errors import QueryError
from millrace.glue_workflow.quality.evaluation.thresholds import Measure
from millrace.glue_workflow.quality.rule_types.scans import Ask

Answer = Value | Result
Answers = Sequence[Answer]


@dataclass(frozen=True, slots=True)
class Measured:
    """`value` is None when there was nothing to measure; `failing` is known for rules about rows."""

    value: Measure | None
    detail: str = ""
    failing: int | None = None


@dataclass(frozen=True, slots=True)
class Measuring:
    """`read` takes the answers in the order of the asks. It raises QueryError for answers of no use."""

    asks: tuple[Ask, ...]
    read: Callable[[Answers], Measured]


def number(answer: Answer) -> int | float | Decimal | None:
    """A number that can be compared: NULL, NaN and infinity are None, TRUE is 1. Raises QueryError for all else."""
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
    """A count; the SUM of counts over no rows is NULL, and that is 0."""
    return int(number(answer) or 0)


def fraction(part: int, of: int) -> Fraction:
    return Fraction(part, of) if of else Fraction(1)


def ratio(first: Measure | None, second: Measure | None) -> Measure | None:
    """None without either number, or when it would divide by zero; two zeros are alike, so 1."""
    if first is None or second is None:
        return None
    if not second:
        return None if first else Fraction(1)
    if isinstance(first, float) or isinstance(second, float):
        return float(first) / float(second)
    return Fraction(first) / Fraction(second)
