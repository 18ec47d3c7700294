"""Rules about single rows, as SQL predicates: TRUE for the rows that fail and FALSE, never NULL, for all others.

A NULL fails, with two exceptions from the language's documentation of these rule types: it passes `!=` and `not in` of
ColumnValues, and for ColumnLength it is a text of length 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from millrace.athena_sql.ports import Column
from millrace.errors import QueryError
from millrace.glue_workflow.quality.language.embedded_sql import where_of
from millrace.glue_workflow.quality.language.model import (
    Condition,
    Duration,
    Keyword,
    Now,
    Operand,
    Operator,
    Rule,
    Text,
    is_date,
)
from millrace.glue_workflow.quality.language.printing import plain
from millrace.glue_workflow.quality.rule_types.measurement import Answers, MeasuredValue, Measurement, count, fraction
from millrace.glue_workflow.quality.rule_types.scans import SelectItem
from millrace.glue_workflow.quality.rule_types.sql_text import (
    Family,
    count_where,
    family_of,
    full_match,
    literal,
    quoted_name,
    timestamp,
)
from millrace.glue_workflow.quality.rule_types.table_under_test import TableUnderTest
from millrace.glue_workflow.quality.rule_types.thresholds import value_of

_NEGATIVE = (Operator.NOT_EQUAL, Operator.NOT_IN)
_COMPARISONS = {
    Operator.EQUAL: "=",
    Operator.NOT_EQUAL: "<>",
    Operator.GREATER: ">",
    Operator.GREATER_OR_EQUAL: ">=",
    Operator.LESS: "<",
    Operator.LESS_OR_EQUAL: "<=",
}
# An age of more than 3 days is a time before (now - 3 days), so the comparison turns round.
_AGE_TO_TIME = {
    Operator.GREATER: Operator.LESS,
    Operator.GREATER_OR_EQUAL: Operator.LESS_OR_EQUAL,
    Operator.LESS: Operator.GREATER,
    Operator.LESS_OR_EQUAL: Operator.GREATER_OR_EQUAL,
}


def measure_rows(rule: Rule, table: TableUnderTest, failing_rows: str) -> Measurement:
    """The fraction of rows that do not fail, among the rows that meet the rule's `where`."""
    source = table.rows
    items = (SelectItem(source, count_where(where_of(rule))), SelectItem(source, count_where(failing_rows)))

    def read(answers: Answers) -> MeasuredValue:
        rows, failing = count(answers[0]), count(answers[1])
        return MeasuredValue(fraction(rows - failing, rows), f"{failing:,} of {rows:,} rows fail", failing)

    return Measurement(items, read)


def failing_within(where: str | None, failing: str) -> str:
    """The predicate of failing rows, limited to the rows that meet the `where`."""
    return failing if where is None else f"(COALESCE({where}, FALSE) AND {failing})"


def not_passing(passing: str) -> str:
    """The predicate of failing rows, from one that is TRUE for passing rows and may be NULL."""
    return f"NOT COALESCE({passing}, FALSE)"


def compare(expression: str, operator: Operator, literals: Sequence[str]) -> str:
    """A comparison in SQL. `between` excludes both bounds, `not between` includes them."""
    match operator:
        case Operator.IN:
            return f"{expression} IN ({', '.join(literals)})"
        case Operator.NOT_IN:
            return f"NOT {expression} IN ({', '.join(literals)})"
        case Operator.BETWEEN:
            return f"({expression} > {literals[0]} AND {expression} < {literals[1]})"
        case Operator.NOT_BETWEEN:
            return f"({expression} <= {literals[0]} OR {expression} >= {literals[1]})"
    return f"{expression} {_COMPARISONS[operator]} {literals[0]}"


def completeness(rule: Rule, table: TableUnderTest) -> str:
    return f"{table.quoted(rule.text_of(0))} IS NULL"


def column_values(rule: Rule, table: TableUnderTest) -> str:
    return not_passing(_passing_values(rule, table))


def _passing_values(rule: Rule, table: TableUnderTest) -> str:
    column, condition = table.column(rule.text_of(0)), rule.required_condition
    if condition.operator in (Operator.MATCHES, Operator.NOT_MATCHES):
        return _matches(column, condition)
    values = [operand for operand in condition.operands if not isinstance(operand, Keyword)]
    keywords = [operand for operand in condition.operands if isinstance(operand, Keyword)]
    expression, literals = _comparable(column, values, table.now)
    if condition.operator not in (Operator.EQUAL, Operator.IN, *_NEGATIVE):
        return compare(expression, condition.operator, literals)
    positive = Operator.EQUAL if len(literals) == 1 else Operator.IN
    tests = [compare(expression, positive, literals)] if literals else []
    tests += [_is_keyword(column, keyword) for keyword in keywords if keyword is not Keyword.NULL]
    column_name, null = quoted_name(column.name), Keyword.NULL in keywords
    if condition.operator not in _NEGATIVE:
        return " OR ".join([f"{column_name} IS NULL"] * null + tests)
    if null:
        return " AND ".join([f"{column_name} IS NOT NULL", *(f"NOT ({test})" for test in tests)])
    return f"{column_name} IS NULL OR NOT ({' OR '.join(tests)})"


def _matches(column: Column, condition: Condition) -> str:
    pattern = condition.operands[0]
    assert isinstance(pattern, Text)
    test = full_match(quoted_name(_text_column(column).name), pattern.value)
    return test if condition.operator is Operator.MATCHES else f"NOT {test}"


def _is_keyword(column: Column, keyword: Keyword) -> str:
    expression = quoted_name(_text_column(column).name)
    return f"{expression} = ''" if keyword is Keyword.EMPTY else full_match(expression, r"[ \t\n\x0B\f\r]+")


def column_length(rule: Rule, table: TableUnderTest) -> str:
    column, condition = _text_column(table.column(rule.text_of(0))), rule.required_condition
    length = f"COALESCE(LENGTH({quoted_name(column.name)}), 0)"
    return not_passing(compare(length, condition.operator, _numbers(condition.operands)))


def data_freshness(rule: Rule, table: TableUnderTest) -> str:
    column, condition = table.column(rule.text_of(0)), rule.required_condition
    times = [table.now - _timedelta(operand) for operand in condition.operands if isinstance(operand, Duration)]
    if condition.operator in (Operator.BETWEEN, Operator.NOT_BETWEEN):
        times.reverse()
    operator = _AGE_TO_TIME.get(condition.operator, condition.operator)
    return not_passing(compare(_as_timestamp(column), operator, [timestamp(time) for time in times]))


def _comparable(column: Column, values: Sequence[Operand], now: datetime) -> tuple[str, list[str]]:
    """The column and the values as SQL of one type. Raises QueryError for types that do not compare."""
    expression, family = quoted_name(column.name), family_of(column.type)
    if not values:
        return expression, []
    texts = [value.value for value in values if isinstance(value, Text)]
    if family is Family.NUMBER and all(not isinstance(value, Now) for value in values):
        return expression, [_number_in(column, text) for text in texts] or _numbers(values)
    if family is Family.TEXT and len(texts) == len(values):
        return expression, [literal(text) for text in texts]
    if family is Family.BOOLEAN and texts and all(text.lower() in ("true", "false") for text in texts):
        return expression, [text.upper() for text in texts]
    if family is Family.DATE and texts == [text for text in texts if is_date(text)] and len(texts) == len(values):
        return expression, [f"DATE {literal(text)}" for text in texts]
    if family in (Family.DATE, Family.TIMESTAMP):
        return _as_timestamp(column), [_time(column, value, now) for value in values]
    raise _cannot_compare(column)


def _numbers(operands: Sequence[Operand]) -> list[str]:
    """Constant expressions as literals, calculated here so that every engine gets the same digits."""
    out = []
    for operand in operands:
        value = value_of(operand)
        assert isinstance(value, Fraction), "past results are refused when the file is loaded"
        out.append(_signed(Decimal(value.numerator) / Decimal(value.denominator)))
    return out


def _number_in(column: Column, text: str) -> str:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise _cannot_compare(column) from None
    if not number.is_finite():
        raise _cannot_compare(column)
    return _signed(number)


def _signed(number: Decimal) -> str:
    return f"({plain(number)})" if number < 0 else plain(number)


def _time(column: Column, value: Operand, now: datetime) -> str:
    if isinstance(value, Now):
        return timestamp(now + value.sign * _timedelta(value.offset) if value.offset else now)
    if isinstance(value, Text) and is_date(value.value):
        return timestamp(datetime.fromisoformat(value.value))
    raise _cannot_compare(column)


def _timedelta(duration: Duration) -> timedelta:
    return timedelta(**{duration.unit: duration.count})


def _as_timestamp(column: Column) -> str:
    family = family_of(column.type)
    if family is Family.DATE:
        return f"CAST({quoted_name(column.name)} AS TIMESTAMP)"
    if family is not Family.TIMESTAMP:
        raise QueryError(
            f"the column {column.name} is {column.type}, not a date or timestamp.",
            hint="Name another column, or use another rule type.",
        )
    return quoted_name(column.name)


def _text_column(column: Column) -> Column:
    if family_of(column.type) is not Family.TEXT:
        raise QueryError(
            f"the column {column.name} is {column.type}, not a text.",
            hint="Name another column, or use another rule type.",
        )
    return column


def _cannot_compare(column: Column) -> QueryError:
    return QueryError(
        f"the column {column.name} is {column.type}; this rule's values are of another type.",
        hint="Write values of the column's type, or name another column.",
    )
