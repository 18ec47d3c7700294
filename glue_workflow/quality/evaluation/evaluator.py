"""Rules against a table, through the engine port."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from millrace.athena_sql.ports import Column, Engine, Result, TableData
from millrace.errors import QueryError, UsageError
from millrace.glue_workflow.quality.evaluation.compiling import Batch, Check, PlannedRule, RulePlan, batches_of, plan
from millrace.glue_workflow.quality.evaluation.history import History
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
from millrace.glue_workflow.quality.rule_types.measures import Answer, Measured
from millrace.glue_workflow.quality.rule_types.registry import RULE_TYPES
from millrace.glue_workflow.quality.rule_types.scans import Ask


class Verdict(StrEnum):
    PASS = "pass"
    FAIL = "fail"
    ERROR = "error"


class Action(StrEnum):
    """What the caller is to do about a result."""

    NONE = "none"
    WARN = "warn"
    SET_ASIDE = "set_aside"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule of the file, judged.

    `rule` is its text without labels, and the key of its past values. `value` is what was measured: for rules about
    rows the fraction that pass. `failing_rows` is how many fail, and `predicate` SQL (Athena's dialect, over the
    table's columns) that is TRUE for those and FALSE, never NULL, for all others; None for rules that name no rows.
    `column` is the one that such a rule is about.

    `on_failure` is what the label says, with one exception: a rule labelled `set_aside` is `stop` when too many rows
    fail for that (it misses its threshold, or the condition of Completeness), and when it could not be evaluated.
    `action` is what is to be done now. Failing rows of a `set_aside` rule are to be set aside also when the verdict
    is `pass`, because its threshold is met.
    """

    rule: str
    verdict: Verdict
    value: float | None
    threshold: str
    message: str
    labels: Mapping[str, str]
    on_failure: OnFailure
    action: Action
    failing_rows: int | None = None
    predicate: str | None = None
    column: str | None = None

    @property
    def too_many(self) -> bool:
        """Are more rows to be set aside than the rule allows, or could it not be said which?"""
        return self.on_failure is OnFailure.STOP and self.labels.get("on_failure") == OnFailure.SET_ASIDE


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
    """The results in the order of the file. `now()` and DataFreshness are measured against `logical_time` (UTC).

    Never raises for what rules ask: a rule that cannot be evaluated has the verdict `error`, and the others go on.
    """
    planned = plan(ruleset, table, columns, logical_time=logical_time)
    answers = _answers(planned, ruleset.name, engine, tables)
    return [_result(ruleset, rule, answers, history) for rule in planned.rules]


_Answers = dict[Ask, Answer | UsageError]


def _answers(planned: RulePlan, name: str, engine: Engine, tables: Mapping[str, TableData] | None) -> _Answers:
    found: _Answers = {}
    for batch in planned.batches:
        found |= _run(batch, name, engine, tables)
    return found


def _run(batch: Batch, name: str, engine: Engine, tables: Mapping[str, TableData] | None) -> _Answers:
    try:
        result = engine.query(batch.statement, None, tables)
    except UsageError as error:
        if len(batch.asks) == 1:
            return {batch.asks[0]: error}
        # One rule's SQL breaks the statement that all share: ask one by one, so that only that rule fails.
        alone: _Answers = {}
        for ask in batch.asks:
            alone |= _run(batches_of(name, [ask])[0], name, engine, tables)
        return alone
    return dict(zip(batch.asks, _values(batch, result), strict=True))


def _values(batch: Batch, result: Result) -> Sequence[Answer]:
    return [result] if batch.source.is_query else result.rows[0]


def _result(ruleset: Ruleset, planned: PlannedRule, answers: _Answers, history: History) -> RuleResult:
    rule, key = planned.rule, print_rule(planned.rule, labels=False)
    leaves = iter([_judge(check, answers, history, key) for check in planned.checks])
    outcome = _combine(rule, leaves)
    on_failure = _on_failure(ruleset, rule, outcome)
    only = planned.checks[0] if isinstance(rule, Rule) else None
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
        predicate=only.failing_rows if isinstance(only, Check) else None,
        column=only.rule.text_of(0) if isinstance(only, Check) and only.failing_rows else None,
    )


def _judge(check: Check | QueryError, answers: _Answers, history: History, key: str) -> _RuleOutcome:
    if isinstance(check, QueryError):
        return _RuleOutcome(Verdict.ERROR, str(check))
    wanted = print_condition(check.wanted)
    given: list[Answer] = []
    for ask in check.measuring.asks:
        answer = answers[ask]
        if isinstance(answer, UsageError):
            return _RuleOutcome(Verdict.ERROR, str(answer), wanted)
        given.append(answer)
    try:
        return _compare(check, check.measuring.read(given), history, key)
    except QueryError as error:
        return _RuleOutcome(Verdict.ERROR, str(error), wanted)
    except (ZeroDivisionError, OverflowError):
        return _RuleOutcome(Verdict.ERROR, "the threshold cannot be calculated from the past values.", wanted)


def _compare(check: Check, measured: Measured, history: History, key: str) -> _RuleOutcome:
    wanted = print_condition(check.wanted)
    if measured.value is None:
        return _RuleOutcome(Verdict.FAIL, _sentence("there is nothing to measure", measured.detail), wanted)
    value = float(measured.value)
    shown = _shown(value)

    def past(count: int) -> list[float]:
        return history.last(key, count)

    if uses_past(check.wanted) and (bounds := bounds_of(check.wanted, past)):
        wanted += f" (now {', '.join(_shown(float(bound)) for bound in bounds)})"
    good = holds(check.wanted, measured.value, past)
    if good is None:
        message = _sentence(f"{shown}; no past results to compare with yet", measured.detail)
        return _RuleOutcome(Verdict.PASS, message, wanted, value, measured.failing)
    verdict = Verdict.PASS if good else Verdict.FAIL
    message = _sentence(shown if good else f"{shown}, wanted {wanted}", measured.detail)
    return _RuleOutcome(verdict, message, wanted, value, measured.failing)


def _shown(value: float) -> str:
    return f"{value:,.0f}" if value.is_integer() else f"{value:,.6g}"


def _sentence(what: str, detail: str) -> str:
    return f"{what} ({detail})" if detail else what


def _combine(rule: AnyRule, leaves: Iterator[_RuleOutcome]) -> _RuleOutcome:
    """`and` fails when any member does; `or` passes when any does; otherwise an error shows."""
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
