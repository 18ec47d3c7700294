"""The SQL inside rules: `where` conditions and CustomSql. It always passes through a parser, never as plain text."""

from __future__ import annotations

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError

from millrace.errors import QueryError
from millrace.glue_workflow.quality.language.model import Rule

DIALECT = "athena"
_NOT_OF_ONE_ROW = (exp.AggFunc, exp.Window, exp.Subquery, exp.Select, exp.Placeholder, exp.Parameter)


def where_of(rule: Rule) -> str | None:
    """The rule's `where` as SQL text. Raises QueryError as `row_condition` does."""
    return None if rule.where is None else row_condition(rule.where)


def row_condition(text: str) -> str:
    """A condition on one row as SQL text in Athena's dialect. Raises QueryError for other SQL."""
    try:
        condition = sqlglot.condition(text, dialect=DIALECT)
    except SqlglotError as error:
        raise QueryError(
            f"the where is not an SQL condition: {_reason(error)}.", hint="Correct the where of this rule."
        ) from error
    if any(isinstance(node, _NOT_OF_ONE_ROW) for node in condition.walk()):
        raise QueryError(
            "a where is a condition on one row.",
            hint="Remove aggregates, window functions, subqueries and parameters.",
        )
    return condition.sql(DIALECT, comments=False)


def custom_query(text: str, table: str = "primary") -> str:
    """The SELECT of a CustomSql with `primary` replaced by `table`, in Athena's dialect. Raises QueryError."""
    try:
        statements = sqlglot.parse(text, read=DIALECT)
    except SqlglotError as error:
        raise QueryError(
            f"the SQL cannot be parsed: {_reason(error)}.", hint="Correct the SQL of this rule."
        ) from error
    query = statements[0] if len(statements) == 1 else None
    if not isinstance(query, exp.Query):
        raise QueryError("CustomSql takes one SELECT.", hint="Write exactly one SELECT; it may begin with WITH.")
    for column in query.find_all(exp.Column):
        if column.table.lower() == "primary" and not column.db:
            column.set("table", exp.to_identifier("primary", quoted=True))
    for found in list(query.find_all(exp.Table)):
        if found.name.lower() == "primary" and not found.db:
            layer, _, name = table.rpartition(".")
            alias = found.alias or "primary"
            real = exp.table_(name, db=layer or None, quoted=True)
            found.replace(exp.alias_(real, alias, quoted=True, table=True))
    return query.sql(DIALECT, comments=False)


def _reason(error: SqlglotError) -> str:
    if isinstance(error, ParseError) and error.errors:
        first = error.errors[0]
        return f"it cannot be read at {first['highlight']!r} (line {first['line']}, column {first['col']} of this SQL)"
    return str(error).split("\n", 1)[0].rstrip(". ")
