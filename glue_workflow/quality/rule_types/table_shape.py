"""What the rule types measure of the table as a whole: how many rows it has, and which columns."""

from __future__ import annotations

import re

from millrace.glue_workflow.quality.language.embedded_sql import where_of
from millrace.glue_workflow.quality.language.model import Rule
from millrace.glue_workflow.quality.language.patterns import check_pattern
from millrace.glue_workflow.quality.rule_types.measures import Measured, Measuring, count, fraction
from millrace.glue_workflow.quality.rule_types.scans import Ask, of_table
from millrace.glue_workflow.quality.rule_types.sql_text import count_where
from millrace.glue_workflow.quality.rule_types.table_under_test import TableUnderTest


def row_count(rule: Rule, table: TableUnderTest) -> Measuring:
    asks = (Ask(of_table(table.name), count_where(where_of(rule))),)
    return Measuring(asks, lambda answers: Measured(count(answers[0])))


def column_count(rule: Rule, table: TableUnderTest) -> Measuring:
    return Measuring((), lambda _: Measured(len(table.columns)))


def column_exists(rule: Rule, table: TableUnderTest) -> Measuring:
    there = rule.text_of(0).lower() in table.columns
    detail = "" if there else f"{table.name} has no column {rule.text_of(0)!r}"
    return Measuring((), lambda _: Measured(int(there), detail))


def check_column_names(_file: str, rule: Rule) -> None:
    """Raises QueryError for a pattern that engines read differently."""
    check_pattern(rule.text_of(0))


def column_names_match(rule: Rule, table: TableUnderTest) -> Measuring:
    pattern = re.compile(rule.text_of(0), re.ASCII)
    others = [column.name for column in table.columns.values() if not pattern.fullmatch(column.name)]
    share = fraction(len(table.columns) - len(others), len(table.columns))
    detail = f"not matching: {', '.join(others)}" if others else ""
    return Measuring((), lambda _: Measured(share, detail))
