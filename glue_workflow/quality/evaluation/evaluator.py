"""Evaluation of rules on a table, through the engine port: few statements, then one result for each rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from millrace.athena_sql.ports import Column, Engine, Result, TableData
from millrace.errors import QueryError, UsageError
from millrace.glue_workflow.quality.evaluation.compiling import (
    CompiledRule,
    PlannedRule,
    PlannedStatement,
    RulePlan,
    plan,
    statements_of,
)
from millrace.glue_workflow.quality.evaluation.history import History
from millrace.glue_workflow.quality.evaluation.results import Action, RuleResult, Verdict
from millrace.glue_workflow.quality.evaluation.thresholds import bounds_of, holds
from millrace.glue_workflow.quality.language.model import (
    AnyRule,
    Composite,
    OnFailure,
    Rule,
    Ruleset,
    labels_of,
    on_failure_of,
    uses_past,
)
from millrace.glue_workflow.quality.language.printing import print_condition, print_rule
from millrace.glue_workflow.quality.rule_types.measurement import Answer, MeasuredValue
from millrace.glue_workflow.quality.rule_types.registry import RULE_TYPES
from millrace.glue_workflow.quality.rule_types.scans import SelectItem


@dataclass(frozen=True, slots=True)
class _RuleOutcome:
    verdict: Verdict
    message: str
    threshold: str = ""
    value: float | None = None
    failing: int | None = None


def evaluate(
    ruleset: Ruleset,
    *,
    engine: Engine,
    table: str,
    columns: Sequence[Column],
    tables: Mapping[str, TableData] | None = None,
    history: History,
    logical_time: datetime,
) -> list[RuleResult]:
    """The results, in the order of the file. `now()` and DataFreshness use `logical_time` (UTC).

    Never raises because of a rule: one that cannot be evaluated has the verdict `error`, and the others go on.
    """
    planned = plan(ruleset, table, columns, logical_time=logical_time)
    answers = _answers(planned, ruleset.name, engine, tables)
    return [_result(ruleset, rule, answers, history) for rule in planned.rules]


_Answers = dict[SelectItem, Answer | UsageError]


def _answers(planned: RulePlan, name: str, engine: Engine, tables: Mapping[str, TableData] | None) -> _Answers:
    answers: _Answers = {}
    for statement in planned.planned_statements:
        answers |= _run(statement, name, engine, tables)
    return answers


def _run(planned: PlannedStatement, name: str, engine: Engine, tables: Mapping[str, TableData] | None) -> _Answers:
    try:
        result = engine.query(planned.statement, None, tables)
    except UsageError as error:
        if len(planned.items) == 1:
            return {planned.items[0]: error}
        # One rule's SQL breaks the shared statement: run each item alone, so that only that rule fails.
        alone: _Answers = {}
        for item in planned.items:
            alone |= _run(statements_of(name, [item])[0], name, engine, tables)
        return alone
    return dict(zip(planned.items, _values(planned, result), strict=True))


def _values(planned: PlannedStatement, result: Result) -> Sequence[Answer]:
    return [result] if planned.source.is_query else result.rows[0]


def _result(ruleset: Ruleset, planned: PlannedRule, answers: _Answers, history: History) -> RuleResult:
    rule, key = planned.rule, print_rule(planned.rule, labels=False)
    leaves = iter([_judge(leaf, answers, history, key) for leaf in planned.compiled])
    outcome = _combine(rule, leaves)
    on_failure = _on_failure(ruleset, rule, outcome)
    only = planned.compiled[0] if isinstance(rule, Rule) else None
    return RuleResult(
        rule=key,
        verdict=outcome.verdict,
        value=outcome.value,
        threshold=outcome.threshold,
        message=outcome.message,
        labels=labels_of(rule, ruleset.default_labels),
        on_failure=on_failure,
        action=_action(outcome, on_failure),
        failing_rows=outcome.failing,
        predicate=only.failing_rows if isinstance(only, CompiledRule) else None,
        column=only.rule.text_of(0) if isinstance(only, CompiledRule) and only.failing_rows else None,
    )


def _judge(compiled: CompiledRule | QueryError, answers: _Answers, history: History, key: str) -> _RuleOutcome:
    if isinstance(compiled, QueryError):
        return _RuleOutcome(Verdict.ERROR, str(compiled))
    wanted = print_condition(compiled.wanted)
    given: list[Answer] = []
    for item in compiled.measurement.items:
        answer = answers[item]
        if isinstance(answer, UsageError):
            return _RuleOutcome(Verdict.ERROR, str(answer), wanted)
        given.append(answer)
    try:
        return _compare(compiled, compiled.measurement.read(given), history, key)
    except QueryError as error:
        return _RuleOutcome(Verdict.ERROR, str(error), wanted)
    except (ZeroDivisionError, OverflowError):
        return _RuleOutcome(Verdict.ERROR, "the threshold cannot be calculated from the past values.", wanted)


def _compare(compiled: CompiledRule, measured: MeasuredValue, history: History, key: str) -> _RuleOutcome:
    wanted = print_condition(compiled.wanted)
    if measured.value is None:
        return _RuleOutcome(Verdict.FAIL, _sentence("there is nothing to measure", measured.detail), wanted)
    value = float(measured.value)
    shown = _shown(value)

    def past(count: int) -> list[float]:
        return history.last(key, count)

    if uses_past(compiled.wanted) and (bounds := bounds_of(compiled.wanted, past)):
        wanted += f" (now {', '.join(_shown(float(bound)) for bound in bounds)})"
    meets = holds(compiled.wanted, measured.value, past)
    if meets is None:
        message = _sentence(f"{shown}; no past results to compare with yet", measured.detail)
        return _RuleOutcome(Verdict.PASS, message, wanted, value, measured.failing)
    verdict = Verdict.PASS if meets else Verdict.FAIL
    message = _sentence(shown if meets else f"{shown}, wanted {wanted}", measured.detail)
    return _RuleOutcome(verdict, message, wanted, value, measured.failing)


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value.is_integer() else f"{value:,.6g}"


def _sentence(what: str, detail: str) -> str:
    return f"{what} ({detail})" if detail else what


def _combine(rule: AnyRule, leaves: Iterator[_RuleOutcome]) -> _RuleOutcome:
    """The outcome of a composite: `and` fails if any member fails, `or` passes if any passes, before errors count."""
    if not isinstance(rule, Composite):
        return next(leaves)
    outcomes = [_combine(member, leaves) for member in rule.members]
    verdicts = {outcome.verdict for outcome in outcomes}
    deciding = Verdict.FAIL if rule.operator == "and" else Verdict.PASS
    other = Verdict.PASS if rule.operator == "and" else Verdict.FAIL
    verdict = deciding if deciding in verdicts else Verdict.ERROR if Verdict.ERROR in verdicts else other
    messages = [
        f"{print_rule(member, labels=False)}: {o.message}" for member, o in zip(rule.members, outcomes, strict=True)
    ]
    return _RuleOutcome(verdict, "; ".join(messages))


def _on_failure(ruleset: Ruleset, rule: AnyRule, outcome: _RuleOutcome) -> OnFailure:
    labelled = on_failure_of(rule, ruleset.default_labels)
    if labelled is not OnFailure.SET_ASIDE or not isinstance(rule, Rule):
        return labelled
    limited = RULE_TYPES[rule.type].limit(rule) is not None
    too_many = limited and outcome.verdict is Verdict.FAIL
    return OnFailure.STOP if too_many or outcome.verdict is Verdict.ERROR else labelled


def _action(outcome: _RuleOutcome, on_failure: OnFailure) -> Action:
    if on_failure is OnFailure.SET_ASIDE:
        return Action.SET_ASIDE if outcome.failing else Action.NONE
    return Action.NONE if outcome.verdict is Verdict.PASS else Action(on_failure)
