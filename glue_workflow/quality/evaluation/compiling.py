"""A rule file and a table to few statements: all that can be measured in one scan of a table shares one statement."""

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
from millrace.glue_workflow.quality.rule_types.measurement import Measurement
from millrace.glue_workflow.quality.rule_types.registry import RULE_TYPES
from millrace.glue_workflow.quality.rule_types.row_predicates import failing_within, measure_rows
from millrace.glue_workflow.quality.rule_types.scans import ScanSource, SelectItem, select
from millrace.glue_workflow.quality.rule_types.table_under_test import TableUnderTest

ALL_ROWS = Condition(Operator.EQUAL, (Number(Decimal(1)),))  # on the fraction of rows that pass


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A plain rule ready to be measured: its number must meet `wanted`. `failing_rows` is SQL, for rules about rows."""

    rule: Rule
    measurement: Measurement
    wanted: Condition
    failing_rows: str | None = None


@dataclass(frozen=True, slots=True)
class PlannedStatement:
    """A statement over one source, and the items that it answers, in the order of its columns."""

    source: ScanSource
    items: tuple[SelectItem, ...]
    statement: Statement


@dataclass(frozen=True, slots=True)
class PlannedRule:
    """A rule of the file, and each plain rule in it compiled, or the reason why this table does not allow it."""

    rule: AnyRule
    compiled: tuple[CompiledRule | QueryError, ...]


@dataclass(frozen=True, slots=True)
class RulePlan:
    """The rules of a file for one table, and the statements that answer all of them."""

    rules: tuple[PlannedRule, ...]
    planned_statements: tuple[PlannedStatement, ...]

    @property
    def statements(self) -> tuple[Statement, ...]:
        """What will be run, in Athena's dialect. Each statement scans its table once."""
        return tuple(planned.statement for planned in self.planned_statements)


def plan(ruleset: Ruleset, table: str, columns: Sequence[Column], *, logical_time: datetime) -> RulePlan:
    """The plan for a table with these columns, the partition column `dt` included. `logical_time` (UTC) is `now()`.

    Never raises: for a rule that the columns do not allow, the plan holds the error.
    """
    under_test = TableUnderTest(table, {column.name.lower(): column for column in columns}, _naive(logical_time))
    rules = []
    for rule in ruleset.rules:
        leaves = [with_variables(member, ruleset.definitions) for member in members_of(rule)]
        rules.append(PlannedRule(rule, tuple(_compile(leaf, under_test) for leaf in leaves)))
    compiled = [leaf for rule in rules for leaf in rule.compiled if isinstance(leaf, CompiledRule)]
    items = [item for leaf in compiled for item in leaf.measurement.items]
    return RulePlan(tuple(rules), statements_of(ruleset.name, items))


def statements_of(name: str, items: Sequence[SelectItem]) -> tuple[PlannedStatement, ...]:
    """One statement for each source, with each item once."""
    by_source: dict[ScanSource, dict[SelectItem, None]] = {}
    for item in items:
        by_source.setdefault(item.source, {})[item] = None
    return tuple(
        PlannedStatement(source, tuple(wanted), Statement(f"{name}: {source.title}", select(source, tuple(wanted))))
        for source, wanted in by_source.items()
    )


def _compile(rule: Rule, table: TableUnderTest) -> CompiledRule | QueryError:
    rule_type = RULE_TYPES[rule.type]
    wanted = rule_type.limit(rule) or ALL_ROWS
    try:
        if rule_type.measure:
            return CompiledRule(rule, rule_type.measure(rule, table), wanted)
        assert rule_type.failing_rows, "a rule type has either a measure or a predicate of its failing rows"
        failing = failing_within(where_of(rule), rule_type.failing_rows(rule, table))
        return CompiledRule(rule, measure_rows(rule, table, failing), wanted, failing)
    except QueryError as error:
        return error


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
