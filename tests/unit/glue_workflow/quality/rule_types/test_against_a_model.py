"""Rules on generated small tables, compared with the same rules in plain Python (property tests)."""

# ruff: noqa: DTZ001  (an engine gives and takes naive UTC)

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from millrace.athena_sql.ports import Column, Value
from millrace.glue_workflow.quality.evaluation.evaluator import evaluate
from millrace.glue_workflow.quality.evaluation.history import FakeHistory
from millrace.glue_workflow.quality.evaluation.results import RuleResult
from millrace.glue_workflow.quality.language.model import (
    Condition,
    Duration,
    Keyword,
    Number,
    Operand,
    Operator,
    Rule,
    Ruleset,
    Text,
    Unit,
)
from millrace.glue_workflow.quality.language.printing import print_ruleset
from millrace.glue_workflow.quality.loading.parsing import parse
from tests.unit.glue_workflow.quality.duckdb_engine import SampleEngine

SmallTable = list[tuple[int | None, str | None, Decimal | None, datetime | None]]

NOW = datetime(2024, 5, 30, 12)
COLUMNS = [Column("a", "int"), Column("b", "string"), Column("c", "decimal(9,2)"), Column("t", "timestamp")]
HOURS = st.integers(-5, 5).map(lambda hours: NOW - timedelta(hours=hours))
ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(-3, 3),
        st.none() | st.sampled_from(["", " ", "\t\n", "x", "xy", "X'y", "é"]),
        st.none() | st.integers(-300, 300).map(lambda cents: Decimal(cents) / 100),
        st.none() | HOURS,
    ),
    max_size=8,
)
COMPARE: dict[Operator, Callable[[Any, Sequence[Any]], bool]] = {
    Operator.EQUAL: lambda x, b: x == b[0],
    Operator.NOT_EQUAL: lambda x, b: x != b[0],
    Operator.GREATER: lambda x, b: x > b[0],
    Operator.GREATER_OR_EQUAL: lambda x, b: x >= b[0],
    Operator.LESS: lambda x, b: x < b[0],
    Operator.LESS_OR_EQUAL: lambda x, b: x <= b[0],
    Operator.BETWEEN: lambda x, b: b[0] < x < b[1],
    Operator.NOT_BETWEEN: lambda x, b: x <= b[0] or x >= b[1],
    Operator.IN: lambda x, b: x in b,
    Operator.NOT_IN: lambda x, b: x not in b,
}
OPERATORS = st.sampled_from(list(COMPARE))
NEGATIVE = (Operator.NOT_EQUAL, Operator.NOT_IN)


@pytest.fixture(scope="module")
def engine() -> Iterator[SampleEngine]:
    made = SampleEngine()
    yield made
    made.close()


def judge(engine: SampleEngine, rows: Sequence[Sequence[Value]], *rules: Rule) -> list[RuleResult]:
    engine.add("staging.t", COLUMNS, rows)
    ruleset = parse(print_ruleset(Ruleset(rules)))
    return evaluate(ruleset, engine=engine, table="staging.t", columns=COLUMNS, history=FakeHistory(), logical_time=NOW)


def condition(operator: Operator, bounds: Sequence[Operand]) -> Condition:
    pair = operator in (Operator.BETWEEN, Operator.NOT_BETWEEN)
    several = operator in (Operator.IN, Operator.NOT_IN)
    return Condition(operator, tuple(bounds if several else bounds[: 2 if pair else 1]))


def agrees(result: RuleResult, passing: list[bool]) -> None:
    share = Fraction(sum(passing), len(passing)) if passing else Fraction(1)
    assert result.value == float(share)
    assert result.failing_rows == passing.count(False)
    assert result.verdict == ("pass" if share == 1 else "fail")


@settings(max_examples=60, deadline=None)
@given(ROWS, OPERATORS, st.tuples(st.integers(-300, 300), st.integers(-300, 300)))
def test_numbers(engine: SampleEngine, rows: SmallTable, operator: Operator, cents: tuple[int, int]) -> None:
    bounds = [Decimal(one) / 100 for one in cents]
    wanted = condition(operator, [Number(bound) for bound in bounds])
    (result,) = judge(engine, rows, Rule("ColumnValues", (Text("c"),), wanted))
    used = bounds[: len(wanted.operands)]
    agrees(result, [operator in NEGATIVE if c is None else COMPARE[operator](c, used) for _, _, c, _ in rows])


KEYWORDS: dict[Keyword, Callable[[str | None], bool]] = {
    Keyword.NULL: lambda text: text is None,
    Keyword.EMPTY: lambda text: text == "",
    Keyword.WHITESPACES_ONLY: lambda text: text is not None and text != "" and not text.strip(),
}


@settings(max_examples=60, deadline=None)
@given(
    ROWS,
    st.sampled_from([Operator.IN, Operator.NOT_IN]),
    st.lists(st.sampled_from(["x", "X'y", "é", "", *Keyword]), min_size=1, max_size=4),
)
def test_sets_of_texts_and_keywords(
    engine: SampleEngine, rows: SmallTable, operator: Operator, members: list[str | Keyword]
) -> None:
    operands = tuple(member if isinstance(member, Keyword) else Text(member) for member in members)
    (result,) = judge(engine, rows, Rule("ColumnValues", (Text("b"),), Condition(operator, operands)))

    def is_member(text: str | None) -> bool:
        return any(KEYWORDS[member](text) if isinstance(member, Keyword) else text == member for member in members)

    agrees(result, [is_member(b) == (operator is Operator.IN) for _, b, _, _ in rows])


@settings(max_examples=40, deadline=None)
@given(ROWS, st.sampled_from(["x", "x.*", "[a-z]+", "", r"\s+", "X'.|é"]), st.booleans())
def test_patterns_match_the_whole_text(engine: SampleEngine, rows: SmallTable, pattern: str, positive: bool) -> None:
    operator = Operator.MATCHES if positive else Operator.NOT_MATCHES
    (result,) = judge(engine, rows, Rule("ColumnValues", (Text("b"),), Condition(operator, (Text(pattern),))))
    found = [None if b is None else bool(re.fullmatch(pattern, b, re.ASCII)) for _, b, _, _ in rows]
    agrees(result, [one is positive for one in found])


@settings(max_examples=40, deadline=None)
@given(ROWS, OPERATORS, st.tuples(st.integers(0, 5), st.integers(0, 5)))
def test_ages_and_lengths(engine: SampleEngine, rows: SmallTable, operator: Operator, bounds: tuple[int, int]) -> None:
    wanted = condition(operator, [Duration(one, Unit.HOURS) for one in bounds])
    ages = Rule("DataFreshness", (Text("t"),), wanted)
    lengths = Rule("ColumnLength", (Text("b"),), condition(operator, [Number(Decimal(one)) for one in bounds]))
    of_age, of_length = judge(engine, rows, ages, lengths)
    used = bounds[: len(wanted.operands)]
    hours = [timedelta(hours=one) for one in used]
    agrees(of_age, [t is not None and COMPARE[operator](NOW - t, hours) for *_, t in rows])
    agrees(of_length, [COMPARE[operator](len(b or ""), used) for _, b, _, _ in rows])


@settings(max_examples=60, deadline=None)
@given(ROWS, st.none() | st.integers(-3, 3))
def test_statistics_with_and_without_a_where(engine: SampleEngine, rows: SmallTable, least: int | None) -> None:
    where = None if least is None else f"a >= {least}"
    kept = [row for row in rows if least is None or (row[0] is not None and row[0] >= least)]
    wanted = Condition(Operator.GREATER, (Number(Decimal(-1000)),))
    kinds = [
        "RowCount",
        "Completeness",
        "DistinctValuesCount",
        "Uniqueness",
        "UniqueValueRatio",
        "Sum",
        "Mean",
        "Variance",
    ]
    columns = ["", "b", "b", "b", "b", "c", "c", "c"]
    names = [(Text(column),) if column else () for column in columns]
    rules = [Rule(kind, name, wanted, where) for kind, name in zip(kinds, names, strict=True)]
    rules += [Rule("Entropy", (Text("b"),), wanted, where), Rule("Uniqueness", (Text("a"), Text("b")), wanted, where)]
    found = [result.value for result in judge(engine, rows, *rules)]
    texts = [b for _, b, _, _ in kept if b is not None]
    numbers = [c for _, _, c, _ in kept if c is not None]
    pairs = Counter((a, b) for a, b, _, _ in kept if a is not None or b is not None)
    counts = Counter(texts)
    single = list(counts.values()).count(1)
    mean = sum(numbers, Decimal(0)) / len(numbers) if numbers else None
    expected = [
        len(kept),
        len(texts) / len(kept) if kept else 1,
        len(counts),
        single / len(texts) if texts else 1,
        single / len(counts) if counts else 1,
        sum(numbers) if numbers else None,
        mean,
        None if mean is None else sum((one - mean) ** 2 for one in numbers) / len(numbers),
        sum(-n / len(texts) * math.log(n / len(texts)) for n in counts.values()) if texts else None,
        list(pairs.values()).count(1) / pairs.total() if pairs else 1,
    ]
    for value, right in zip(found, expected, strict=True):
        assert value == (None if right is None else pytest.approx(float(right), abs=1e-9))


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_keys(engine: SampleEngine, rows: SmallTable) -> None:
    one, key, two = judge(
        engine,
        rows,
        Rule("IsUnique", (Text("a"),)),
        Rule("IsPrimaryKey", (Text("a"),)),
        Rule("IsPrimaryKey", (Text("a"), Text("b"))),
    )
    ids = [a for a, *_ in rows]
    there = [a for a in ids if a is not None]
    pairs = [(a, b) for a, b, *_ in rows]
    assert (one.verdict == "pass") == (len(set(there)) == len(there))
    assert (key.verdict == "pass") == (len(set(there)) == len(ids))
    whole = {pair for pair in pairs if None not in pair}
    assert (two.verdict == "pass") == (len(whole) == len(pairs))
