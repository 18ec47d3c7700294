"""Checks of a rule file at load, beyond its syntax: what could not be evaluated is refused here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from millrace.errors import DefinitionError, QueryError
from millrace.glue_workflow.quality.language.embedded_sql import where_of
from millrace.glue_workflow.quality.language.model import (
    EQUALITY,
    PATTERNS,
    AnyRule,
    Composite,
    Condition,
    Definition,
    Duration,
    Keyword,
    Now,
    OnFailure,
    Operand,
    Operator,
    Rule,
    Ruleset,
    Text,
    TextPosition,
    Variable,
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
from millrace.glue_workflow.quality.rule_types.rule_type import ConditionUse, OperandKind, RuleType

MAX_LABELS = 10


def check_ruleset(ruleset: Ruleset) -> None:
    """Raises DefinitionError for the first part of the file that cannot be evaluated."""
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
            raise refusal(
                ruleset.name,
                definition.position,
                f"the variable {definition.name} is defined twice",
                hint="Remove or rename one.",
            )
        seen.add(definition.name)


def _check_rule(ruleset: Ruleset, rule: Rule) -> None:
    check_type(ruleset.name, rule.type, rule.position)
    rule_type = RULE_TYPES[rule.type]
    _check_variables(ruleset, rule)
    resolved = with_variables(rule, ruleset.definitions)
    _check_shape(ruleset, resolved, rule_type)
    if resolved.condition:
        _check_condition(ruleset, resolved, rule_type, resolved.condition)
    if resolved.threshold:
        _check_threshold(ruleset, resolved.threshold)
    _check_texts(ruleset, resolved, rule_type)


def _check_variables(ruleset: Ruleset, rule: Rule) -> None:
    defined = {definition.name: definition for definition in ruleset.definitions}
    operands: Iterable[Operand] = rule.condition.operands if rule.condition else ()
    in_a_set = rule.condition is not None and rule.condition.operator in (Operator.IN, Operator.NOT_IN)
    for operand, list_allowed in [(p, False) for p in rule.parameters] + [(o, in_a_set) for o in operands]:
        if isinstance(operand, Variable):
            _check_variable(ruleset, operand, defined, list_allowed)
    for variable in (operand for operand in (rule.threshold.operands if rule.threshold else ())):
        if isinstance(variable, Variable):
            raise refusal(
                ruleset.name,
                variable.position,
                "a variable holds texts, and a threshold takes numbers",
                hint="Write the number itself.",
            )


def _check_variable(ruleset: Ruleset, used: Variable, defined: dict[str, Definition], list_allowed: bool) -> None:
    if used.name not in defined:
        known = [f"${name}" for name in defined]
        raise refusal(ruleset.name, used.position, f"${used.name} is not defined", known=known)
    if not isinstance(defined[used.name].value, str) and not list_allowed:
        raise refusal(
            ruleset.name,
            used.position,
            f"${used.name} is a list, but one text is needed here",
            hint="Use a variable with one text.",
        )


def _check_shape(ruleset: Ruleset, rule: Rule, rule_type: RuleType) -> None:
    count = len(rule.parameters)
    if count < rule_type.parameters or (count > rule_type.parameters and not rule_type.or_more):
        wanted = f"{rule_type.parameters} or more" if rule_type.or_more else f"{rule_type.parameters}"
        noun = "parameter" if wanted == "1" else "parameters"
        raise refusal(ruleset.name, rule.position, f"{rule.type} takes {wanted} {noun}, not {count}")
    if rule.where is not None and not rule_type.where:
        takers = [name for name, other in RULE_TYPES.items() if other.where]
        raise _not_taken(ruleset, rule, "where", rule.position, takers)
    if rule.threshold and not rule_type.threshold:
        takers = [name for name, other in RULE_TYPES.items() if other.threshold]
        raise _not_taken(ruleset, rule, "with threshold", rule.threshold.position, takers)
    if rule.condition and rule_type.condition is ConditionUse.NONE:
        raise _not_taken(ruleset, rule, "condition", rule.condition.position)
    if not rule.condition and rule_type.condition is ConditionUse.REQUIRED:
        raise refusal(ruleset.name, rule.position, f"{rule.type} needs a condition", hint="For example: >= 1.")


def _not_taken(
    ruleset: Ruleset, rule: Rule, clause: str, position: TextPosition, takers: Sequence[str] = ()
) -> DefinitionError:
    hint = f"These do: {', '.join(takers)}." if takers else ""
    return refusal(ruleset.name, position, f"{rule.type} takes no {clause}", hint=hint)


def _check_condition(ruleset: Ruleset, rule: Rule, rule_type: RuleType, condition: Condition) -> None:
    found = {_kind_of(operand) for operand in condition.operands if not isinstance(operand, Keyword)}
    if found == {OperandKind.TEXT, OperandKind.TIME} or (
        found == {OperandKind.TEXT} and condition.operator not in (*EQUALITY, *PATTERNS)
    ):
        _check_dates(ruleset, condition)
        found = {OperandKind.TIME}
    if len(found) > 1:
        raise refusal(
            ruleset.name,
            condition.position,
            "a condition compares with values of one kind only",
            hint="Write all values as numbers, texts or dates.",
        )
    for wrong in found - set(rule_type.kinds):
        what = f"{rule.type} does not compare with {wrong}"
        raise refusal(ruleset.name, condition.position, what, known=rule_type.kinds)
    if condition.operator in PATTERNS and found != {OperandKind.TEXT}:
        raise refusal(
            ruleset.name,
            condition.position,
            f"{condition.operator} takes a pattern in double quotes",
            hint='For example: matches "[a-z]+".',
        )
    if rule_type.condition_per_row and uses_past(condition):
        hint = "A past result is about the whole table: use it in 'with threshold' or in a rule of another type."
        raise refusal(ruleset.name, condition.position, f"{rule.type} compares rows, not past results", hint=hint)
    _check_keywords(ruleset, rule_type, condition)


def _check_keywords(ruleset: Ruleset, rule_type: RuleType, condition: Condition) -> None:
    keywords = [operand for operand in condition.operands if isinstance(operand, Keyword)]
    if keywords and (not rule_type.keywords or condition.operator not in EQUALITY):
        takers = ", ".join(name for name, other in RULE_TYPES.items() if other.keywords)
        raise refusal(
            ruleset.name,
            condition.position,
            f"{keywords[0]} can be compared only by = != in and not in, and only in {takers}",
        )


def _check_threshold(ruleset: Ruleset, threshold: Condition) -> None:
    if threshold.operator in PATTERNS or any(
        _kind_of(operand) is not OperandKind.NUMBER for operand in threshold.operands
    ):
        what = "a threshold compares the fraction of passing rows with a number"
        raise refusal(ruleset.name, threshold.position, what, hint="For example: with threshold >= 0.95.")


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
        case Keyword():
            return None
    return OperandKind.NUMBER


def _check_texts(ruleset: Ruleset, rule: Rule, rule_type: RuleType) -> None:
    """SQL and patterns inside the rule, then the rule type's own check."""
    try:
        where_of(rule)
        if rule.condition and rule.condition.operator in PATTERNS:
            for operand in rule.condition.operands:
                if isinstance(operand, Text):
                    check_pattern(operand.value)
        if rule_type.check:
            rule_type.check(ruleset.name, rule)
    except QueryError as error:
        raise refusal(ruleset.name, rule.position, error.message.rstrip("."), hint=error.hint) from error


def _check_labels(ruleset: Ruleset, rule: AnyRule) -> None:
    labels = labels_of(rule, ruleset.default_labels)
    if len(labels) > MAX_LABELS:
        raise refusal(
            ruleset.name,
            rule.position,
            f"a rule has at most {MAX_LABELS} labels, default labels included",
            hint="Remove labels.",
        )
    wanted = labels.get("on_failure", OnFailure.STOP)
    if wanted not in list(OnFailure):
        raise refusal(ruleset.name, rule.position, f"unknown on_failure {wanted!r}", known=list(OnFailure))
    if wanted == OnFailure.SET_ASIDE and not (isinstance(rule, Rule) and RULE_TYPES[rule.type].failing_rows):
        what = "a composite" if isinstance(rule, Composite) else rule.type
        known = [name for name, other in RULE_TYPES.items() if other.failing_rows]
        raise refusal(
            ruleset.name, rule.position, f"set_aside needs a rule that names its rows, not {what}", known=known
        )


def _check_composite(ruleset: Ruleset, rule: Composite) -> None:
    labels: dict[str, str] = {}
    for member in members_of(rule):
        for key, value in member.labels:
            if labels.setdefault(key, value) != value:
                what = f"the members of a composite disagree on the label {key!r}"
                raise refusal(ruleset.name, member.position, what, hint="Give all members the same label.")
        for condition in conditions_of(member):
            if uses_past(condition):
                hint = "Write it as a rule of its own: past results are kept for each rule of the file."
                raise refusal(ruleset.name, condition.position, "no past results inside a composite", hint=hint)
