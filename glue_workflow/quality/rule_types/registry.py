"""The rule types of DQDL that are evaluated, one entry each.

To add a rule type, add an entry here, and in a module beside this one the functions that it names: the measure or the
predicate of failing rows, and the check at load if it needs one. The parser, the checks, the compiler and the evaluator
know a type only through its entry.
"""

from __future__ import annotations

from millrace.glue_workflow.quality.rule_types.custom_sql import check_custom_sql, custom_sql
from millrace.glue_workflow.quality.rule_types.data_types import check_column_data_type, column_data_type
from millrace.glue_workflow.quality.rule_types.other_tables import (
    aggregate_match,
    check_aggregate_match,
    check_referential_integrity,
    referential_integrity,
    row_count_match,
    schema_match,
)
from millrace.glue_workflow.quality.rule_types.row_predicates import (
    column_length,
    column_values,
    completeness,
    data_freshness,
)
from millrace.glue_workflow.quality.rule_types.rule_type import ConditionUse, OperandKind, RuleType
from millrace.glue_workflow.quality.rule_types.statistics import (
    column_correlation,
    distinct_values_count,
    entropy,
    is_primary_key,
    is_unique,
    mean,
    standard_deviation,
    total,
    unique_value_ratio,
    uniqueness,
    variance,
)
from millrace.glue_workflow.quality.rule_types.table_shape import (
    check_column_names,
    column_count,
    column_exists,
    column_names_match,
    row_count,
)

_TYPES = (
    RuleType("AggregateMatch", aggregate_match, parameters=2, where=False, check=check_aggregate_match),
    RuleType("ColumnCorrelation", column_correlation, parameters=2),
    RuleType("ColumnCount", column_count, parameters=0, where=False),
    RuleType(
        "ColumnDataType",
        failing_rows=column_data_type,
        kinds=(OperandKind.TEXT,),
        condition_per_row=True,
        threshold=True,
        check=check_column_data_type,
    ),
    RuleType("ColumnExists", column_exists, condition=ConditionUse.NONE, where=False),
    RuleType("ColumnLength", failing_rows=column_length, condition_per_row=True),
    RuleType(
        "ColumnNamesMatchPattern",
        column_names_match,
        condition=ConditionUse.NONE,
        where=False,
        check=check_column_names,
    ),
    RuleType(
        "ColumnValues",
        failing_rows=column_values,
        kinds=(OperandKind.NUMBER, OperandKind.TEXT, OperandKind.TIME),
        keywords=True,
        condition_per_row=True,
        threshold=True,
    ),
    RuleType("Completeness", failing_rows=completeness),
    RuleType(
        "CustomSql", custom_sql, condition=ConditionUse.OPTIONAL, threshold=True, where=False, check=check_custom_sql
    ),
    RuleType("DataFreshness", failing_rows=data_freshness, kinds=(OperandKind.DURATION,), condition_per_row=True),
    RuleType("DistinctValuesCount", distinct_values_count),
    RuleType("Entropy", entropy),
    RuleType("IsComplete", failing_rows=completeness, condition=ConditionUse.NONE),
    RuleType("IsPrimaryKey", is_primary_key, or_more=True, condition=ConditionUse.NONE),
    RuleType("IsUnique", is_unique, or_more=True, condition=ConditionUse.NONE),
    RuleType("Mean", mean),
    RuleType(
        "ReferentialIntegrity",
        referential_integrity,
        parameters=2,
        check=check_referential_integrity,
    ),
    RuleType("RowCount", row_count, parameters=0),
    RuleType("RowCountMatch", row_count_match, where=False),
    RuleType("SchemaMatch", schema_match, where=False),
    RuleType("StandardDeviation", standard_deviation),
    RuleType("Sum", total),
    RuleType("UniqueValueRatio", unique_value_ratio),
    RuleType("Uniqueness", uniqueness, or_more=True),
    RuleType("Variance", variance),
)
RULE_TYPES = {rule_type.name: rule_type for rule_type in _TYPES}

# Part of the language, but not evaluated: the error says so, so that nobody looks for a misspelling.
NOT_EVALUATED = (
    "AllStatistics",
    "DatasetMatch",
    "DetectAnomalies",
    "FileFreshness",
    "FileMatch",
    "FileSize",
    "FileUniqueness",
)
