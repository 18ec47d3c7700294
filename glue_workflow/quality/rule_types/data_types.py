"""ColumnDataType: which declared types, and which texts, are of a DQDL data type."""

from __future__ import annotations

from collections.abc import Callable

from millrace.glue_workflow.quality.language.model import EQUALITY, Operator, Rule, Text
from millrace.glue_workflow.quality.language.refusal import refusal
from millrace.glue_workflow.quality.rule_types.row_predicates import not_passing
from millrace.glue_workflow.quality.rule_types.sql_text import Family, base_type, family_of, full_match, quoted_name
from millrace.glue_workflow.quality.rule_types.table_under_test import TableUnderTest

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
# Texts that can be read as a data type. The pattern comes first, because engines' casts accept different further texts.
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


def check_column_data_type(file: str, rule: Rule) -> None:
    """Raises DefinitionError for an operator or a data type that ColumnDataType does not take."""
    condition = rule.required_condition
    if condition.operator not in EQUALITY:
        raise refusal(file, condition.position, "ColumnDataType takes = != in and not in")
    for operand in condition.operands:
        if not isinstance(operand, Text) or operand.value not in _DECLARED_TYPES:
            raise refusal(file, condition.position, "unknown data type", known=_DECLARED_TYPES)


def column_data_type(rule: Rule, table: TableUnderTest) -> str:
    column, condition = table.column(rule.text_of(0)), rule.required_condition
    expression = quoted_name(column.name)
    wanted = [operand.value for operand in condition.operands if isinstance(operand, Text)]
    if family_of(column.type) is Family.TEXT:
        test = " OR ".join(f"({_PARSES[one](expression)})" for one in wanted)
    else:
        test = "TRUE" if any(base_type(column.type) in _DECLARED_TYPES[one] for one in wanted) else "FALSE"
    if condition.operator in (Operator.NOT_EQUAL, Operator.NOT_IN):
        return not_passing(f"{expression} IS NULL OR NOT ({test})")
    return not_passing(f"{expression} IS NOT NULL AND ({test})")
