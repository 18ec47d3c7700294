"""A rule file and a table to few statements: everything that can be asked of one scan of the table is asked in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from millrace.athena_sql.ports import Column, Statement
from millrace.errors import QueryError
from millrace.glue_workflow.quality.language.embedded_sql import where_of
from millrace.glue_workflow.quality.language.model import (
    AnyRule,
    Condition,
    Number,
    Operator,
    Rule,
    Ruleset,
    members_of,
    with_variables,
)
from millrace.glue_workflow.quality.rule_types.measures import Measuring
from millrace.glue_workflow.quality.rule_types.registry import RULE_TYPES
from millrace.glue_workflow.quality.rule_types.row_predicates import among, measure_rows
from millrace.glue_workflow.quality.rule_types.scans import Ask, ScanSource, select
from millrace.glue_workflow.quality.rule_types.table_under_test import TableUnderTest

ALL = Condition(Operator.EQUAL, (Number(Decimal(1)),))


@dataclass(frozen=True, slots=True)
class Check:
    """A rule ready to be measured. `failing_rows` is SQL, for rules about rows."""

    rule: Rule
    measuring: Measuring
    wanted: Condition
    failing_rows: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """One statement and what it answers, in the order of its columns."""

    source: ScanSource
    asks: tuple[Ask, ...]
    statement: Statement


@dataclass(frozen=True, slots=True)
class PlannedRule:
    """A rule of the file with, for each plain rule in it, its check, or why this table does not allow it."""

    rule: AnyRule
    checks: tuple[Check | QueryError, ...]


@dataclass(frozen=True, slots=True)
class RulePlan:
    rules: tuple[PlannedRule, ...]
    batches: tuple[Batch, ...]

    @property
    def statements(self) -> tuple[Statement, ...]:
        """What will be run, in Athena's dialect; each scans its table once."""
        return tuple(batch.statement for batch in self.batches)


def plan(ruleset: Ruleset, table: str, columns: Sequence[Column], *, logical_time: datetime) -> RulePlan:
    """`columns` are all of the table's, the partition's `dt` among them; `logical_time` is what `now()` means (UTC).

    Never raises: a rule that the columns do not allow is planned as its error, and the others go on.
    """
    under_test = TableUnderTest(table, {column.name.lower(): column for column in columns}, _naive(logical_time))
    rules = []
    for rule in ruleset.rules:
        leaves = [with_variables(member, ruleset.definitions) for member in members_of(rule)]
        rules.append(PlannedRule(rule, tuple(_check(leaf, under_test) for leaf in leaves)))
    checks = [check for rule in rules for check in rule.checks if isinstance(check, Check)]
    return RulePlan(tuple(rules), batches_of(ruleset.name, [ask for check in checks for ask in check.measuring.asks]))


def batches_of(name: str, asks: Sequence[Ask]) -> tuple[Batch, ...]:
    """One batch for each source, each ask in it once."""
    by_source: dict[ScanSource, dict[Ask, None]] = {}
    for ask in asks:
        by_source.setdefault(ask.source, {})[ask] = None
    return tuple(
        Batch(source, tuple(wanted), Statement(f"{name}: {source.title}", select(source, tuple(wanted))))
        for source, wanted in by_source.items()
    )


def _check(rule: Rule, table: TableUnderTest) -> Check | QueryError:
    rule_type = RULE_TYPES[rule.type]
    wanted = rule_type.limit(rule) or ALL
    try:
        if rule_type.measure:
            return Check(rule, rule_type.measure(rule, table), wanted)
        assert rule_type.failing_rows, "a rule type has either a measure or a predicate of its failing rows"
        failing = among(where_of(rule), rule_type.failing_rows(rule, table))
        return Check(rule, measure_rows(rule, table, failing), wanted, failing)
    except QueryError as error:
        return error


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
