# ruff: noqa: DTZ001  (an engine gives and takes naive UTC)
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import pytest
import sqlglot

from millrace.athena_sql.ports import Column
from millrace.glue_workflow.quality.evaluation.evaluator import evaluate
from millrace.glue_workflow.quality.evaluation.history import FakeHistory
from millrace.glue_workflow.quality.evaluation.results import RuleResult
from millrace.glue_workflow.quality.loading.parsing import parse
from tests.unit.glue_workflow.quality.duckdb_engine import SampleEngine

Past = Mapping[str, Sequence[float]]  # of each rule, newest first

NOW = datetime(2024, 5, 30, 12)
COLUMNS = [Column("id", "int"), Column("lon", "decimal(9,6)"), Column("kind", "string")]
ROWS = [(1, 103.8, "a"), (2, 103.9, "b"), (3, 104.0, None), (4, 200, "a"), (None, None, "b")]


@pytest.fixture
def engine() -> Iterator[SampleEngine]:
    made = SampleEngine()
    made.add("staging.t", COLUMNS, ROWS)
    yield made
    made.close()


def judge(engine: SampleEngine, rules: str, history: Past | None = None) -> list[RuleResult]:
    text = rules if "Rules" in rules else f"Rules = [ {rules} ]"
    return evaluate(
        parse(text),
        engine=engine,
        table="staging.t",
        columns=COLUMNS,
        history=FakeHistory(history),
        logical_time=NOW,
    )


def one(engine: SampleEngine, rule: str, history: Past | None = None) -> RuleResult:
    (result,) = judge(engine, rule, history)
    return result


def test_a_result_says_what_was_measured_wanted_and_found(engine: SampleEngine) -> None:
    result = one(engine, 'ColumnValues "lon" < 104 with threshold >= 0.9')
    assert result.rule == 'ColumnValues "lon" < 104 with threshold >= 0.9'
    assert (result.verdict, result.value, result.threshold) == ("fail", 0.4, ">= 0.9")
    assert result.message == "0.4, wanted >= 0.9 (3 of 5 rows fail)"
    assert one(engine, "RowCount > 4").message == "5"
    assert one(engine, 'IsComplete "id"').threshold == "= 1"


COMPOSITES = [
    ('(RowCount = 5) and (IsComplete "kind")', "fail"),
    ('(RowCount = 5) or (IsComplete "kind")', "pass"),
    ("(RowCount = 5) and (ColumnCount = 3) and (RowCount < 6)", "pass"),
    ('(RowCount = 4) or ((ColumnCount = 3) and (IsUnique "id"))', "pass"),
    ('(RowCount = 4) or ((ColumnCount = 3) and (IsUnique "kind"))', "fail"),
    ('(RowCount = 5) and (IsComplete "nothing")', "error"),
    ('(RowCount = 4) and (IsComplete "nothing")', "fail"),
    ('(RowCount = 5) or (IsComplete "nothing")', "pass"),
    ('(RowCount = 4) or (IsComplete "nothing")', "error"),
]


@pytest.mark.parametrize(("rule", "verdict"), COMPOSITES)
def test_composites_join_verdicts_over_the_whole_table(engine: SampleEngine, rule: str, verdict: str) -> None:
    result = one(engine, rule)
    assert (result.rule, result.verdict, result.value, result.predicate) == (rule, verdict, None, None)
    assert "RowCount" in result.message


def test_or_fails_when_each_row_meets_one_side_but_neither_rule_passes(engine: SampleEngine) -> None:
    assert one(engine, '(ColumnValues "id" < 3) or (ColumnValues "id" >= 3)').verdict == "fail"


def test_labels_come_from_the_file_and_the_rule_overrides_them(engine: SampleEngine) -> None:
    rules = """DefaultLabels = ["team"="feeds", "on_failure"="warn"]
    Rules = [ RowCount > 9, RowCount > 8 labels=["on_failure"="stop", "why"="x"], (RowCount > 7) or (RowCount > 6) ]"""
    first, second, third = judge(engine, rules)
    assert first.labels == {"team": "feeds", "on_failure": "warn"}
    assert (first.on_failure, first.action) == ("warn", "warn")
    assert second.labels == {"team": "feeds", "on_failure": "stop", "why": "x"}
    assert (second.on_failure, second.action) == ("stop", "stop")
    assert (third.on_failure, third.action) == ("warn", "warn")
    assert second.rule == "RowCount > 8"  # labels can change without losing the rule's past


def test_stop_is_what_happens_without_a_label(engine: SampleEngine) -> None:
    assert (one(engine, "RowCount > 9").action, one(engine, "RowCount > 1").action) == ("stop", "none")


# Of five rows, two fail (200 and NULL).
SET_ASIDE = [
    ("", "fail", "set_aside", "set_aside"),
    ("with threshold >= 0.6", "pass", "set_aside", "set_aside"),
    ("with threshold > 0.6", "fail", "stop", "stop"),
]


@pytest.mark.parametrize(("threshold", "verdict", "on_failure", "action"), SET_ASIDE)
def test_failing_rows_are_set_aside_unless_they_are_too_many(
    engine: SampleEngine, threshold: str, verdict: str, on_failure: str, action: str
) -> None:
    rule = f'ColumnValues "lon" between 103 and 105 labels=["on_failure"="set_aside"] {threshold}'
    result = one(engine, rule)
    assert (result.verdict, result.on_failure, result.action) == (verdict, on_failure, action)
    assert result.failing_rows == 2
    assert result.labels["on_failure"] == "set_aside"


def test_the_condition_of_completeness_limits_what_is_set_aside(engine: SampleEngine) -> None:
    label = 'labels=["on_failure"="set_aside"]'
    assert one(engine, f'Completeness "id" >= 0.8 {label}').action == "set_aside"
    assert one(engine, f'Completeness "id" > 0.8 {label}').action == "stop"
    assert one(engine, f'IsComplete "id" {label}').action == "set_aside"
    assert one(engine, f'IsComplete "id" where "id > 0" {label}').action == "none"


def test_a_set_aside_rule_that_cannot_be_evaluated_stops(engine: SampleEngine) -> None:
    result = one(engine, 'IsComplete "nothing" labels=["on_failure"="set_aside"]')
    assert (result.verdict, result.on_failure, result.action) == ("error", "stop", "stop")


ROW_RULES = [
    'IsComplete "id"',
    'Completeness "id" > 0 where "kind = \'b\'"',
    'ColumnValues "lon" between 103 and 105',
    'ColumnValues "id" != 2',
    'ColumnValues "id" not in [1, NULL]',
    'ColumnValues "kind" in ["a"] where "id > 1"',
    'ColumnValues "kind" not matches "a"',
    'ColumnLength "kind" = 1',
    'ColumnDataType "kind" = "Integer"',
]


@pytest.mark.parametrize("rule", ROW_RULES)
def test_the_predicate_splits_the_rows_and_the_others_pass(engine: SampleEngine, rule: str) -> None:
    result = one(engine, rule)
    assert result.failing_rows
    assert result.verdict == "fail" or "Completeness" in rule
    assert result.predicate
    predicate = sqlglot.condition(result.predicate, dialect="athena").sql("duckdb")
    engine.execute(f"CREATE TABLE staging.aside AS FROM staging.t WHERE {predicate}")
    engine.execute(f"CREATE OR REPLACE TABLE staging.t AS FROM staging.t WHERE NOT {predicate}")
    aside = one(engine, 'CustomSql "select count(*) from staging.aside" >= 0').value
    left = one(engine, "RowCount >= 0").value
    assert (aside, left) == (result.failing_rows, len(ROWS) - result.failing_rows)
    assert one(engine, rule).failing_rows == 0


DYNAMIC = [
    ("RowCount > avg(last(3))", [4.0, 4.0, 6.0], "pass", "> avg(last(3)) (now 4.66667)"),
    ("RowCount > avg(last(2))", [4.0, 6.0, 0.0], "fail", "> avg(last(2)) (now 5)"),
    ("RowCount >= 0.9 * median(last(9))", [5.0, 9.0, 1.0], "pass", ">= (0.9 * median(last(9))) (now 4.5)"),
    ("RowCount = index(last(5), 1)", [4.0, 5.0], "pass", "= index(last(5), 1) (now 5)"),
    ("RowCount between min(last(5)) - 1 and max(last(5)) + 1", [5.0], "pass", None),
    ("RowCount <= sum(last(5)) + std(last(5))", [1.0, 3.0], "pass", None),  # 4 + 1
    ("RowCount < sum(last(5)) + std(last(5))", [1.0, 3.0], "fail", None),
    ("RowCount > count(last(5)) + 3", [1.0], "pass", None),
    ("RowCount = abs(-1 * avg(last(1)))", [5.0], "pass", None),
]


@pytest.mark.parametrize(("rule", "past", "verdict", "threshold"), DYNAMIC)
def test_thresholds_come_from_past_results(
    engine: SampleEngine, rule: str, past: list[float], verdict: str, threshold: str | None
) -> None:
    key = one(engine, rule).rule
    result = one(engine, rule, {key: past})
    assert result.verdict == verdict
    assert threshold is None or result.threshold == threshold


def test_without_past_results_a_rule_passes_and_says_so(engine: SampleEngine) -> None:
    for rule in ("RowCount > 2 * avg(last(3))", "RowCount > index(last(3), 1)"):
        result = one(engine, rule, {rule: []})
        assert (result.verdict, result.value) == ("pass", 5)
        assert "no past results to compare with yet" in result.message


def test_the_fraction_of_passing_rows_has_a_past_too(engine: SampleEngine) -> None:
    rule = 'ColumnValues "id" > 0 with threshold >= avg(last(2))'
    assert one(engine, rule, {rule: [0.8, 0.8]}).verdict == "pass"
    assert one(engine, rule, {rule: [0.9, 0.8]}).verdict == "fail"


def test_dividing_by_a_past_of_zero_is_an_error(engine: SampleEngine) -> None:
    rule = "RowCount > (1 / avg(last(2)))"
    assert one(engine, rule, {rule: [0.0]}).verdict == "error"


def test_broken_sql_of_one_rule_leaves_the_others_evaluated(engine: SampleEngine) -> None:
    rules = (
        'IsComplete "lon" where "nowhere = 1", RowCount = 5, CustomSql "select nothing from primary" = 1, IsUnique "id"'
    )
    assert [result.verdict for result in judge(engine, rules)] == ["error", "pass", "error", "pass"]


def test_variables_stand_for_their_texts(engine: SampleEngine) -> None:
    rules = """column = "kind" kinds = ["a", "b"] one = "a" sql = "select count(*) from primary"
    Rules = [ ColumnValues $column in $kinds, ColumnValues "kind" in [$one, "b", NULL], ColumnValues "kind" = $one,
              CustomSql $sql = 5 ]"""
    found = judge(engine, rules)
    assert [result.value for result in found] == [0.8, 1, 0.4, 5]
    assert found[0].rule == "ColumnValues $column in $kinds"
