"""What a job may say beside its kind: when it is made, how often it is called, and over what.

A condition is read from text, such as `count.rows > 0`: a field of the output of the job `count`, compared with
a number, with true, false or null, or with a text in quotes.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any, Self

from millrace.errors import DefinitionError, JobError

Literal = str | int | float | bool | None

_CONDITION = re.compile(r"(?:(?P<job>\w+)\.)?(?P<field>\w+)\s*(?P<operator>=|!=|<=|>=|<|>)\s*(?P<value>.+)")
_TEXT = re.compile(r"'(?P<text>[^']*)'")
_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_ORDERED = ("<", "<=", ">", ">=")
MOST_AT_ONCE = 40  # of the items of one job, as one Map state of Step Functions makes them at a time


class Joins(StrEnum):
    """Which of the jobs before it a job needs: all of them, or one."""

    ALL = "all"
    ANY = "any"


class JobRuntime(StrEnum):
    """What makes a job on AWS: a Lambda function on Athena, or a Glue job."""

    LAMBDA = "lambda"
    GLUE = "glue"


@dataclass(frozen=True, slots=True)
class OutputCondition:
    """A field of a job's output, compared with a value. `job`: whose output; "" for the job's own.

    Numbers are in order among numbers, texts among texts; another comparison of the kind does not hold.
    """

    field: str
    comparison: str
    value: Literal
    job: str = ""

    @classmethod
    def of(cls, text: str) -> Self:
        """Raises DefinitionError."""
        found = _CONDITION.fullmatch(text.strip())
        if found is None:
            raise _unreadable(text)
        value = _literal(found["value"], text)
        if found["operator"] in _ORDERED and (value is None or isinstance(value, bool)):
            raise DefinitionError(
                f"the condition {text!r} can never hold: {found['value']} is neither more nor less than another value.",
                hint="Compare it by = or !=.",
            )
        return cls(found["field"], found["operator"], value, found["job"] or "")

    def __str__(self) -> str:
        value = f"'{self.value}'" if isinstance(self.value, str) else json.dumps(self.value)
        return f"{f'{self.job}.' if self.job else ''}{self.field} {self.comparison} {value}"

    def holds(self, output: Mapping[str, Any]) -> bool:
        """Raises JobError where the output has no such field."""
        if self.field not in output:
            raise JobError(
                f"the condition {self} cannot be decided: the output has no {self.field!r}.",
                hint=f"Let the job answer it. It has: {', '.join(output) or 'nothing'}.",
            )
        given = output[self.field]
        if self.comparison in _ORDERED and not _in_order(given, self.value):
            return False
        return _COMPARED[self.comparison](given, self.value)


@dataclass(frozen=True, slots=True)
class Until:
    """A job is called again, `every` so often, until the condition holds of its output; `at_most` times.

    Without a condition, the job itself says whether it is done.
    """

    every: timedelta
    at_most: int
    condition: OutputCondition | None = None

    def __post_init__(self) -> None:
        if self.every < timedelta(seconds=1) or self.at_most < 1:
            raise DefinitionError(
                f"a job is called again every {self.every.total_seconds():g} s, at most {self.at_most} times.",
                hint="Give it a second or more, and once or more.",
            )
        if self.condition is not None and self.condition.job:
            raise DefinitionError(
                f"`until` names the job {self.condition.job!r}: {self.condition}.",
                hint="It is about the job's own output: leave the name out.",
            )

    @property
    def longest(self) -> timedelta:
        return self.every * self.at_most


@dataclass(frozen=True, slots=True)
class MapOver:
    """A job is made for each item of a list of texts in an earlier job's output, some of them `at_once`."""

    job: str
    field: str
    at_once: int

    def __post_init__(self) -> None:
        if not 1 <= self.at_once <= MOST_AT_ONCE:
            raise DefinitionError(
                f"the items of {self.job}.{self.field} would be made {self.at_once} at once.",
                hint=f"Give at_once a number from 1 to {MOST_AT_ONCE}.",
            )


def _literal(text: str, condition: str) -> Literal:
    if found := _TEXT.fullmatch(text.strip()):
        return found["text"]
    try:
        value = json.loads(text)
    except ValueError:
        raise _unreadable(condition) from None
    if isinstance(value, dict | list):
        raise _unreadable(condition)
    return value  # type: ignore[no-any-return]  # what JSON has beside objects and lists


def _unreadable(text: str) -> DefinitionError:
    return DefinitionError(
        f"cannot read the condition {text!r}.",
        hint="Write FIELD, one of = != < <= > >=, and a number, true, false, null or a 'text': rows > 0.",
    )


def _in_order(given: Any, value: Literal) -> bool:
    """Whether one of the two can be more than the other."""
    if isinstance(given, bool) or isinstance(value, bool):
        return False
    both_numbers = isinstance(given, int | float) and isinstance(value, int | float)
    return both_numbers or (isinstance(given, str) and isinstance(value, str))
