"""Rules that compare the table under test with another table: its rows, counts, aggregates or columns."""

from __future__ import annotations

from collections.abc import Iterable

from millrace.athena_sql.ports import Column, Result
from millrace.glue_workflow.quality.language.embedded_sql import where_of
from millrace.glue_workflow.quality.language.model import Rule
from millrace.glue_workflow.quality.rule_types.measurement import (
    Answer,
    Answers,
    MeasuredValue,
    Measurement,
    count,
    fraction,
    number,
    ratio,
)
from millrace.glue_workflow.quality.rule_types.references import aggregate_of, reference_of
from millrace.glue_workflow.quality.rule_types.scans import ScanSource, SelectItem, query_source
from millrace.glue_workflow.quality.rule_types.sql_text import base_type, quoted_name, table_name
from millrace.glue_workflow.quality.rule_types.table_under_test import TableUnderTest
from millrace.glue_workflow.quality.rule_types.thresholds import MeasuredNumber

_SAME_TYPES = {"varchar": "string", "char": "string", "integer": "int", "real": "float"}


def check_referential_integrity(_file: str, rule: Rule) -> None:
    """Raises QueryError unless the parameters name columns of two tables, as many of each."""
    reference_of(rule.text_of(0), rule.text_of(1))


def referential_integrity(rule: Rule, table: TableUnderTest) -> Measurement:
    reference = reference_of(rule.text_of(0), rule.text_of(1))
    mine = [f"{table.quoted(column)} AS k{index}" for index, column in enumerate(reference.columns)]
    mine += [table.partition] if table.partitioned else []
    theirs = [f"{quoted_name(column)} AS k{index}" for index, column in enumerate(reference.other_columns)]
    where = f" WHERE {where_of(rule)}" if rule.where is not None else ""
    joined = " AND ".join(f"p.k{index} = r.k{index}" for index in range(len(theirs)))
    source = ScanSource(
        f"{', '.join(reference.columns)} in {reference.table}",
        f"(SELECT {', '.join(mine)} FROM {table_name(table.name)}{where}) AS p\n"
        f"LEFT JOIN (SELECT DISTINCT {', '.join(theirs)}, 1 AS found FROM {table_name(reference.table)}) AS r\n"
        f"  ON {joined}",
        partition=f"p.{table.partition}" if table.partitioned else "",
    )

    def read(answers: Answers) -> MeasuredValue:
        rows, found = count(answers[0]), count(answers[1])
        return MeasuredValue(fraction(found, rows), f"{rows - found:,} of {rows:,} rows are not in {reference.table}")

    return Measurement((SelectItem(source, "COUNT(*)"), SelectItem(source, "COUNT(r.found)")), read)


def row_count_match(rule: Rule, table: TableUnderTest) -> Measurement:
    other = rule.text_of(0)
    items = (SelectItem(table.rows, "COUNT(*)"), SelectItem(table.source(other), "COUNT(*)"))

    def read(answers: Answers) -> MeasuredValue:
        mine, theirs = count(answers[0]), count(answers[1])
        return MeasuredValue(ratio(mine, theirs), f"{mine:,} rows, and {theirs:,} in {other}")

    return Measurement(items, read)


def check_aggregate_match(_file: str, rule: Rule) -> None:
    """Raises QueryError for a parameter that is not an aggregate."""
    for index in (0, 1):
        aggregate_of(rule.text_of(index))


def aggregate_match(rule: Rule, table: TableUnderTest) -> Measurement:
    items = (*_aggregate_items(rule.text_of(0), table), *_aggregate_items(rule.text_of(1), table))

    def read(answers: Answers) -> MeasuredValue:
        first = _aggregate(rule.text_of(0), answers[0], answers[1])
        second = _aggregate(rule.text_of(1), answers[2], answers[3])
        return MeasuredValue(ratio(first, second), f"{_shown(first)} against {_shown(second)}")

    return Measurement(items, read)


def _aggregate_items(text: str, table: TableUnderTest) -> tuple[SelectItem, SelectItem]:
    aggregate = aggregate_of(text)
    column = table.quoted_number(aggregate.column) if aggregate.table is None else quoted_name(aggregate.column)
    source = table.source(aggregate.table or table.name)
    return SelectItem(source, f"SUM({column})"), SelectItem(source, f"COUNT({column})")


def _aggregate(text: str, total: Answer, values: Answer) -> MeasuredNumber | None:
    sum_of_values = number(total)
    if sum_of_values is None or aggregate_of(text).function == "sum":
        return sum_of_values
    return ratio(sum_of_values, count(values))


def schema_match(rule: Rule, table: TableUnderTest) -> Measurement:
    other = rule.text_of(0)
    item = SelectItem(query_source(f"columns of {other}", f"SELECT * FROM {table_name(other)} LIMIT 0"))

    def read(answers: Answers) -> MeasuredValue:
        result = answers[0]
        assert isinstance(result, Result)
        mine, theirs = _schema(table.columns.values()), _schema(result.columns)
        names = mine.keys() | theirs.keys()
        different = sorted(column for column in names if mine.get(column) != theirs.get(column))
        share = fraction(len(names) - len(different), len(names))
        return MeasuredValue(share, f"different: {', '.join(different)}" if different else "")

    return Measurement((item,), read)


def _schema(columns: Iterable[Column]) -> dict[str, str]:
    """Types by column name, both in lower case, with one name for each type."""
    types = {column.name.lower(): column.type.lower().replace(" ", "") for column in columns}
    return {column: _SAME_TYPES.get(base_type(declared), declared) for column, declared in types.items()}


def _shown(value: MeasuredNumber | None) -> str:
    return "nothing" if value is None else f"{float(value):g}"
