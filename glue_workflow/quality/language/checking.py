"""What a rule file is refused for when it is loaded, beyond its syntax."""

from __future__ import annotations

from collections.abc import Iterable

from millrace.errors import QueryError
from millrace.glue_workflow.quality.language.embedded_sql import row_condition
from millrace.glue_workflow.quality.language.model import (
    EQUALITY,
    PATTERNS,
    AnyRule,
    Composite,
    Condition,
    Definition,
    Duration,
    Now,
    OnFailure,
    Operand,
    Operator,
    Rule,
    Ruleset,
    Text,
    TextPosition,
    Variable,
    Word,
    conditions_of,
    is_date,
    labels_of,
    members_of,
    uses_past,
    with_variables,
)
from millrace.glue_workflow.quality.language.patterns import check_pattern
from millrace.glue_workflow.quality.language.refusal import refusal
from millrace.glue_workflow.quality.rule_types.registry import NOT_EVALUATED, RULE_TYPES
from millrace.glue_workflow.quality.rule_types.rule_type import Need, OperandKind, RuleType

MOST_LABELS = 10


def check(ruleset: Ruleset) -> None:
    """Raises DefinitionError for the first thing that cannot be evaluated."""
    _check_definitions(ruleset)
    for rule in ruleset.rules:
        for member in members_of(rule):
            _check_rule(ruleset, member)
        _check_labels(ruleset, rule)
        if isinstance(rule, Composite):
            _check_composite(ruleset, rule)


def check_type(file: str, rule_type: str, position: TextPosition) -> None:
    """Raises DefinitionError for a rule type that is not evaluated."""
    if rule_type not in RULE_TYPES:
        why = "is not evaluated here" if rule_type in NOT_EVALUATED else "is not a rule type"
        raise refusal(file, position, f"{rule_type} {why}", known=RULE_TYPES)


def _check_definitions(ruleset: Ruleset) -> None:
    seen: set[str] = set()
    for definition in ruleset.definitions:
        if definition.name in seen:
            raise refusal(ruleset.name, definition.position, f"the variable {definition.name} is defined twice")
        seen.add(definition.name)


def _check_rule(ruleset: Ruleset, rule: Rule) -> None:
    check_type(ruleset.name, rule.type, rule.position)
    kind = RULE_TYPES[rule.type]
    _check_variables(ruleset, rule)
    resolved = with_variables(rule, ruleset.definitions)
    _check_shape(ruleset, resolved, kind)
    if resolved.condition:
        _check_condition(ruleset, resolved, kind, resolved.condition)
    if resolved.threshold:
        _check_threshold(ruleset, resolved.threshold)
    _check_texts(ruleset, resolved, kind)


def _check_variables(ruleset: Ruleset, rule: Rule) -> None:
    defined = {definition.name: definition for definition in ruleset.definitions}
    operands: Iterable[Operand] = rule.condition.operands if rule.condition else ()
    in_a_set = rule.condition is not None and rule.condition.operator in (Operator.IN, Operator.NOT_IN)
    for operand, list_allowed in [(p, False) for p in rule.parameters] + [(o, in_a_set) for o in operands]:
        if isinstance(operand, Variable):
            _check_variable(ruleset, operand, defined, list_allowed)
    for variable in (operand for operand in (rule.threshold.operands if rule.threshold else ())):
        if isinstance(variable, Variable):
            raise refusal(ruleset.name, variable.position, "a variable holds texts, and a threshold takes numbers")


def _check_variable(ruleset: Ruleset, used: Variable, defined: dict[str, Definition], list_allowed: bool) -> None:
    if used.name not in defined:
        known = [f"${name}" for name in defined]
        raise refusal(ruleset.name, used.position, f"${used.name} is not defined", known=known)
    if not isinstance(defined[used.name].value, str) and not list_allowed:
        raise refusal(ruleset.name, used.position, f"${used.name} is a list, and here goes one text")


def _check_shape(ruleset: Ruleset, rule: Rule, kind: RuleType) -> None:
    count = len(rule.parameters)
    if count < kind.parameters or (count > kind.parameters and not kind.or_more):
        wanted = f"{kind.parameters} or more" if kind.or_more else f"{kind.parameters}"
        raise refusal(ruleset.name, rule.position, f"{rule.type} takes {wanted} parameters, not {count}")
    if rule.where is not None and not kind.where:
        raise _unwanted(ruleset, rule, "where", [name for name, known in RULE_TYPES.items() if known.where])
    if rule.threshold and not kind.threshold:
        position = rule.threshold.position
        raise _unwanted(
            ruleset, rule, "with threshold", [name for name, known in RULE_TYPES.items() if known.threshold], position
        )
    if rule.condition and kind.condition is Need.NONE:
        raise _unwanted(ruleset, rule, "condition", [], rule.condition.position)
    if not rule.condition and kind.condition is Need.REQUIRED:
        raise refusal(ruleset.name, rule.position, f"{rule.type} needs a condition", hint="Such as >= 1.")


def _unwanted(
    ruleset: Ruleset, rule: Rule, what: str, takers: list[str], position: TextPosition | None = None
) -> Exception:
    hint = f"These do: {', '.join(takers)}." if takers else ""
    return refusal(ruleset.name, position or rule.position, f"{rule.type} takes no {what}", hint=hint)


def _check_condition(ruleset: Ruleset, rule: Rule, kind: RuleType, condition: Condition) -> None:
    found = {_kind_of(operand) for operand in condition.operands if not isinstance(operand, Word)}
    if found == {OperandKind.TEXT, OperandKind.TIME} or (
        found == {OperandKind.TEXT} and condition.operator not in (*EQUALITY, *PATTERNS)
    ):
        _check_dates(ruleset, condition)
        found = {OperandKind.TIME}
    if len(found) > 1:
        raise refusal(ruleset.name, condition.position, "one condition compares with one kind of value")
    for wrong in found - set(kind.kinds):
        what = f"{rule.type} does not compare with {wrong}"
        raise refusal(ruleset.name, condition.position, what, known=kind.kinds)
    if condition.operator in PATTERNS and found != {OperandKind.TEXT}:
        raise refusal(ruleset.name, condition.position, f"{condition.operator} takes a pattern in double quotes")
    if kind.condition_per_row and uses_past(condition):
        hint = "Past results are for the whole table; use them in 'with threshold' or in another rule."
        raise refusal(ruleset.name, condition.position, f"{rule.type} compares rows, not past results", hint=hint)
    _check_words(ruleset, kind, condition)


def _check_words(ruleset: Ruleset, kind: RuleType, condition: Condition) -> None:
    words = [operand for operand in condition.operands if isinstance(operand, Word)]
    if words and (not kind.words or condition.operator not in EQUALITY):
        takers = ", ".join(name for name, known in RULE_TYPES.items() if known.words)
        raise refusal(ruleset.name, condition.position, f"{words[0]} goes with = != in and not in of {takers}")


def _check_threshold(ruleset: Ruleset, threshold: Condition) -> None:
    if threshold.operator in PATTERNS or any(
        _kind_of(operand) is not OperandKind.NUMBER for operand in threshold.operands
    ):
        what = "a threshold compares the fraction of passing rows with a number"
        raise refusal(ruleset.name, threshold.position, what, hint="Such as with threshold >= 0.95.")


def _check_dates(ruleset: Ruleset, condition: Condition) -> None:
    for operand in condition.operands:
        if isinstance(operand, Text) and not is_date(operand.value):
            what = f"{operand.value!r} is not a date, and {condition.operator} does not order texts"
            raise refusal(ruleset.name, condition.position, what, hint='Dates are written "2024-05-30".')


def _kind_of(operand: Operand) -> OperandKind | None:
    match operand:
        case Text() | Variable():
            return OperandKind.TEXT
        case Now():
            return OperandKind.TIME
        case Duration():
            return OperandKind.DURATION
        case Word():
            return None
    return OperandKind.NUMBER


def _check_texts(ruleset: Ruleset, rule: Rule, kind: RuleType) -> None:
    """What is read beyond DQDL: SQL, patterns, and what the rule type checks for itself."""
    try:
        if rule.where is not None:
            row_condition(rule.where)
        if rule.condition and rule.condition.operator in PATTERNS:
            for operand in rule.condition.operands:
                if isinstance(operand, Text):
                    check_pattern(operand.value)
        if kind.check:
            kind.check(ruleset.name, rule)
    except QueryError as error:
        raise refusal(ruleset.name, rule.position, error.message.rstrip("."), hint=error.hint) from error


def _check_labels(ruleset: Ruleset, rule: AnyRule) -> None:
    labels = labels_of(rule, ruleset.default_labels)
    if len(labels) > MOST_LABELS:
        raise refusal(ruleset.name, rule.position, f"a rule has at most {MOST_LABELS} labels, with the default ones")
    wanted = labels.get("on_failure", OnFailure.STOP)
    if wanted not in list(OnFailure):
        raise refusal(ruleset.name, rule.position, f"unknown on_failure {wanted!r}", known=list(OnFailure))
    if wanted == OnFailure.SET_ASIDE and not (isinstance(rule, Rule) and RULE_TYPES[rule.type].failing_rows):
        what = "a composite" if isinstance(rule, Composite) else rule.type
        known = [name for name, kind in RULE_TYPES.items() if kind.failing_rows]
        raise refusal(
            ruleset.name, rule.position, f"set_aside needs a rule that names its rows, not {what}", known=known
        )


def _check_composite(ruleset: Ruleset, rule: Composite) -> None:
    labels: dict[str, str] = {}
    for member in members_of(rule):
        for key, value in member.labels:
            if labels.setdefault(key, value) != value:
                what = f"the members of a composite disagree on the label {key!r}"
                raise refusal(ruleset.name, member.position, what)
        for condition in conditions_of(member):
            if uses_past(condition):
                hint = "Give it a line of its own: past results are kept per line."
                raise refusal(ruleset.name, condition.position, "no past results inside a composite", hint=hint)
