"""Statistics of columns of the table under test: uniqueness, sums, means, spread. NULLs are not values."""

from __future__ import annotations

import math

from millrace.glue_workflow.quality.language.embedded_sql import where_of
from millrace.glue_workflow.quality.language.model import Rule
from millrace.glue_workflow.quality.rule_types.measurement import (
    Answers,
    MeasuredValue,
    Measurement,
    count,
    fraction,
    number,
    ratio,
)
from millrace.glue_workflow.quality.rule_types.scans import ScanSource, SelectItem, group_source
from millrace.glue_workflow.quality.rule_types.sql_text import count_where, within
from millrace.glue_workflow.quality.rule_types.table_under_test import TableUnderTest
from millrace.glue_workflow.quality.rule_types.thresholds import MeasuredNumber


def is_unique(rule: Rule, table: TableUnderTest) -> Measurement:
    if len(rule.parameters) > 1:
        return uniqueness(rule, table)
    column, source = table.quoted(rule.text_of(0)), table.rows
    values = within(where_of(rule), column)
    items = (SelectItem(source, f"COUNT({values})"), SelectItem(source, f"COUNT(DISTINCT {values})"))

    def read(answers: Answers) -> MeasuredValue:
        rows, distinct = count(answers[0]), count(answers[1])
        return MeasuredValue(fraction(distinct, rows), f"{distinct:,} distinct among {rows:,} values")

    return Measurement(items, read)


def is_primary_key(rule: Rule, table: TableUnderTest) -> Measurement:
    columns = _columns(rule, table)
    source, where = table.rows, where_of(rule)
    if len(columns) == 1:
        distinct = SelectItem(source, f"COUNT(DISTINCT {within(where, columns[0])})")
    else:
        keyed = " AND ".join(f"{column} IS NOT NULL" for column in columns)
        distinct = SelectItem(group_source(table.name, columns, where, keyed, table.partition), "COUNT(*)")

    def read(answers: Answers) -> MeasuredValue:
        rows, keys = count(answers[0]), count(answers[1])
        return MeasuredValue(fraction(keys, rows), f"{keys:,} keys for {rows:,} rows")

    return Measurement((SelectItem(source, count_where(where)), distinct), read)


def uniqueness(rule: Rule, table: TableUnderTest) -> Measurement:
    source = _groups(rule, table)
    items = (SelectItem(source, "COUNT(CASE WHEN n = 1 THEN 1 END)"), SelectItem(source, "SUM(n)"))

    def read(answers: Answers) -> MeasuredValue:
        single, rows = count(answers[0]), count(answers[1])
        return MeasuredValue(fraction(single, rows), f"{single:,} of {rows:,} values occur once")

    return Measurement(items, read)


def unique_value_ratio(rule: Rule, table: TableUnderTest) -> Measurement:
    source = _groups(rule, table)
    items = (SelectItem(source, "COUNT(CASE WHEN n = 1 THEN 1 END)"), SelectItem(source, "COUNT(*)"))

    def read(answers: Answers) -> MeasuredValue:
        single, distinct = count(answers[0]), count(answers[1])
        return MeasuredValue(fraction(single, distinct), f"{single:,} of {distinct:,} distinct values occur once")

    return Measurement(items, read)


def distinct_values_count(rule: Rule, table: TableUnderTest) -> Measurement:
    values = within(where_of(rule), table.quoted(rule.text_of(0)))
    items = (SelectItem(table.rows, f"COUNT(DISTINCT {values})"),)
    return Measurement(items, lambda answers: MeasuredValue(count(answers[0])))


def entropy(rule: Rule, table: TableUnderTest) -> Measurement:
    source = _groups(rule, table)
    items = (SelectItem(source, "SUM(n)"), SelectItem(source, "SUM(n * LN(CAST(n AS DOUBLE)))"))

    def read(answers: Answers) -> MeasuredValue:
        rows = count(answers[0])
        if not rows:
            return MeasuredValue(None)
        # Shannon entropy in nats: ln N - sum(n ln n) / N. Rounding may take it just below zero.
        return MeasuredValue(max(0.0, math.log(rows) - float(number(answers[1]) or 0) / rows))

    return Measurement(items, read)


def total(rule: Rule, table: TableUnderTest) -> Measurement:
    values = within(where_of(rule), table.quoted_number(rule.text_of(0)))
    items = (SelectItem(table.rows, f"SUM({values})"),)
    return Measurement(items, lambda answers: MeasuredValue(number(answers[0])))


def _mean_of(sum_of_values: MeasuredNumber | None, values: int) -> MeasuredValue:
    return MeasuredValue(ratio(sum_of_values, values) if values else None)


def mean(rule: Rule, table: TableUnderTest) -> Measurement:
    values, source = within(where_of(rule), table.quoted_number(rule.text_of(0))), table.rows
    items = (SelectItem(source, f"SUM({values})"), SelectItem(source, f"COUNT({values})"))
    return Measurement(items, lambda answers: _mean_of(number(answers[0]), count(answers[1])))


def variance(rule: Rule, table: TableUnderTest) -> Measurement:
    values = within(where_of(rule), f"CAST({table.quoted_number(rule.text_of(0))} AS DOUBLE)")
    items = (SelectItem(table.rows, f"VAR_POP({values})"),)
    return Measurement(items, lambda answers: MeasuredValue(number(answers[0])))


def standard_deviation(rule: Rule, table: TableUnderTest) -> Measurement:
    items = variance(rule, table).items

    def read(answers: Answers) -> MeasuredValue:
        variance = number(answers[0])
        return MeasuredValue(None if variance is None else math.sqrt(max(0.0, float(variance))))

    return Measurement(items, read)


def column_correlation(rule: Rule, table: TableUnderTest) -> Measurement:
    first, second = (f"CAST({table.quoted_number(rule.text_of(index))} AS DOUBLE)" for index in (0, 1))
    sql = f"CORR({within(where_of(rule), first)}, {second})"
    return Measurement((SelectItem(table.rows, sql),), lambda answers: MeasuredValue(number(answers[0])))


def _groups(rule: Rule, table: TableUnderTest) -> ScanSource:
    columns = _columns(rule, table)
    known = " OR ".join(f"{column} IS NOT NULL" for column in columns)
    return group_source(table.name, columns, where_of(rule), known, table.partition)


def _columns(rule: Rule, table: TableUnderTest) -> tuple[str, ...]:
    """The quoted columns of a rule, sorted and without repeats, so that rules about the same set share a statement."""
    return tuple(sorted({table.quoted(rule.text_of(index)) for index in range(len(rule.parameters))}))
