"""Rules as DQDL text. Parsing that text gives equal values."""

from __future__ import annotations

from decimal import Decimal

from millrace.glue_workflow.quality.language.model import (
    AnyRule,
    Binary,
    Call,
    Composite,
    Condition,
    Duration,
    Expression,
    Keyword,
    Labels,
    Last,
    Now,
    Number,
    Operand,
    Operator,
    Ruleset,
    Text,
    Variable,
)


def print_ruleset(ruleset: Ruleset) -> str:
    """The text of a rule file: variables, default labels, rules. Comments are lost."""
    lines = [f"{definition.name} = {_definition(definition.value)}" for definition in ruleset.definitions]
    if ruleset.default_labels:
        lines.append(f"DefaultLabels = {_labels(ruleset.default_labels)}")
    rules = ",\n".join(f"    {print_rule(rule)}" for rule in ruleset.rules)
    lines.append(f"Rules = [\n{rules}\n]" if rules else "Rules = []")
    return "\n".join(lines) + "\n"


def print_rule(rule: AnyRule, *, labels: bool = True) -> str:
    """A rule as text on one line, apart from line breaks inside its quoted texts."""
    if isinstance(rule, Composite):
        return f" {rule.operator} ".join(f"({print_rule(member, labels=labels)})" for member in rule.members)
    parts = [rule.type, *(_operand(parameter) for parameter in rule.parameters)]
    if rule.condition:
        parts.append(print_condition(rule.condition))
    if rule.where is not None:
        parts.append(f"where {quoted(rule.where)}")
    if rule.labels and labels:
        parts.append(f"labels={_labels(rule.labels)}")
    if rule.threshold:
        parts.append(f"with threshold {print_condition(rule.threshold)}")
    return " ".join(parts)


def print_condition(condition: Condition) -> str:
    operands = [_operand(operand) for operand in condition.operands]
    if condition.operator in (Operator.BETWEEN, Operator.NOT_BETWEEN):
        return f"{condition.operator} {operands[0]} and {operands[1]}"
    if condition.operator in (Operator.IN, Operator.NOT_IN):
        if len(operands) == 1 and isinstance(condition.operands[0], Variable):
            return f"{condition.operator} {operands[0]}"
        return f"{condition.operator} [{', '.join(operands)}]"
    return f"{condition.operator} {operands[0]}"


def quoted(text: str) -> str:
    """A text in double quotes, as DQDL escapes it."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def plain(number: Decimal) -> str:
    """A number as digits, without an exponent."""
    return format(number, "f")


def _definition(value: str | tuple[str, ...]) -> str:
    return quoted(value) if isinstance(value, str) else f"[{', '.join(quoted(item) for item in value)}]"


def _labels(labels: Labels) -> str:
    return f"[{', '.join(f'{quoted(key)}={quoted(value)}' for key, value in labels)}]"


def _operand(operand: Operand) -> str:
    match operand:
        case Text(value):
            return quoted(value)
        case Keyword():
            return operand.value
        case Variable(name):
            return f"${name}"
        case Duration(count, unit):
            return f"{count} {unit}"
        case Now(_, None):
            return "now()"
        case Now(sign, offset) if offset is not None:
            return f"(now() {'-' if sign < 0 else '+'} {offset.count} {offset.unit})"
        case Number() | Last() | Call() | Binary():
            return _expression(operand)
    raise AssertionError(operand)


def _expression(expression: Expression) -> str:
    match expression:
        case Number(value):
            return plain(value)
        case Last(count):
            return f"last({count})"
        case Call(function, arguments):
            return f"{function}({', '.join(_expression(argument) for argument in arguments)})"
        case Binary(operator, left, right):
            return f"({_expression(left)} {operator} {_expression(right)})"
