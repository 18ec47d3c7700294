"""What the rule types measure in the table under test itself. NULLs are no values: a statistic does not see them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from millrace.errors import QueryError
from millrace.glue_workflow.quality.evaluation.thresholds import Measure
from millrace.glue_workflow.quality.language.embedded_sql import row_condition
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
from millrace.glue_workflow.quality.rule_types.row_predicates import TableUnderTest
from millrace.glue_workflow.quality.rule_types.scans import Ask, ScanSource, grouped, of_table
from millrace.glue_workflow.quality.rule_types.sql_text import Family, count_where, family_of, name, within


def measure_rows(rule: Rule, table: TableUnderTest, failing_rows: str) -> Measuring:
    """The fraction of the rows (those of the `where`) that do not fail."""
    source = of_table(table.name)
    asks = (Ask(source, count_where(_where(rule))), Ask(source, count_where(failing_rows)))

    def read(answers: Answers) -> Measured:
        rows, failing = count(answers[0]), count(answers[1])
        return Measured(fraction(rows - failing, rows), f"{failing:,} of {rows:,} rows fail", failing)

    return Measuring(asks, read)


def _row_count(rule: Rule, table: TableUnderTest) -> Measuring:
    asks = (Ask(of_table(table.name), count_where(_where(rule))),)
    return Measuring(asks, lambda answers: Measured(count(answers[0])))


def _column_count(rule: Rule, table: TableUnderTest) -> Measuring:
    return Measuring((), lambda _: Measured(len(table.columns)))


def _column_exists(rule: Rule, table: TableUnderTest) -> Measuring:
    there = rule.text_of(0).lower() in table.columns
    detail = "" if there else f"{table.name} has no column {rule.text_of(0)!r}"
    return Measuring((), lambda _: Measured(int(there), detail))


def _column_names(rule: Rule, table: TableUnderTest) -> Measuring:
    pattern = re.compile(rule.text_of(0), re.ASCII)
    others = [column.name for column in table.columns.values() if not pattern.fullmatch(column.name)]
    share = fraction(len(table.columns) - len(others), len(table.columns))
    detail = f"not matching: {', '.join(others)}" if others else ""
    return Measuring((), lambda _: Measured(share, detail))


def _is_unique(rule: Rule, table: TableUnderTest) -> Measuring:
    if len(rule.parameters) > 1:
        return _uniqueness(rule, table)
    column, source = _column(rule, table, 0), of_table(table.name)
    values = within(_where(rule), column)
    asks = (Ask(source, f"COUNT({values})"), Ask(source, f"COUNT(DISTINCT {values})"))

    def read(answers: Answers) -> Measured:
        rows, distinct = count(answers[0]), count(answers[1])
        return Measured(fraction(distinct, rows), f"{distinct:,} distinct among {rows:,} values")

    return Measuring(asks, read)


def _is_primary_key(rule: Rule, table: TableUnderTest) -> Measuring:
    columns = _columns(rule, table)
    source, where = of_table(table.name), _where(rule)
    if len(columns) == 1:
        distinct = Ask(source, f"COUNT(DISTINCT {within(where, columns[0])})")
    else:
        keyed = " AND ".join(f"{column} IS NOT NULL" for column in columns)
        distinct = Ask(grouped(table.name, columns, where, keyed), "COUNT(*)")

    def read(answers: Answers) -> Measured:
        rows, keys = count(answers[0]), count(answers[1])
        return Measured(fraction(keys, rows), f"{keys:,} keys for {rows:,} rows")

    return Measuring((Ask(source, count_where(where)), distinct), read)


def _uniqueness(rule: Rule, table: TableUnderTest) -> Measuring:
    source = _groups(rule, table)
    asks = (Ask(source, "COUNT(CASE WHEN n = 1 THEN 1 END)"), Ask(source, "SUM(n)"))

    def read(answers: Answers) -> Measured:
        single, rows = count(answers[0]), count(answers[1])
        return Measured(fraction(single, rows), f"{single:,} of {rows:,} values occur once")

    return Measuring(asks, read)


def _unique_value_ratio(rule: Rule, table: TableUnderTest) -> Measuring:
    source = _groups(rule, table)
    asks = (Ask(source, "COUNT(CASE WHEN n = 1 THEN 1 END)"), Ask(source, "COUNT(*)"))

    def read(answers: Answers) -> Measured:
        single, distinct = count(answers[0]), count(answers[1])
        return Measured(fraction(single, distinct), f"{single:,} of {distinct:,} distinct values occur once")

    return Measuring(asks, read)


def _distinct_values(rule: Rule, table: TableUnderTest) -> Measuring:
    values = within(_where(rule), _column(rule, table, 0))
    asks = (Ask(of_table(table.name), f"COUNT(DISTINCT {values})"),)
    return Measuring(asks, lambda answers: Measured(count(answers[0])))


def _entropy(rule: Rule, table: TableUnderTest) -> Measuring:
    source = _groups(rule, table)
    asks = (Ask(source, "SUM(n)"), Ask(source, "SUM(n * LN(CAST(n AS DOUBLE)))"))

    def read(answers: Answers) -> Measured:
        rows = count(answers[0])  # in nats: ln N - sum(n ln n) / N
        return Measured(max(0.0, math.log(rows) - float(number(answers[1]) or 0) / rows) if rows else None)

    return Measuring(asks, read)


def _sum(rule: Rule, table: TableUnderTest) -> Measuring:
    values = within(_where(rule), _numeric(rule, table, 0))
    asks = (Ask(of_table(table.name), f"SUM({values})"),)
    return Measuring(asks, lambda answers: Measured(number(answers[0])))


def _mean_of(total: Measure | None, values: int) -> Measured:
    return Measured(ratio(total, values) if values else None)


def _mean(rule: Rule, table: TableUnderTest) -> Measuring:
    values, source = within(_where(rule), _numeric(rule, table, 0)), of_table(table.name)
    asks = (Ask(source, f"SUM({values})"), Ask(source, f"COUNT({values})"))
    return Measuring(asks, lambda answers: _mean_of(number(answers[0]), count(answers[1])))


def _variance(rule: Rule, table: TableUnderTest) -> Measuring:
    values = within(_where(rule), f"CAST({_numeric(rule, table, 0)} AS DOUBLE)")
    asks = (Ask(of_table(table.name), f"VAR_POP({values})"),)
    return Measuring(asks, lambda answers: Measured(number(answers[0])))


def _standard_deviation(rule: Rule, table: TableUnderTest) -> Measuring:
    asks = _variance(rule, table).asks

    def read(answers: Answers) -> Measured:
        variance = number(answers[0])
        return Measured(None if variance is None else math.sqrt(max(0.0, float(variance))))

    return Measuring(asks, read)


def _correlation(rule: Rule, table: TableUnderTest) -> Measuring:
    first, second = (f"CAST({_numeric(rule, table, index)} AS DOUBLE)" for index in (0, 1))
    sql = f"CORR({within(_where(rule), first)}, {second})"
    return Measuring((Ask(of_table(table.name), sql),), lambda answers: Measured(number(answers[0])))


def _groups(rule: Rule, table: TableUnderTest) -> ScanSource:
    columns = _columns(rule, table)
    return grouped(table.name, columns, _where(rule), " OR ".join(f"{column} IS NOT NULL" for column in columns))


def _where(rule: Rule) -> str | None:
    return None if rule.where is None else row_condition(rule.where)


def _column(rule: Rule, table: TableUnderTest, index: int) -> str:
    return name(table.column(rule.text_of(index)).name)


def _columns(rule: Rule, table: TableUnderTest) -> tuple[str, ...]:
    """Each once, in an order of their own, so that rules about the same set share a statement."""
    return tuple(sorted({_column(rule, table, index) for index in range(len(rule.parameters))}))


def _numeric(rule: Rule, table: TableUnderTest, index: int) -> str:
    column = table.column(rule.text_of(index))
    if family_of(column.type) is not Family.NUMBER:
        raise QueryError(f"the column {column.name} is {column.type}, not a number.")
    return name(column.name)


MEASURES: dict[str, Callable[[Rule, TableUnderTest], Measuring]] = {
    "ColumnCorrelation": _correlation,
    "ColumnCount": _column_count,
    "ColumnExists": _column_exists,
    "ColumnNamesMatchPattern": _column_names,
    "DistinctValuesCount": _distinct_values,
    "Entropy": _entropy,
    "IsPrimaryKey": _is_primary_key,
    "IsUnique": _is_unique,
    "Mean": _mean,
    "RowCount": _row_count,
    "StandardDeviation": _standard_deviation,
    "Sum": _sum,
    "UniqueValueRatio": _unique_value_ratio,
    "Uniqueness": _uniqueness,
    "Variance": _variance,
}
