"""A DQDL rule file as values. Positions are for messages only: they take no part in equality."""

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
    """What the label `on_failure` says: publish nothing, tell people, or take the failing rows out."""

    STOP = "stop"
    WARN = "warn"
    SET_ASIDE = "set_aside"


class Word(StrEnum):
    """A keyword that stands for a value."""

    NULL = "NULL"
    EMPTY = "EMPTY"
    WHITESPACES_ONLY = "WHITESPACES_ONLY"


class Unit(StrEnum):
    DAYS = "days"
    HOURS = "hours"
    MINUTES = "minutes"


@dataclass(frozen=True, slots=True)
class Number:
    value: Decimal


@dataclass(frozen=True, slots=True)
class Last:
    """`last(n)`: the rule's n newest past values."""

    count: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function of past values or of numbers, such as `avg(last(10))`."""

    function: str
    arguments: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Binary:
    """`operator` is one of + - * /."""

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


Operand = Expression | Text | Duration | Now | Word | Variable


@dataclass(frozen=True, slots=True)
class Condition:
    """`between` takes two operands, sets any number, the others one."""

    operator: Operator
    operands: tuple[Operand, ...]
    position: TextPosition = field(default=NOWHERE, compare=False)


Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule; `where` is an SQL condition on a row, `threshold` a condition on the fraction of passing rows."""

    type: str
    parameters: tuple[Text | Variable, ...] = ()
    condition: Condition | None = None
    where: str | None = None
    threshold: Condition | None = None
    labels: Labels = ()
    position: TextPosition = field(default=NOWHERE, compare=False)

    def text_of(self, index: int) -> str:
        """A parameter's text. Only for rules whose variables are resolved."""
        parameter = self.parameters[index]
        assert isinstance(parameter, Text), "variables are resolved before a rule is compiled"
        return parameter.value


@dataclass(frozen=True, slots=True)
class Composite:
    """Rules joined by `and` or `or`; each is judged over the whole table, then the verdicts are combined."""

    operator: str
    members: tuple[AnyRule, ...]
    position: TextPosition = field(default=NOWHERE, compare=False)


AnyRule = Rule | Composite


@dataclass(frozen=True, slots=True)
class Definition:
    """`name = "text"` or `name = ["a", "b"]`."""

    name: str
    value: str | tuple[str, ...]
    position: TextPosition = field(default=NOWHERE, compare=False)


@dataclass(frozen=True, slots=True)
class Ruleset:
    """`name` is the file's, for messages; it takes no part in equality."""

    rules: tuple[AnyRule, ...]
    definitions: tuple[Definition, ...] = ()
    default_labels: Labels = ()
    name: str = field(default="rules", compare=False)


def members_of(rule: AnyRule) -> list[Rule]:
    """The plain rules in a rule, from left to right."""
    if isinstance(rule, Rule):
        return [rule]
    return [leaf for member in rule.members for leaf in members_of(member)]


def labels_of(rule: AnyRule, default: Labels = ()) -> dict[str, str]:
    """The file's default labels, overridden by the rule's own; a composite has those of its members."""
    labels = dict(default)
    for member in members_of(rule):
        labels.update(member.labels)
    return labels


def on_failure_of(rule: AnyRule, default: Labels = ()) -> OnFailure:
    return OnFailure(labels_of(rule, default).get("on_failure", OnFailure.STOP))


def conditions_of(rule: Rule) -> list[Condition]:
    return [condition for condition in (rule.condition, rule.threshold) if condition]


def uses_past(condition: Condition) -> bool:
    return any(isinstance(operand, Call | Binary) and is_dynamic(operand) for operand in condition.operands)


def is_dynamic(expression: Expression) -> bool:
    """Does it need past results?"""
    match expression:
        case Last():
            return True
        case Call(_, arguments):
            return any(is_dynamic(argument) for argument in arguments)
        case Binary(_, left, right):
            return is_dynamic(left) or is_dynamic(right)
    return False


def is_date(text: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def with_variables(rule: Rule, definitions: tuple[Definition, ...]) -> Rule:
    """The rule with the values of its variables in place. Raises KeyError for a name that is not defined."""
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
