"""Rules that compare the table under test with another."""

from __future__ import annotations

from collections.abc import Iterable

from millrace.athena_sql.ports import Column, Result
from millrace.glue_workflow.quality.evaluation.thresholds import Measure
from millrace.glue_workflow.quality.language.embedded_sql import where_of
from millrace.glue_workflow.quality.language.model import Rule
from millrace.glue_workflow.quality.rule_types.measures import (
    Answer,
    Answers,
    Measured,
    Measuring,
    count,
    fraction,
    number,
    ratio,
)
from millrace.glue_workflow.quality.rule_types.references import aggregate_of, reference_of
from millrace.glue_workflow.quality.rule_types.scans import Ask, ScanSource, of_table, whole
from millrace.glue_workflow.quality.rule_types.sql_text import base_type, name, table_name
from millrace.glue_workflow.quality.rule_types.table_under_test import TableUnderTest

_SAME_TYPES = {"varchar": "string", "char": "string", "integer": "int", "real": "float"}


def check_referential_integrity(_file: str, rule: Rule) -> None:
    """Raises QueryError for parameters that do not name the same number of columns on both sides."""
    reference_of(rule.text_of(0), rule.text_of(1))


def referential_integrity(rule: Rule, table: TableUnderTest) -> Measuring:
    reference = reference_of(rule.text_of(0), rule.text_of(1))
    mine = [f"{table.quoted(column)} AS k{index}" for index, column in enumerate(reference.columns)]
    theirs = [f"{name(column)} AS k{index}" for index, column in enumerate(reference.other_columns)]
    where = f" WHERE {where_of(rule)}" if rule.where is not None else ""
    joined = " AND ".join(f"p.k{index} = r.k{index}" for index in range(len(mine)))
    source = ScanSource(
        f"{', '.join(reference.columns)} in {reference.table}",
        f"(SELECT {', '.join(mine)} FROM {table_name(table.name)}{where}) AS p\n"
        f"LEFT JOIN (SELECT DISTINCT {', '.join(theirs)}, 1 AS found FROM {table_name(reference.table)}) AS r\n"
        f"  ON {joined}",
    )

    def read(answers: Answers) -> Measured:
        rows, found = count(answers[0]), count(answers[1])
        return Measured(fraction(found, rows), f"{rows - found:,} of {rows:,} rows are not in {reference.table}")

    return Measuring((Ask(source, "COUNT(*)"), Ask(source, "COUNT(r.found)")), read)


def row_count_match(rule: Rule, table: TableUnderTest) -> Measuring:
    other = rule.text_of(0)
    asks = (Ask(of_table(table.name), "COUNT(*)"), Ask(of_table(other), "COUNT(*)"))

    def read(answers: Answers) -> Measured:
        mine, theirs = count(answers[0]), count(answers[1])
        return Measured(ratio(mine, theirs), f"{mine:,} rows, and {theirs:,} in {other}")

    return Measuring(asks, read)


def check_aggregate_match(_file: str, rule: Rule) -> None:
    """Raises QueryError for a parameter that is not an aggregate."""
    for index in (0, 1):
        aggregate_of(rule.text_of(index))


def aggregate_match(rule: Rule, table: TableUnderTest) -> Measuring:
    asks = (*_aggregate_asks(rule.text_of(0), table), *_aggregate_asks(rule.text_of(1), table))

    def read(answers: Answers) -> Measured:
        first = _aggregate(rule.text_of(0), answers[0], answers[1])
        second = _aggregate(rule.text_of(1), answers[2], answers[3])
        return Measured(ratio(first, second), f"{_shown(first)} against {_shown(second)}")

    return Measuring(asks, read)


def _aggregate_asks(text: str, table: TableUnderTest) -> tuple[Ask, Ask]:
    aggregate = aggregate_of(text)
    column = table.quoted_number(aggregate.column) if aggregate.table is None else name(aggregate.column)
    source = of_table(aggregate.table or table.name)
    return Ask(source, f"SUM({column})"), Ask(source, f"COUNT({column})")


def _aggregate(text: str, total: Answer, values: Answer) -> Measure | None:
    found = number(total)
    return found if aggregate_of(text).function == "sum" or found is None else ratio(found, count(values))


def schema_match(rule: Rule, table: TableUnderTest) -> Measuring:
    other = rule.text_of(0)
    ask = Ask(whole(f"columns of {other}", f"SELECT * FROM {table_name(other)} LIMIT 0"))

    def read(answers: Answers) -> Measured:
        result = answers[0]
        assert isinstance(result, Result)
        mine, theirs = _schema(table.columns.values()), _schema(result.columns)
        odd = sorted(column for column in mine.keys() | theirs.keys() if mine.get(column) != theirs.get(column))
        share = fraction(len(mine.keys() | theirs.keys()) - len(odd), len(mine.keys() | theirs.keys()))
        return Measured(share, f"different: {', '.join(odd)}" if odd else "")

    return Measuring((ask,), read)


def _schema(columns: Iterable[Column]) -> dict[str, str]:
    types = {column.name.lower(): column.type.lower().replace(" ", "") for column in columns}
    return {column: _SAME_TYPES.get(base_type(declared), declared) for column, declared in types.items()}


def _shown(value: Measure | None) -> str:
    return "nothing" if value is None else f"{float(value):g}"
