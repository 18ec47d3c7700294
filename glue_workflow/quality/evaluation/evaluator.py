"""Evaluation of rules on a table, through the engine port: few statements, then one result for each rule."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
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
from millrace.glue_workflow.quality.evaluation.history import PartitionedHistory, RuleHistory
from millrace.glue_workflow.quality.evaluation.partitions import only_partitions
from millrace.glue_workflow.quality.evaluation.results import Action, RuleResult, Verdict
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
from millrace.glue_workflow.quality.rule_types.thresholds import bounds_of, holds


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
    history: RuleHistory,
    logical_time: datetime,
) -> list[RuleResult]:
    """The results on a whole table, in the order of the file. `now()` and DataFreshness use `logical_time` (UTC).

    Never raises because of a rule: one that cannot be evaluated has the verdict `error`, and the others go on.
    """
    planned = plan(ruleset, table, columns, logical_time=logical_time)
    scans = _Scans(ruleset.name, engine, table, ("",), tables or {})
    return _results(ruleset, planned, scans, lambda _: history)[""]


def evaluate_by_partition(
    ruleset: Ruleset,
    *,
    engine: Engine,
    table: str,
    columns: Sequence[Column],
    data: TableData,
    partitions: Sequence[str],
    history: PartitionedHistory,
    logical_time: datetime,
) -> dict[str, list[RuleResult]]:
    """The results on each of these partitions, which are all that `data` has; else as `evaluate`.

    A verdict depends on its partition's rows, other tables and the partition's `history` alone, never on what other
    partitions are evaluated with it. `partitions` is `("",)` for a table that is not partitioned.
    """
    partitioned = tuple(partitions) != ("",)
    planned = plan(ruleset, table, columns, logical_time=logical_time, partitioned=partitioned)
    return _results(
        ruleset, planned, _Scans(ruleset.name, engine, table, tuple(partitions), {table: data}), history.before
    )


_Answers = dict[SelectItem, Answer | UsageError]


def _results(
    ruleset: Ruleset, planned: RulePlan, scans: _Scans, history: Callable[[str], RuleHistory]
) -> dict[str, list[RuleResult]]:
    answers: dict[str, _Answers] = {partition: {} for partition in scans.partitions}
    for statement in planned.planned_statements:
        for partition, found in scans.answers(statement).items():
            answers[partition] |= found
    return {
        partition: [_result(ruleset, rule, found, history(partition)) for rule in planned.rules]
        for partition, found in answers.items()
    }


@dataclass(frozen=True)
class _Scans:
    """The statements of a plan, run on the partitions of the table under test. `tables` override the engine's."""

    name: str
    engine: Engine
    table: str
    partitions: tuple[str, ...]
    tables: Mapping[str, TableData]

    def answers(self, planned: PlannedStatement) -> dict[str, _Answers]:
        """By partition, the answer to each item, or the error that it ends with."""
        several = len(self.partitions) > 1
        if planned.source.each_partition and several:
            return self._one_by_one(planned)
        try:
            result = self.engine.query(planned.statement, None, self.tables)
        except UsageError as error:
            if len(planned.items) > 1:
                return self._item_by_item(planned)
            if planned.source.partition and several:
                return self._one_by_one(planned)  # the rows of one partition may be what the SQL fails on
            return {partition: {planned.items[0]: error} for partition in self.partitions}
        return self._read(planned, result)

    def _item_by_item(self, planned: PlannedStatement) -> dict[str, _Answers]:
        """One rule's SQL breaks the shared statement: run each item alone, so that only that rule fails."""
        alone: dict[str, _Answers] = {partition: {} for partition in self.partitions}
        for item in planned.items:
            for partition, answers in self.answers(statements_of(self.name, [item])[0]).items():
                alone[partition] |= answers
        return alone

    def _one_by_one(self, planned: PlannedStatement) -> dict[str, _Answers]:
        return {partition: self._bound_to(partition).answers(planned)[partition] for partition in self.partitions}

    def _bound_to(self, partition: str) -> _Scans:
        data = only_partitions(self.tables[self.table], {partition})
        return replace(self, partitions=(partition,), tables={**self.tables, self.table: data})

    def _read(self, planned: PlannedStatement, result: Result) -> dict[str, _Answers]:
        source, items = planned.source, planned.items
        if source.is_query:
            return {partition: {items[0]: result} for partition in self.partitions}
        if not source.partition:
            return {partition: dict(zip(items, result.rows[0], strict=True)) for partition in self.partitions}
        rows = {str(dt): answers for dt, *answers in result.rows}
        of_no_rows: list[Answer] = [None] * len(items)  # `count` reads NULL as 0, `number` as nothing to measure
        return {p: dict(zip(items, rows.get(p, of_no_rows), strict=True)) for p in self.partitions}


def _result(ruleset: Ruleset, planned: PlannedRule, answers: _Answers, history: RuleHistory) -> RuleResult:
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


def _judge(compiled: CompiledRule | QueryError, answers: _Answers, history: RuleHistory, key: str) -> _RuleOutcome:
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


def _compare(compiled: CompiledRule, measured: MeasuredValue, history: RuleHistory, key: str) -> _RuleOutcome:
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
