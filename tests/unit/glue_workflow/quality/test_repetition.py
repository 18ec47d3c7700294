"""The rule that an entity key implies, and the sources that declare one."""

from __future__ import annotations

import pytest

from millrace.athena_sql.tables import REPETITION
from millrace.glue_workflow.quality import parse, print_ruleset, with_repetitions_set_aside
from tests.shipped import PIPELINES, PROJECT, TABLES


def test_a_repetition_is_set_aside_by_default() -> None:
    printed = print_ruleset(with_repetitions_set_aside(parse("Rules = [ RowCount > 0 ]")))
    assert 'ColumnValues "repetition" = 1 labels=["on_failure"="set_aside"]' in printed


@pytest.mark.parametrize(
    "rule", ['ColumnValues "repetition" >= 1', 'ColumnValues "repetition" = 1 labels=["on_failure"="stop"]']
)
def test_a_file_with_a_rule_about_repetitions_decides(rule: str) -> None:
    ruleset = parse(f"Rules = [ {rule} ]")
    assert with_repetitions_set_aside(ruleset) is ruleset


@pytest.mark.parametrize("name", [name for name, one in PROJECT.sources.items() if one.entity_key])
def test_the_staging_table_of_a_source_with_a_key_has_the_key_and_the_number(name: str) -> None:
    workflow = PIPELINES.workflow_of_source(name)
    columns = {column.name for column in TABLES.table(workflow.staging).columns}
    assert {PROJECT.sources[name].entity_key, REPETITION.name} <= columns
    assert with_repetitions_set_aside(PIPELINES.ruleset(workflow)).rules != ()


def test_of_the_shipped_sources_rainfall_names_its_entities_and_the_taxis_do_not() -> None:
    assert {name: one.entity_key for name, one in PROJECT.sources.items()} == {
        "rainfall": "station_id",
        "taxi_availability": None,
    }
