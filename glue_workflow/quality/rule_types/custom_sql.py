"""CustomSql: a SELECT written in the rule file.

With a condition, the SELECT gives one number; without, it gives the rows that pass.
"""

from __future__ import annotations

from millrace.athena_sql.ports import Result
from millrace.errors import QueryError
from millrace.glue_workflow.quality.language.embedded_sql import custom_query
from millrace.glue_workflow.quality.language.model import Rule
from millrace.glue_workflow.quality.language.refusal import refusal
from millrace.glue_workflow.quality.rule_types.measurement import (
    Answers,
    MeasuredValue,
    Measurement,
    count,
    fraction,
    number,
)
from millrace.glue_workflow.quality.rule_types.scans import ScanSource, SelectItem, query_source
from millrace.glue_workflow.quality.rule_types.table_under_test import TableUnderTest
from millrace.glue_workflow.quality.rule_types.thresholds import MeasuredNumber


def check_custom_sql(file: str, rule: Rule) -> None:
    """Raises DefinitionError for a condition and a threshold together, QueryError for what is not one SELECT."""
    if rule.condition and rule.threshold:
        raise refusal(file, rule.threshold.position, "CustomSql takes a condition or a threshold, not both")
    custom_query(rule.text_of(0))


def custom_sql(rule: Rule, table: TableUnderTest) -> Measurement:
    query = custom_query(rule.text_of(0), table.name)
    title = f"CustomSql in line {rule.position.line}"
    if rule.condition:
        return Measurement(
            (SelectItem(query_source(title, query, each_partition=table.partitioned)),),
            lambda answers: MeasuredValue(_one_number(answers)),
        )
    items = (
        SelectItem(table.rows, "COUNT(*)"),
        SelectItem(ScanSource(title, f"(\n{query}\n) AS q", each_partition=table.partitioned), "COUNT(*)"),
    )

    def read(answers: Answers) -> MeasuredValue:
        rows, passing = count(answers[0]), count(answers[1])
        if passing > rows:
            what = f"the SQL gives {passing:,} rows, but the table has only {rows:,}."
            raise QueryError(what, hint="Change it so that it gives each row that passes once.")
        return MeasuredValue(fraction(passing, rows), f"{rows - passing:,} of {rows:,} rows fail", rows - passing)

    return Measurement(items, read)


def _one_number(answers: Answers) -> MeasuredNumber | None:
    result = answers[0]
    assert isinstance(result, Result)
    if len(result.rows) != 1 or len(result.columns) != 1:
        raise QueryError(
            f"the SQL gives {len(result.rows)} rows of {len(result.columns)} columns.",
            hint="A CustomSql with a condition needs a SELECT that gives one number.",
        )
    return number(result.rows[0][0])
