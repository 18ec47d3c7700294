"""Rules about the shape of the table under test: how many rows it has, and which columns."""

from __future__ import annotations

import re

from millrace.glue_workflow.quality.language.embedded_sql import where_of
from millrace.glue_workflow.quality.language.model import Rule
from millrace.glue_workflow.quality.language.patterns import check_pattern
from millrace.glue_workflow.quality.rule_types.measurement import MeasuredValue, Measurement, count, fraction
from millrace.glue_workflow.quality.rule_types.scans import SelectItem, table_source
from millrace.glue_workflow.quality.rule_types.sql_text import count_where
from millrace.glue_workflow.quality.rule_types.table_under_test import TableUnderTest


def row_count(rule: Rule, table: TableUnderTest) -> Measurement:
    items = (SelectItem(table_source(table.name), count_where(where_of(rule))),)
    return Measurement(items, lambda answers: MeasuredValue(count(answers[0])))


def column_count(rule: Rule, table: TableUnderTest) -> Measurement:
    return Measurement((), lambda _: MeasuredValue(len(table.columns)))


def column_exists(rule: Rule, table: TableUnderTest) -> Measurement:
    exists = rule.text_of(0).lower() in table.columns
    detail = "" if exists else f"{table.name} has no column {rule.text_of(0)!r}"
    return Measurement((), lambda _: MeasuredValue(int(exists), detail))


def check_column_names(_file: str, rule: Rule) -> None:
    """Raises QueryError for what is not a regular expression, or not the same one on every engine."""
    check_pattern(rule.text_of(0))


def column_names_match(rule: Rule, table: TableUnderTest) -> Measurement:
    pattern = re.compile(rule.text_of(0), re.ASCII)
    others = [column.name for column in table.columns.values() if not pattern.fullmatch(column.name)]
    share = fraction(len(table.columns) - len(others), len(table.columns))
    detail = f"not matching: {', '.join(others)}" if others else ""
    return Measurement((), lambda _: MeasuredValue(share, detail))
