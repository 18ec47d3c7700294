"""Rules with a statement of their own: CustomSql, and those that compare the table under test with another."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from millrace.athena_sql.ports import Column, Result
from millrace.errors import QueryError
from millrace.glue_workflow.quality.evaluation.thresholds import Measure
from millrace.glue_workflow.quality.language.embedded_sql import custom_query, row_condition
from millrace.glue_workflow.quality.language.model import Rule
from millrace.glue_workflow.quality.language.references import aggregate_of, reference_of
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
from millrace.glue_workflow.quality.rule_types.row_predicates import TableUnderTest
from millrace.glue_workflow.quality.rule_types.scans import Ask, ScanSource, of_table, whole
from millrace.glue_workflow.quality.rule_types.sql_text import Family, base_type, family_of, name, table_name

_SAME_TYPES = {"varchar": "string", "char": "string", "integer": "int", "real": "float"}


def _custom_sql(rule: Rule, table: TableUnderTest) -> Measuring:
    query = custom_query(rule.text_of(0), table.name)
    title = f"CustomSql in line {rule.position.line}"
    if rule.condition:
        return Measuring((Ask(whole(title, query)),), lambda answers: Measured(_one_number(answers)))
    asks = (Ask(of_table(table.name), "COUNT(*)"), Ask(ScanSource(title, f"(\n{query}\n) AS q"), "COUNT(*)"))

    def read(answers: Answers) -> Measured:
        rows, passing = count(answers[0]), count(answers[1])
        if passing > rows:
            what = f"the SQL gives {passing:,} rows, and the table has {rows:,}."
            raise QueryError(what, hint="It must give the rows that pass, each once.")
        return Measured(fraction(passing, rows), f"{rows - passing:,} of {rows:,} rows fail", rows - passing)

    return Measuring(asks, read)


def _one_number(answers: Answers) -> Measure | None:
    result = answers[0]
    assert isinstance(result, Result)
    if len(result.rows) != 1 or len(result.columns) != 1:
        raise QueryError(
            f"the SQL gives {len(result.rows)} rows of {len(result.columns)} columns.",
            hint="With a condition, CustomSql takes a SELECT of one number.",
        )
    return number(result.rows[0][0])


def _referential_integrity(rule: Rule, table: TableUnderTest) -> Measuring:
    reference = reference_of(rule.text_of(0), rule.text_of(1))
    mine = [f"{name(table.column(column).name)} AS k{index}" for index, column in enumerate(reference.columns)]
    theirs = [f"{name(column)} AS k{index}" for index, column in enumerate(reference.other_columns)]
    where = "" if rule.where is None else f" WHERE {row_condition(rule.where)}"
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


def _row_count_match(rule: Rule, table: TableUnderTest) -> Measuring:
    other = rule.text_of(0)
    asks = (Ask(of_table(table.name), "COUNT(*)"), Ask(of_table(other), "COUNT(*)"))

    def read(answers: Answers) -> Measured:
        mine, theirs = count(answers[0]), count(answers[1])
        return Measured(ratio(mine, theirs), f"{mine:,} rows, and {theirs:,} in {other}")

    return Measuring(asks, read)


def _aggregate_match(rule: Rule, table: TableUnderTest) -> Measuring:
    asks = (*_aggregate_asks(rule.text_of(0), table), *_aggregate_asks(rule.text_of(1), table))

    def read(answers: Answers) -> Measured:
        first = _aggregate(rule.text_of(0), answers[0], answers[1])
        second = _aggregate(rule.text_of(1), answers[2], answers[3])
        return Measured(ratio(first, second), f"{_shown(first)} against {_shown(second)}")

    return Measuring(asks, read)


def _aggregate_asks(text: str, table: TableUnderTest) -> tuple[Ask, Ask]:
    aggregate = aggregate_of(text)
    column = aggregate.column
    if aggregate.table is None:
        found = table.column(column)
        if family_of(found.type) is not Family.NUMBER:
            raise QueryError(f"the column {found.name} is {found.type}, not a number.")
        column = found.name
    source = of_table(aggregate.table or table.name)
    return Ask(source, f"SUM({name(column)})"), Ask(source, f"COUNT({name(column)})")


def _aggregate(text: str, total: Answer, values: Answer) -> Measure | None:
    found = number(total)
    return found if aggregate_of(text).function == "sum" or found is None else ratio(found, count(values))


def _schema_match(rule: Rule, table: TableUnderTest) -> Measuring:
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


MEASURES: dict[str, Callable[[Rule, TableUnderTest], Measuring]] = {
    "AggregateMatch": _aggregate_match,
    "CustomSql": _custom_sql,
    "ReferentialIntegrity": _referential_integrity,
    "RowCountMatch": _row_count_match,
    "SchemaMatch": _schema_match,
}
