from decimal import Decimal

import pytest
from hypothesis import given, settings

from millrace.errors import DefinitionError
from millrace.glue_workflow.quality.language.model import (
    Call,
    Composite,
    Condition,
    Duration,
    Keyword,
    Last,
    Now,
    Number,
    Operator,
    Rule,
    Ruleset,
    Text,
    TextPosition,
    Unit,
    Variable,
)
from millrace.glue_workflow.quality.language.printing import print_rule, print_ruleset
from millrace.glue_workflow.quality.loading.parsing import parse
from tests.unit.glue_workflow.quality.loading.strategies import rulesets


def one(text: str) -> Rule:
    (rule,) = parse(f"Rules = [ {text} ]").rules
    assert isinstance(rule, Rule)
    return rule


def number(text: str) -> Number:
    return Number(Decimal(text))


ACCEPTED = [
    ('IsPrimaryKey "colA" "colB"', Rule("IsPrimaryKey", (Text("colA"), Text("colB")))),
    ("RowCount != 100", Rule("RowCount", (), Condition(Operator.NOT_EQUAL, (number("100"),)))),
    ("RowCount = -100", Rule("RowCount", (), Condition(Operator.EQUAL, (number("-100"),)))),
    (
        "RowCount not between 1 and avg(last(10))",
        Rule("RowCount", (), Condition(Operator.NOT_BETWEEN, (number("1"), Call("avg", (Last(10),))))),
    ),
    (
        "Completeness of col_1 >= 0.5",
        Rule("Completeness", (Text("col_1"),), Condition(Operator.GREATER_OR_EQUAL, (number("0.5"),))),
    ),
    (
        'ColumnCorrelation of col_1 and "col abc" > 0.4',
        Rule("ColumnCorrelation", (Text("col_1"), Text("col abc")), Condition(Operator.GREATER, (number("0.4"),))),
    ),
    (
        'ColumnValues "d" between (now() - 3 hours) and now()',
        Rule("ColumnValues", (Text("d"),), Condition(Operator.BETWEEN, (Now(-1, Duration(3, Unit.HOURS)), Now()))),
    ),
    (
        'ColumnValues "c" not in [1, NULL]',
        Rule("ColumnValues", (Text("c"),), Condition(Operator.NOT_IN, (number("1"), Keyword.NULL))),
    ),
    (
        'ColumnValues "c" in ["a", empty, WHITESPACES_ONLY] with threshold between 0.4 and 0.8',
        Rule(
            "ColumnValues",
            (Text("c"),),
            Condition(Operator.IN, (Text("a"), Keyword.EMPTY, Keyword.WHITESPACES_ONLY)),
            threshold=Condition(Operator.BETWEEN, (number("0.4"), number("0.8"))),
        ),
    ),
    (
        r'ColumnValues "c" not matches "a\.b\\d \"q\""',
        Rule("ColumnValues", (Text("c"),), Condition(Operator.NOT_MATCHES, (Text(r'a\.b\d "q"'),))),
    ),
    (
        'DataFreshness "d" <= 90 minutes where "a > 1" labels=["team"="x", "on_failure"="warn"]',
        Rule(
            "DataFreshness",
            (Text("d"),),
            Condition(Operator.LESS_OR_EQUAL, (Duration(90, Unit.MINUTES),)),
            where="a > 1",
            labels=(("team", "x"), ("on_failure", "warn")),
        ),
    ),
]


@pytest.mark.parametrize(("text", "expected"), ACCEPTED, ids=[text for text, _ in ACCEPTED])
def test_a_rule_becomes_values_that_print_and_parse_to_the_same_values(text: str, expected: Rule) -> None:
    assert one(text) == expected
    assert one(print_rule(expected)) == expected


def test_composites_nest_and_keep_their_operator() -> None:
    (rule,) = parse('Rules = [ (RowCount > 0) OR ((IsComplete "a") and (IsUnique "a")) ]').rules
    inner = Composite("and", (Rule("IsComplete", (Text("a"),)), Rule("IsUnique", (Text("a"),))))
    assert rule == Composite("or", (Rule("RowCount", (), Condition(Operator.GREATER, (number("0"),))), inner))
    assert print_rule(rule) == '(RowCount > 0) or ((IsComplete "a") and (IsUnique "a"))'


def test_a_file_has_variables_default_labels_rules_and_comments() -> None:
    ruleset = parse(
        """# about it
        area = "SG"  # one
        areas = ["SG", "MY"]
        DefaultLabels = ["team"="feeds"]
        Rules = [  # all
            ColumnValues "x" in $areas,
            ColumnValues "y" = $area
        ]"""
    )
    assert [(d.name, d.value) for d in ruleset.definitions] == [("area", "SG"), ("areas", ("SG", "MY"))]
    assert ruleset.default_labels == (("team", "feeds"),)
    first, second = ruleset.rules
    assert isinstance(first, Rule)
    assert isinstance(second, Rule)
    assert first.condition == Condition(Operator.IN, (Variable("areas"),))
    assert first.position == TextPosition(6, 13)
    assert second.position == TextPosition(7, 13)


def test_no_rules_at_all_is_a_file() -> None:
    assert parse("Rules = []") == Ruleset(())
    assert print_ruleset(Ruleset(())) == "Rules = []\n"


# Text, line, column, and a part of what is said.
REFUSED = [
    ("", 1, 1, "the file ends too early"),
    ("Rules = [\n  RowCount > 0,\n", 3, 1, "the file ends too early"),
    ("Rules = [ RowCount > 0, ]", 1, 25, "unexpected ']'"),
    ("Rules = [\n  RowCount > 0\n  IsComplete \"a\" ]", 3, 14, "Expected"),
    ("Rules = [ RowCount > 0 ] ]", 1, 26, "Expected Analyzers or the end of the file"),
    ("rules = [ RowCount > 0 ]", 1, 11, "unexpected 'RowCount'"),
    ("Rules = [ RowCount ! 0 ]", 1, 20, "unexpected character '!'"),
    ('Rules = [ IsComplete "a ]', 1, 22, "no closing quote"),
    ("Rules = [ (RowCount > 1) and (RowCount > 2) or (RowCount > 3) ]", 1, 45, "unexpected 'or'"),
    ("Rules = [\n   RowCounts > 0 ]", 2, 4, "RowCounts is not a rule type. Known: AggregateMatch"),
    ('Rules = [ DatasetMatch "a" "b" > 0 ]', 1, 11, "DatasetMatch is not evaluated here. Known: AggregateMatch"),
    ("Rules = [ FileSize > 5 MB ]", 1, 11, "FileSize is not evaluated here"),
    ("Rules = [], Analyzers = [ RowCount ]", 1, 11, "unexpected ','"),
    ("Rules = []\nAnalyzers = [ RowCount ]", 2, 1, "Analyzers are not evaluated. Known: variables, DefaultLabels"),
    ('Metadata = { "Version": "1" }\nRules = []', 1, 1, "the section Metadata is not evaluated"),
    ('a = "x"\na = "y"\nRules = []', 2, 1, "the variable a is defined twice"),
    ('a = "x"\nRules = [ ColumnValues "c" = $b ]', 2, 30, "$b is not defined. Known: $a"),
    ('a = ["x"]\nRules = [ ColumnValues "c" = $a ]', 2, 30, "$a is a list"),
    ('a = ["x"]\nRules = [ IsComplete $a ]', 2, 22, "$a is a list"),
    ('a = "x"\nRules = [ ColumnValues "c" = 1 with threshold > $a ]', 2, 49, "a threshold takes numbers"),
    ("Rules = [ RowCount ]", 1, 11, "RowCount needs a condition"),
    ("Rules = [ RowCount \"a\" > 1 ]", 1, 11, "RowCount takes 0 parameters, not 1"),
    ("Rules = [ IsUnique ]", 1, 11, "IsUnique takes 1 or more parameters, not 0"),
    ('Rules = [ IsComplete "a" > 1 ]', 1, 26, "IsComplete takes no condition"),
    ('Rules = [ ColumnExists "a" where "b > 1" ]', 1, 11, "ColumnExists takes no where. These do: ColumnCorrelation"),
    ('Rules = [ Mean "a" > 1 with threshold > 0.5 ]', 1, 39, "takes no with threshold. These do: ColumnDataType"),
    ('Rules = [ ColumnValues "a" > 1 with ignoreCase = "true" ]', 1, 37, "unknown tag 'with ignoreCase'. Known: with"),
    ('Rules = [ IsComplete "a" where "b" where "c" ]', 1, 36, "a second 'where' in one rule"),
    ('Rules = [ CustomSql "select 1" = 1 with threshold > 0.5 ]', 1, 51, "a condition or a threshold, not both"),
    ('Rules = [ Mean "a" > "x" ]', 1, 20, "'x' is not a date"),
    ('Rules = [ Mean "a" = "x" ]', 1, 20, "Mean does not compare with a text. Known: a number"),
    ('Rules = [ DataFreshness "a" < 3 ]', 1, 29, "DataFreshness does not compare with a number"),
    ('Rules = [ DataFreshness "a" < 3 weeks ]', 1, 31, "unknown unit 'weeks'. Known: days, hours, minutes"),
    ('Rules = [ DataFreshness "a" < 99999 days ]', 1, 31, "at most 36500 days"),
    ('Rules = [ DataFreshness "a" < 99999999999999999999 days ]', 1, 31, "at most 36500 days"),
    ('Rules = [ DataFreshness "a" < 1.5 days ]', 1, 31, "a whole number of days"),
    ('Rules = [ ColumnValues "a" in [1, "b"] ]', 1, 28, "values of one kind only"),
    ('Rules = [ ColumnValues "a" > "2024-13-01" ]', 1, 28, "'2024-13-01' is not a date"),
    ('Rules = [ ColumnValues "a" matches 5 ]', 1, 28, "matches takes a pattern"),
    ('Rules = [ ColumnValues "a" > NULL ]', 1, 28, "NULL can be compared only by = != in and not in"),
    ('Rules = [ ColumnLength "a" = EMPTY ]', 1, 28, "EMPTY can be compared only by"),
    ('Rules = [ ColumnValues "a" > avg(last(3)) ]', 1, 28, "compares rows, not past results"),
    ("Rules = [ RowCount > last(3) ]", 1, 22, "last() is a list"),
    ("Rules = [ RowCount > avg(3) ]", 1, 22, "avg() takes past values. Write avg(last(10))"),
    ("Rules = [ RowCount > index(last(3)) ]", 1, 22, "Write index(last(10), 0)"),
    ("Rules = [ RowCount > last(0) ]", 1, 27, "a whole number from 1 to 1000"),
    ("Rules = [ RowCount > mode(last(3)) ]", 1, 22, "unknown function mode(). Known: abs, avg"),
    ("Rules = [ RowCount > 1 + now() ]", 1, 26, "only numbers can be calculated with"),
    ('Rules = [ ColumnValues "a" > (now() * 2 days) ]', 1, 31, "now() takes one duration"),
    (f"Rules = [ RowCount > {'9' * 39} ]", 1, 22, "at most 38 digits"),
    ('Rules = [ ColumnValues "a" matches "(" ]', 1, 11, "is not a regular expression"),
    ('Rules = [ ColumnValues "a" matches "(?=x)" ]', 1, 11, "is not the same on every engine"),
    (r'Rules = [ ColumnNamesMatchPattern "(a)\1" ]', 1, 11, "is not the same on every engine"),
    ('Rules = [ ColumnDataType "a" = "Int" ]', 1, 30, "unknown data type. Known: Boolean, Date"),
    ('Rules = [ IsComplete "a" where "b >" ]', 1, 11, "the where is not an SQL condition"),
    ('Rules = [ IsComplete "a" where "b in (select c from d)" ]', 1, 11, "a where is a condition on one row"),
    ('Rules = [ IsComplete "a" where "count(*) > 1" ]', 1, 11, "a where is a condition on one row"),
    ('Rules = [ CustomSql "select count(* from primary" = 1 ]', 1, 11, "the SQL cannot be parsed"),
    ('Rules = [ CustomSql "drop table primary" = 1 ]', 1, 11, "CustomSql takes one SELECT"),
    ('Rules = [ CustomSql "select 1; select 2" = 1 ]', 1, 11, "CustomSql takes one SELECT"),
    ('Rules = [ AggregateMatch "max(a)" "sum(b)" = 1 ]', 1, 11, "'max(a)' is not an aggregate"),
    ('Rules = [ ReferentialIntegrity "a,b" "x.y.c" = 1 ]', 1, 11, "the same number of columns"),
    ('Rules = [ RowCount > 0 labels=["a"="1", "a"="2"] ]', 1, 41, "the label 'a' is given twice"),
    ('Rules = [ RowCount > 0 labels=["a"=""] ]', 1, 32, "a label's key has 1 to 128 characters"),
    ('Rules = [ RowCount > 0 labels=["on_failure"="panic"] ]', 1, 11, "Known: stop, warn, set_aside"),
    ('Rules = [ RowCount > 0 labels=["on_failure"="set_aside"] ]', 1, 11, "set_aside needs a rule that names its rows"),
    ('Rules = [ IsUnique "a" labels=["on_failure"="set_aside"] ]', 1, 11, "Known: ColumnDataType, ColumnLength"),
    ('DefaultLabels = ["on_failure"="set_aside"] Rules = [ RowCount > 0 ]', 1, 54, "not RowCount"),
    (
        'Rules = [ (IsComplete "a") and (IsComplete "b" labels=["on_failure"="set_aside"]) ]',
        1, 11, "not a composite",
    ),
    (
        'Rules = [ (RowCount > 1 labels=["a"="1"]) and (RowCount > 2 labels=["a"="2"]) ]',
        1, 48, "disagree on the label 'a'",
    ),
    ("Rules = [ (RowCount > avg(last(2))) and (RowCount > 2) ]", 1, 21, "no past results inside a composite"),
    (
        f"DefaultLabels = [{', '.join(f'{chr(34)}k{i}{chr(34)}={chr(34)}v{chr(34)}' for i in range(10))}]\n"
        'Rules = [ RowCount > 0 labels=["k10"="v"] ]',
        2, 11, "at most 10 labels",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "line", "column", "said"), REFUSED, ids=[text[:70] for text, *_ in REFUSED])
def test_a_refusal_names_line_column_and_reason(text: str, line: int, column: int, said: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        parse(text, "my.dqdl")
    assert f"my.dqdl, line {line}, column {column}: " in str(refused.value)
    assert said in str(refused.value)


@settings(max_examples=200, deadline=None)
@given(rulesets)
def test_printing_and_parsing_gives_the_same_rules(ruleset: Ruleset) -> None:
    text = print_ruleset(ruleset)
    assert parse(text) == ruleset
    assert print_ruleset(parse(text)) == text
