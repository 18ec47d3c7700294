"""Ties a rule type's entry to its evaluation, to the language, to the documentation and to the worked examples."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest

from millrace.errors import DefinitionError
from millrace.glue_workflow.quality.language.model import members_of
from millrace.glue_workflow.quality.loading.parsing import parse
from millrace.glue_workflow.quality.rule_types.registry import NOT_EVALUATED, RULE_TYPES
from millrace.glue_workflow.quality.rule_types.rule_type import ConditionUse, RuleType
from tests.unit.glue_workflow.quality.rule_types.test_worked_examples import CASES

# Rule types and analyzers of the language: configuration/rules/rules-config.json of awslabs/dqdl, and the File types of
# https://docs.aws.amazon.com/glue/latest/dg/dqdl-rule-types.html.
DQDL = """
    AggregateMatch AllStatistics ColumnCorrelation ColumnCount ColumnDataType ColumnExists ColumnLength
    ColumnNamesMatchPattern ColumnValues Completeness CustomSql DataFreshness DatasetMatch DetectAnomalies
    DistinctValuesCount Entropy FileFreshness FileMatch FileSize FileUniqueness IsComplete IsPrimaryKey IsUnique Mean
    ReferentialIntegrity RowCount RowCountMatch SchemaMatch StandardDeviation Sum UniqueValueRatio Uniqueness Variance
"""

each_type = pytest.mark.parametrize("rule_type", RULE_TYPES.values(), ids=list(RULE_TYPES))


@each_type
def test_a_rule_type_has_either_a_measure_or_a_predicate_of_its_failing_rows(rule_type: RuleType) -> None:
    assert (rule_type.measure is None) != (rule_type.failing_rows is None)


@each_type
def test_a_condition_per_row_is_for_types_that_name_rows_and_have_a_condition(rule_type: RuleType) -> None:
    if rule_type.condition_per_row:
        assert rule_type.failing_rows
        assert rule_type.condition is ConditionUse.REQUIRED


def test_every_type_of_the_language_is_evaluated_or_refused_by_name() -> None:
    assert sorted([*RULE_TYPES, *NOT_EVALUATED]) == DQDL.split()


@pytest.mark.parametrize("name", NOT_EVALUATED)
def test_a_type_that_is_not_evaluated_is_not_taken_for_a_misspelling(name: str) -> None:
    with pytest.raises(DefinitionError, match=f"{name} is not evaluated here"):
        parse(f"Rules = [ {name} > 0 ]")


def test_the_documentation_lists_the_types_that_are_evaluated() -> None:
    text = files("millrace.glue_workflow.quality").joinpath("README.md").read_text(encoding="utf-8")
    table = text.split("| type | value | cost |", 1)[1].split("\n\n", 1)[0]
    first_cells = [row.split("|")[1] for row in table.strip().splitlines()]
    types = {name for cell in first_cells for name in re.findall(r"\b[A-Z]\w+", cell)}
    assert types == set(RULE_TYPES)


def test_every_rule_type_has_a_worked_example() -> None:
    examples = (rule for text, *_ in CASES for rule in parse(f"Rules = [ {text} ]").rules)
    assert {member.type for rule in examples for member in members_of(rule)} == set(RULE_TYPES)
