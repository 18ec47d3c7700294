"""CustomSql: a SELECT of the rule file's own."""

from __future__ import annotations

from millrace.athena_sql.ports import Result
from millrace.errors import QueryError
from millrace.glue_workflow.quality.evaluation.thresholds import Measure
from millrace.glue_workflow.quality.language.embedded_sql import custom_query
from millrace.glue_workflow.quality.language.model import Rule
from millrace.glue_workflow.quality.language.refusal import refusal
from millrace.glue_workflow.quality.rule_types.measures import Answers, Measured, Measuring, count, fraction, number
from millrace.glue_workflow.quality.rule_types.scans import Ask, ScanSource, of_table, whole
from millrace.glue_workflow.quality.rule_types.table_under_test import TableUnderTest


def check_custom_sql(file: str, rule: Rule) -> None:
    """Raises DefinitionError for a condition and a threshold together, QueryError for what is not one SELECT."""
    if rule.condition and rule.threshold:
        raise refusal(file, rule.threshold.position, "CustomSql takes a condition or a threshold, not both")
    custom_query(rule.text_of(0))


def custom_sql(rule: Rule, table: TableUnderTest) -> Measuring:
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
