"""What the rule types measure in the table under test itself. NULLs are no values: a statistic does not see them."""

from __future__ import annotations

import math

from millrace.glue_workflow.quality.evaluation.thresholds import Measure
from millrace.glue_workflow.quality.language.embedded_sql import where_of
from millrace.glue_workflow.quality.language.model import Rule
from millrace.glue_workflow.quality.rule_types.measures import (
    Answers,
    Measured,
    Measuring,
    count,
    fraction,
    number,
    ratio,
)
from millrace.glue_workflow.quality.rule_types.scans import Ask, ScanSource, grouped, of_table
from millrace.glue_workflow.quality.rule_types.sql_text import count_where, within
from millrace.glue_workflow.quality.rule_types.table_under_test import TableUnderTest


def is_unique(rule: Rule, table: TableUnderTest) -> Measuring:
    if len(rule.parameters) > 1:
        return uniqueness(rule, table)
    column, source = table.quoted(rule.text_of(0)), of_table(table.name)
    values = within(where_of(rule), column)
    asks = (Ask(source, f"COUNT({values})"), Ask(source, f"COUNT(DISTINCT {values})"))

    def read(answers: Answers) -> Measured:
        rows, distinct = count(answers[0]), count(answers[1])
        return Measured(fraction(distinct, rows), f"{distinct:,} distinct among {rows:,} values")

    return Measuring(asks, read)


def is_primary_key(rule: Rule, table: TableUnderTest) -> Measuring:
    columns = _columns(rule, table)
    source, where = of_table(table.name), where_of(rule)
    if len(columns) == 1:
        distinct = Ask(source, f"COUNT(DISTINCT {within(where, columns[0])})")
    else:
        keyed = " AND ".join(f"{column} IS NOT NULL" for column in columns)
        distinct = Ask(grouped(table.name, columns, where, keyed), "COUNT(*)")

    def read(answers: Answers) -> Measured:
        rows, keys = count(answers[0]), count(answers[1])
        return Measured(fraction(keys, rows), f"{keys:,} keys for {rows:,} rows")

    return Measuring((Ask(source, count_where(where)), distinct), read)


def uniqueness(rule: Rule, table: TableUnderTest) -> Measuring:
    source = _groups(rule, table)
    asks = (Ask(source, "COUNT(CASE WHEN n = 1 THEN 1 END)"), Ask(source, "SUM(n)"))

    def read(answers: Answers) -> Measured:
        single, rows = count(answers[0]), count(answers[1])
        return Measured(fraction(single, rows), f"{single:,} of {rows:,} values occur once")

    return Measuring(asks, read)


def unique_value_ratio(rule: Rule, table: TableUnderTest) -> Measuring:
    source = _groups(rule, table)
    asks = (Ask(source, "COUNT(CASE WHEN n = 1 THEN 1 END)"), Ask(source, "COUNT(*)"))

    def read(answers: Answers) -> Measured:
        single, distinct = count(answers[0]), count(answers[1])
        return Measured(fraction(single, distinct), f"{single:,} of {distinct:,} distinct values occur once")

    return Measuring(asks, read)


def distinct_values_count(rule: Rule, table: TableUnderTest) -> Measuring:
    values = within(where_of(rule), table.quoted(rule.text_of(0)))
    asks = (Ask(of_table(table.name), f"COUNT(DISTINCT {values})"),)
    return Measuring(asks, lambda answers: Measured(count(answers[0])))


def entropy(rule: Rule, table: TableUnderTest) -> Measuring:
    source = _groups(rule, table)
    asks = (Ask(source, "SUM(n)"), Ask(source, "SUM(n * LN(CAST(n AS DOUBLE)))"))

    def read(answers: Answers) -> Measured:
        rows = count(answers[0])  # in nats: ln N - sum(n ln n) / N
        return Measured(max(0.0, math.log(rows) - float(number(answers[1]) or 0) / rows) if rows else None)

    return Measuring(asks, read)


def total(rule: Rule, table: TableUnderTest) -> Measuring:
    values = within(where_of(rule), table.quoted_number(rule.text_of(0)))
    asks = (Ask(of_table(table.name), f"SUM({values})"),)
    return Measuring(asks, lambda answers: Measured(number(answers[0])))


def _mean_of(total: Measure | None, values: int) -> Measured:
    return Measured(ratio(total, values) if values else None)


def mean(rule: Rule, table: TableUnderTest) -> Measuring:
    values, source = within(where_of(rule), table.quoted_number(rule.text_of(0))), of_table(table.name)
    asks = (Ask(source, f"SUM({values})"), Ask(source, f"COUNT({values})"))
    return Measuring(asks, lambda answers: _mean_of(number(answers[0]), count(answers[1])))


def variance(rule: Rule, table: TableUnderTest) -> Measuring:
    values = within(where_of(rule), f"CAST({table.quoted_number(rule.text_of(0))} AS DOUBLE)")
    asks = (Ask(of_table(table.name), f"VAR_POP({values})"),)
    return Measuring(asks, lambda answers: Measured(number(answers[0])))


def standard_deviation(rule: Rule, table: TableUnderTest) -> Measuring:
    asks = variance(rule, table).asks

    def read(answers: Answers) -> Measured:
        variance = number(answers[0])
        return Measured(None if variance is None else math.sqrt(max(0.0, float(variance))))

    return Measuring(asks, read)


def column_correlation(rule: Rule, table: TableUnderTest) -> Measuring:
    first, second = (f"CAST({table.quoted_number(rule.text_of(index))} AS DOUBLE)" for index in (0, 1))
    sql = f"CORR({within(where_of(rule), first)}, {second})"
    return Measuring((Ask(of_table(table.name), sql),), lambda answers: Measured(number(answers[0])))


def _groups(rule: Rule, table: TableUnderTest) -> ScanSource:
    columns = _columns(rule, table)
    return grouped(table.name, columns, where_of(rule), " OR ".join(f"{column} IS NOT NULL" for column in columns))


def _columns(rule: Rule, table: TableUnderTest) -> tuple[str, ...]:
    """Each once, in an order of their own, so that rules about the same set share a statement."""
    return tuple(sorted({table.quoted(rule.text_of(index)) for index in range(len(rule.parameters))}))
