"""A DQDL rule file as values. Positions are for messages only and do not count in comparisons for equality."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class TextPosition:
    """Line and column in the rule file, both from 1."""

    line: int
    column: int


NOWHERE = TextPosition(0, 0)


class Operator(StrEnum):
    """What a condition does with its operands."""

    EQUAL = "="
    NOT_EQUAL = "!="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    BETWEEN = "between"
    NOT_BETWEEN = "not between"
    IN = "in"
    NOT_IN = "not in"
    MATCHES = "matches"
    NOT_MATCHES = "not matches"


EQUALITY = (Operator.EQUAL, Operator.NOT_EQUAL, Operator.IN, Operator.NOT_IN)
PATTERNS = (Operator.MATCHES, Operator.NOT_MATCHES)


class OnFailure(StrEnum):
    """The values of the label `on_failure`: publish nothing, send a warning, or set the failing rows aside."""

    STOP = "stop"
    WARN = "warn"
    SET_ASIDE = "set_aside"


class Keyword(StrEnum):
    """A keyword that stands for a value."""

    NULL = "NULL"
    EMPTY = "EMPTY"
    WHITESPACES_ONLY = "WHITESPACES_ONLY"


class Unit(StrEnum):
    """The unit of a duration."""

    DAYS = "days"
    HOURS = "hours"
    MINUTES = "minutes"


@dataclass(frozen=True, slots=True)
class Number:
    value: Decimal


@dataclass(frozen=True, slots=True)
class Last:
    """`last(n)`: the rule's newest past values, at most n of them."""

    count: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function of past values or of numbers, such as `avg(last(10))`."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Binary:
    """Two numbers with `operator` between them: one of + - * /."""

    operator: str
    left: Expression
    right: Expression


Expression = Number | Last | Call | Binary


@dataclass(frozen=True, slots=True)
class Text:
    value: str


@dataclass(frozen=True, slots=True)
class Duration:
    count: int
    unit: Unit


@dataclass(frozen=True, slots=True)
class Now:
    """`now()`, or `(now() - 3 days)` with `sign` -1 and an `offset`."""

    sign: int = 0
    offset: Duration | None = None


@dataclass(frozen=True, slots=True)
class Variable:
    """`$name`: a reference to a text or a list of texts that the file defines."""

    name: str
    position: TextPosition = field(default=NOWHERE, compare=False)


Operand = Expression | Text | Duration | Now | Keyword | Variable


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison: `between` has two operands, `in` any number, every other operator one."""

    operator: Operator
    operands: tuple[Operand, ...]
    position: TextPosition = field(default=NOWHERE, compare=False)


Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `where` is an SQL condition on a row, `threshold` a condition on the fraction of passing rows."""

    type: str
    parameters: tuple[Text | Variable, ...] = ()
    condition: Condition | None = None
    where: str | None = None
    threshold: Condition | None = None
    labels: Labels = ()
    position: TextPosition = field(default=NOWHERE, compare=False)

    def text_of(self, index: int) -> str:
        """The text of a parameter, in a rule whose variables are resolved."""
        parameter = self.parameters[index]
        assert isinstance(parameter, Text), "variables are resolved before a rule is compiled"
        return parameter.value

    @property
    def required_condition(self) -> Condition:
        """The condition of a rule whose type requires one."""
        assert self.condition is not None, "a file in which it is missing is refused at load"
        return self.condition


@dataclass(frozen=True, slots=True)
class Composite:
    """Rules joined by `and` or `or`. Each is judged over the whole table, then their verdicts are combined."""

    operator: str
    members: tuple[AnyRule, ...]
    position: TextPosition = field(default=NOWHERE, compare=False)


AnyRule = Rule | Composite


@dataclass(frozen=True, slots=True)
class Definition:
    """The definition of a variable: `name = "text"` or `name = ["a", "b"]`."""

    name: str
    value: str | tuple[str, ...]
    position: TextPosition = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Ruleset:
    """A whole rule file. `name` is the file's, for messages, and does not count in comparisons for equality."""

    rules: tuple[AnyRule, ...]
    definitions: tuple[Definition, ...] = ()
    default_labels: Labels = ()
    name: str = field(default="rules", compare=False)


def members_of(rule: AnyRule) -> list[Rule]:
    """The plain rules of a rule, from left to right."""
    if isinstance(rule, Rule):
        return [rule]
    return [leaf for member in rule.members for leaf in members_of(member)]


def labels_of(rule: AnyRule, default: Labels = ()) -> dict[str, str]:
    """The file's default labels, overridden by the rule's own. A composite has the labels of its members."""
    labels = dict(default)
    for member in members_of(rule):
        labels.update(member.labels)
    return labels


def on_failure_of(rule: AnyRule, default: Labels = ()) -> OnFailure:
    return OnFailure(labels_of(rule, default).get("on_failure", OnFailure.STOP))


def conditions_of(rule: Rule) -> list[Condition]:
    return [condition for condition in (rule.condition, rule.threshold) if condition]


def uses_past(condition: Condition) -> bool:
    """Whether the condition needs past results of the rule (a dynamic rule in AWS Glue's words)."""
    return any(isinstance(operand, Call | Binary) and _needs_past(operand) for operand in condition.operands)


def _needs_past(expression: Expression) -> bool:
    match expression:
        case Last():
            return True
        case Call(_, arguments):
            return any(_needs_past(argument) for argument in arguments)
        case Binary(_, left, right):
            return _needs_past(left) or _needs_past(right)
    return False


def is_date(text: str) -> bool:
    """Whether the text is a date of the calendar, written YYYY-MM-DD."""
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def with_variables(rule: Rule, definitions: tuple[Definition, ...]) -> Rule:
    """The rule with its variables replaced by their values. Raises KeyError for a name that is not defined."""
    values = {definition.name: definition.value for definition in definitions}

    def texts(operand: Text | Variable) -> list[Text]:
        if isinstance(operand, Text):
            return [operand]
        value = values[operand.name]
        return [Text(value)] if isinstance(value, str) else [Text(item) for item in value]

    parameters = tuple(text for parameter in rule.parameters for text in texts(parameter))
    condition = rule.condition
    if condition is not None:
        operands: list[Operand] = []
        for operand in condition.operands:
            operands += texts(operand) if isinstance(operand, Variable) else [operand]
        condition = replace(condition, operands=tuple(operands))
    return replace(rule, parameters=parameters, condition=condition)
