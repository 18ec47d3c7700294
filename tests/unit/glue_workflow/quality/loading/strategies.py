"""Hypothesis strategies for rule files."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from hypothesis import strategies as st

from millrace.glue_workflow.quality.language.model import (
    AnyRule,
    Binary,
    Call,
    Composite,
    Condition,
    Definition,
    Duration,
    Keyword,
    Last,
    Now,
    Number,
    Operand,
    Operator,
    Rule,
    Ruleset,
    Text,
    Unit,
    Variable,
)

ORDER = [Operator.GREATER, Operator.GREATER_OR_EQUAL, Operator.LESS, Operator.LESS_OR_EQUAL]
SINGLE = [Operator.EQUAL, Operator.NOT_EQUAL]
PAIR = [Operator.BETWEEN, Operator.NOT_BETWEEN]
QUERY = Text('select count(*) from primary where "a" > 1')
SETS = [Operator.IN, Operator.NOT_IN]

texts = st.text(st.characters(codec="utf-8"), max_size=12)
columns = st.builds(Text, st.text("abc_-. \"\\'é", min_size=1, max_size=8))
numbers = st.builds(Number, st.decimals(min_value=-(10**9), max_value=10**9, places=3))
past = st.builds(Last, st.integers(1, 50))
dynamic = st.one_of(
    st.builds(lambda name, last: Call(name, (last,)), st.sampled_from(["avg", "median", "min", "std", "count"]), past),
    st.builds(lambda last, at: Call("index", (last, Number(Decimal(at)))), past, st.integers(0, 5)),
)
expressions = st.recursive(
    st.one_of(numbers, dynamic),
    lambda inner: st.one_of(
        st.builds(Binary, st.sampled_from("+-*/"), inner, inner), st.builds(lambda one: Call("abs", (one,)), inner)
    ),
    max_leaves=4,
)
durations = st.builds(Duration, st.integers(0, 800), st.sampled_from(Unit))
times = st.one_of(
    st.just(Now()),
    st.builds(Now, st.sampled_from([-1, 1]), durations),
    st.dates().map(lambda day: Text(day.isoformat())),
)


def conditions(
    operands: st.SearchStrategy[Operand], operators: Sequence[Operator] = (*SINGLE, *ORDER, *PAIR, *SETS)
) -> st.SearchStrategy[Condition]:
    def of(operator: Operator) -> st.SearchStrategy[Condition]:
        if operator in SETS:
            counts = st.lists(operands, min_size=1, max_size=3)
        else:
            size = 2 if operator in PAIR else 1
            counts = st.lists(operands, min_size=size, max_size=size)
        return counts.map(lambda found: Condition(operator, tuple(found)))

    return st.sampled_from(operators).flatmap(of)


measured = conditions(expressions)
thresholds = st.none() | measured
wheres = st.none() | st.sampled_from(["a > 1", "b = 'x\"y'", "a is not null\nand b <> '\\'"])
labels = (
    st.dictionaries(texts.filter(bool), texts.filter(bool), max_size=3)
    .map(lambda found: tuple(found.items()))
    .filter(lambda found: "on_failure" not in dict(found))
)
text_conditions = st.one_of(
    conditions(texts.map(Text), SINGLE),
    conditions(st.one_of(texts.map(Text), st.sampled_from(Keyword)), SETS),
    st.builds(lambda operator: Condition(operator, (Text("[a-z]+\\d"),)), st.sampled_from([Operator.MATCHES])),
    st.builds(Condition, st.sampled_from(SETS), st.just((Variable("names"),))),
    st.builds(Condition, st.sampled_from(SINGLE), st.just((Variable("one"),))),
)
constants = conditions(numbers)


def rules(with_past: bool = True) -> st.SearchStrategy[Rule]:
    over_table = measured if with_past else constants
    bound = thresholds if with_past else st.none() | constants
    one = columns.map(lambda column: (column,))
    return st.one_of(
        st.builds(Rule, st.just("RowCount"), st.just(()), over_table, where=wheres, labels=labels),
        st.builds(
            Rule, st.sampled_from(["Mean", "Sum", "Entropy", "Completeness"]), one, over_table, wheres, labels=labels
        ),
        st.builds(Rule, st.sampled_from(["IsComplete", "IsPrimaryKey"]), one, where=wheres, labels=labels),
        st.builds(Rule, st.just("ColumnExists"), st.just((Variable("one"),)), labels=labels),
        st.builds(
            Rule,
            st.just("ColumnValues"),
            one,
            st.one_of(constants, text_conditions, conditions(times)),
            wheres,
            bound,
            labels,
        ),
        st.builds(Rule, st.just("DataFreshness"), one, conditions(durations), wheres, labels=labels),
        st.builds(Rule, st.just("Uniqueness"), st.lists(columns, min_size=1, max_size=3).map(tuple), over_table),
        st.builds(
            Rule, st.just("CustomSql"), st.just((Text('select count(*) from primary where "a" > 1'),)), over_table
        ),
    )


composites = st.recursive(
    rules(with_past=False).map(
        lambda rule: Rule(rule.type, rule.parameters, rule.condition, rule.where, rule.threshold)
    ),
    lambda inner: st.builds(
        Composite, st.sampled_from(["and", "or"]), st.lists(inner, min_size=2, max_size=3).map(tuple)
    ),
    max_leaves=4,
)
any_rules: st.SearchStrategy[AnyRule] = st.one_of(rules(), composites)
definitions = st.tuples(
    texts.map(lambda value: Definition("one", value)),
    st.lists(texts, min_size=1, max_size=3).map(lambda values: Definition("names", tuple(values))),
)
rulesets = st.builds(Ruleset, st.lists(any_rules, max_size=4).map(tuple), definitions, labels)
