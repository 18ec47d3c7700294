"""A rule file and a table to few statements: everything that can be asked of one scan of the table is asked in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from millrace.athena_sql.ports import Column, Statement
from millrace.errors import QueryError
from millrace.glue_workflow.quality.language.model import AnyRule, Rule, Ruleset, members_of, with_variables
from millrace.glue_workflow.quality.rule_types import other_tables
from millrace.glue_workflow.quality.rule_types import statistics as measuring
from millrace.glue_workflow.quality.rule_types.measures import ALL, Check
from millrace.glue_workflow.quality.rule_types.registry import RULE_TYPES
from millrace.glue_workflow.quality.rule_types.row_predicates import TableUnderTest, failing_rows
from millrace.glue_workflow.quality.rule_types.scans import Ask, ScanSource, select

_MEASURES = measuring.MEASURES | other_tables.MEASURES


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
    try:
        if not RULE_TYPES[rule.type].row_level:
            return Check(rule, _MEASURES[rule.type](rule, table), rule.condition or rule.threshold or ALL)
        failing = failing_rows(rule, table)
        # The condition of Completeness is about the fraction, that of the others about each row.
        on_fraction = rule.condition if rule.type == "Completeness" else rule.threshold
        return Check(rule, measuring.measure_rows(rule, table, failing), on_fraction or ALL, failing)
    except QueryError as error:
        return error


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
