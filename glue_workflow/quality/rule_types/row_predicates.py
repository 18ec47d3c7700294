"""Rules about single rows, as SQL that is true for the rows that pass, and what follows for those that fail.

A row that gives NULL does not pass, unless the rule says so: `!=` and `not in` of ColumnValues let NULL through, and
ColumnLength takes it for a text of length 0 (the language's documentation of these rule types).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from fractions import Fraction

from millrace.athena_sql.ports import Column
from millrace.errors import QueryError
from millrace.glue_workflow.quality.evaluation.thresholds import value_of
from millrace.glue_workflow.quality.language.checking import is_date
from millrace.glue_workflow.quality.language.embedded_sql import row_condition
from millrace.glue_workflow.quality.language.model import Condition, Duration, Now, Operand, Operator, Rule, Text, Word
from millrace.glue_workflow.quality.language.printing import plain
from millrace.glue_workflow.quality.rule_types.sql_text import (
    Family,
    base_type,
    family_of,
    full_match,
    literal,
    name,
    timestamp,
)

_NEGATIVE = (Operator.NOT_EQUAL, Operator.NOT_IN)
_COMPARISONS = {
    Operator.EQUAL: "=",
    Operator.NOT_EQUAL: "<>",
    Operator.GREATER: ">",
    Operator.GREATER_OR_EQUAL: ">=",
    Operator.LESS: "<",
    Operator.LESS_OR_EQUAL: "<=",
}
# An age of more than three days is a time before (now - 3 days).
_AGE_TO_TIME = {
    Operator.GREATER: Operator.LESS,
    Operator.GREATER_OR_EQUAL: Operator.LESS_OR_EQUAL,
    Operator.LESS: Operator.GREATER,
    Operator.LESS_OR_EQUAL: Operator.GREATER_OR_EQUAL,
}
_DECLARED_TYPES = {
    "Boolean": ("boolean",),
    "Date": ("date",),
    "Double": ("double", "float", "real", "decimal"),
    "Float": ("float", "real"),
    "Integer": ("tinyint", "smallint", "int", "integer"),
    "Long": ("tinyint", "smallint", "int", "integer", "bigint"),
    "String": ("string", "varchar", "char"),
    "Timestamp": ("timestamp",),
}
_FRACTION = r"[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][+-]?[0-9]+)?"


@dataclass(frozen=True, slots=True)
class TableUnderTest:
    """The table under test: its columns by their names in lower case, and the time that `now()` stands for."""

    name: str
    columns: dict[str, Column]
    now: datetime

    def column(self, wanted: str) -> Column:
        """Raises QueryError that lists what there is."""
        if wanted.lower() not in self.columns:
            known = ", ".join(column.name for column in self.columns.values())
            raise QueryError(f"{self.name} has no column {wanted!r}.", hint=f"Choose one of: {known}.")
        return self.columns[wanted.lower()]


def failing_rows(rule: Rule, table: TableUnderTest) -> str:
    """SQL that is TRUE for the rows that fail and FALSE, never NULL, for all others.

    Raises QueryError for a column that is not there or whose type cannot be compared so.
    """
    failing = f"NOT COALESCE({_PASSING[rule.type](rule, table)}, FALSE)"
    if rule.type in ("IsComplete", "Completeness"):
        failing = f"{name(table.column(rule.text_of(0)).name)} IS NULL"
    if rule.where is None:
        return failing
    return f"(COALESCE({row_condition(rule.where)}, FALSE) AND {failing})"


def compare(expression: str, operator: Operator, literals: Sequence[str]) -> str:
    """The comparison in SQL; `between` leaves both ends out."""
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


def _complete(rule: Rule, table: TableUnderTest) -> str:
    return f"{name(table.column(rule.text_of(0)).name)} IS NOT NULL"


def _column_values(rule: Rule, table: TableUnderTest) -> str:
    column, condition = table.column(rule.text_of(0)), _condition(rule)
    if condition.operator in (Operator.MATCHES, Operator.NOT_MATCHES):
        return _matches(column, condition)
    values = [operand for operand in condition.operands if not isinstance(operand, Word)]
    words = [operand for operand in condition.operands if isinstance(operand, Word)]
    expression, literals = _comparable(column, values, table.now)
    if condition.operator not in (Operator.EQUAL, Operator.IN, *_NEGATIVE):
        return compare(expression, condition.operator, literals)
    positive = Operator.EQUAL if len(literals) == 1 else Operator.IN
    found = [compare(expression, positive, literals)] if literals else []
    found += [_is_word(column, word) for word in words if word is not Word.NULL]
    column_name, null = name(column.name), Word.NULL in words
    if condition.operator not in _NEGATIVE:
        return " OR ".join([f"{column_name} IS NULL"] * null + found)
    if null:
        return " AND ".join([f"{column_name} IS NOT NULL", *(f"NOT ({one})" for one in found)])
    return f"{column_name} IS NULL OR NOT ({' OR '.join(found)})"


def _matches(column: Column, condition: Condition) -> str:
    pattern = condition.operands[0]
    assert isinstance(pattern, Text)
    test = full_match(name(_text_column(column).name), pattern.value)
    return test if condition.operator is Operator.MATCHES else f"NOT {test}"


def _is_word(column: Column, word: Word) -> str:
    expression = name(_text_column(column).name)
    return f"{expression} = ''" if word is Word.EMPTY else full_match(expression, r"[ \t\n\x0B\f\r]+")


def _column_length(rule: Rule, table: TableUnderTest) -> str:
    column, condition = _text_column(table.column(rule.text_of(0))), _condition(rule)
    return compare(f"COALESCE(LENGTH({name(column.name)}), 0)", condition.operator, _numbers(condition.operands))


def _data_freshness(rule: Rule, table: TableUnderTest) -> str:
    column, condition = table.column(rule.text_of(0)), _condition(rule)
    times = [table.now - _length(operand) for operand in condition.operands if isinstance(operand, Duration)]
    if condition.operator in (Operator.BETWEEN, Operator.NOT_BETWEEN):
        times.reverse()
    operator = _AGE_TO_TIME.get(condition.operator, condition.operator)
    return compare(_as_timestamp(column), operator, [timestamp(time) for time in times])


def _column_data_type(rule: Rule, table: TableUnderTest) -> str:
    column, condition = table.column(rule.text_of(0)), _condition(rule)
    expression = name(column.name)
    wanted = [operand.value for operand in condition.operands if isinstance(operand, Text)]
    if family_of(column.type) is Family.TEXT:
        test = " OR ".join(f"({_PARSES[one](expression)})" for one in wanted)
    else:
        test = "TRUE" if any(base_type(column.type) in _DECLARED_TYPES[one] for one in wanted) else "FALSE"
    if condition.operator in _NEGATIVE:
        return f"{expression} IS NULL OR NOT ({test})"
    return f"{expression} IS NOT NULL AND ({test})"


def _comparable(column: Column, values: Sequence[Operand], now: datetime) -> tuple[str, list[str]]:
    """The column and the values in a form in which they compare. Raises QueryError for types that do not."""
    expression, family = name(column.name), family_of(column.type)
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
    """Constants, calculated here so that every engine sees the same digits."""
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
        return timestamp(now + value.sign * _length(value.offset) if value.offset else now)
    if isinstance(value, Text) and is_date(value.value):
        return timestamp(datetime.fromisoformat(value.value))
    raise _cannot_compare(column)


def _length(duration: Duration) -> timedelta:
    return timedelta(**{duration.unit: duration.count})


def _as_timestamp(column: Column) -> str:
    family = family_of(column.type)
    if family is Family.DATE:
        return f"CAST({name(column.name)} AS TIMESTAMP)"
    if family is not Family.TIMESTAMP:
        raise QueryError(f"the column {column.name} is {column.type}, not a date or timestamp.")
    return name(column.name)


def _text_column(column: Column) -> Column:
    if family_of(column.type) is not Family.TEXT:
        raise QueryError(f"the column {column.name} is {column.type}, not a text.")
    return column


def _cannot_compare(column: Column) -> QueryError:
    return QueryError(f"the column {column.name} is {column.type} and cannot be compared with this.")


def _condition(rule: Rule) -> Condition:
    assert rule.condition is not None, "a rule that needs a condition is refused without one when the file is loaded"
    return rule.condition


_PASSING: dict[str, Callable[[Rule, TableUnderTest], str]] = {
    "ColumnDataType": _column_data_type,
    "ColumnLength": _column_length,
    "ColumnValues": _column_values,
    "Completeness": _complete,
    "DataFreshness": _data_freshness,
    "IsComplete": _complete,
}

# Texts that can be read as a type. The pattern comes first because engines' casts differ in what else they let through.
_PARSES: dict[str, Callable[[str], str]] = {
    "Boolean": lambda x: full_match(x, "[tT][rR][uU][eE]|[fF][aA][lL][sS][eE]"),
    "Date": lambda x: f"{full_match(x, '[0-9]{4}-[0-9]{2}-[0-9]{2}')} AND TRY_CAST({x} AS DATE) IS NOT NULL",
    "Double": lambda x: full_match(x, _FRACTION),
    "Float": lambda x: full_match(x, _FRACTION),
    "Integer": lambda x: (
        f"{full_match(x, '[+-]?[0-9]{1,18}')} AND TRY_CAST({x} AS BIGINT) >= -2147483648"
        f" AND TRY_CAST({x} AS BIGINT) <= 2147483647"
    ),
    "Long": lambda x: f"{full_match(x, '[+-]?[0-9]{1,19}')} AND TRY_CAST({x} AS BIGINT) IS NOT NULL",
    "String": lambda x: f"{x} IS NOT NULL",
    "Timestamp": lambda x: (
        full_match(x, "[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]{1,6})?")
        + f" AND TRY_CAST(REPLACE({x}, 'T', ' ') AS TIMESTAMP) IS NOT NULL"
    ),
}
