"""A first rule file for a table, derived from its data (data profiling): a draft to correct."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_FLOOR, Decimal

from millrace.athena_sql.ports import MAX_DIGITS, Column, Engine, Statement, TableData, Value
from millrace.athena_sql.tables import AUDIT_COLUMNS
from millrace.glue_workflow.quality.evaluation.evaluator import evaluate
from millrace.glue_workflow.quality.evaluation.history import FakeHistory
from millrace.glue_workflow.quality.evaluation.results import Verdict
from millrace.glue_workflow.quality.language.model import Condition, Number, Operand, Operator, Rule, Ruleset, Text
from millrace.glue_workflow.quality.language.printing import print_ruleset
from millrace.glue_workflow.quality.rule_types.sql_text import Family, family_of, quoted_name, table_name

FEW_VALUES = 12  # a text column with at most this many distinct values gets a rule that lists them
_ANY_TIME = datetime(1970, 1, 1)  # noqa: DTZ001  (no suggested rule depends on the time)


@dataclass(frozen=True, slots=True)
class _Profile:
    """What a column holds. `low` and `high` are the smallest and largest number, or text length."""

    column: Column
    rows: int
    values: int
    distinct: int
    low: Value
    high: Value


def suggest(
    engine: Engine, table: str, columns: Sequence[Column], tables: Mapping[str, TableData] | None = None
) -> str:
    """DQDL text whose rules all pass on the table's present rows. Raises what the engine's `query` raises."""
    profiles = _profile(engine, table, columns, tables)
    rules = [Rule("RowCount", (), _compared(Operator.GREATER, 0))] if profiles and profiles[0].rows else []
    rules.append(Rule("ColumnCount", (), _compared(Operator.EQUAL, len(columns))))
    for profile in profiles:
        rules += _completeness(profile)
        if profile.column.name not in AUDIT_COLUMNS:
            rules += _bounds(profile)
            rules += _value_set(engine, table, profile, tables)
    # Leaves out rules that fail after all, through rounding or the engine's way of comparing.
    results = evaluate(
        Ruleset(tuple(rules), name=table),
        engine=engine,
        table=table,
        columns=columns,
        tables=tables,
        history=FakeHistory(),
        logical_time=_ANY_TIME,
    )
    passing = [rule for rule, result in zip(rules, results, strict=True) if result.verdict is Verdict.PASS]
    return f"# Suggested from what {table} held. Keep what is intended, loosen what is chance.\n" + print_ruleset(
        Ruleset(tuple(passing))
    )


def _profile(
    engine: Engine, table: str, columns: Sequence[Column], tables: Mapping[str, TableData] | None
) -> list[_Profile]:
    items = ["COUNT(*)"]
    for column in columns:
        quoted, measured = quoted_name(column.name), _extremes_of(column)
        items += [f"COUNT({quoted})", f"COUNT(DISTINCT {quoted})", f"MIN({measured})", f"MAX({measured})"]
    listed = ",\n  ".join(f"{item} AS m{index}" for index, item in enumerate(items))
    statement = Statement(f"profile of {table}", f"SELECT\n  {listed}\nFROM {table_name(table)}")
    rows, *numbers = engine.query(statement, None, tables).rows[0]
    return [
        _Profile(column, _integer(rows), _integer(values), _integer(distinct), low, high)
        for column, (values, distinct, low, high) in zip(columns, _groups_of_four(numbers), strict=True)
    ]


def _extremes_of(column: Column) -> str:
    match family_of(column.type):
        case Family.NUMBER:
            return quoted_name(column.name)
        case Family.TEXT:
            return f"LENGTH({quoted_name(column.name)})"
    return "CAST(NULL AS INTEGER)"


def _completeness(profile: _Profile) -> Iterator[Rule]:
    parameter = (Text(profile.column.name),)
    if not profile.values:
        return
    if profile.values < profile.rows:
        share = (Decimal(profile.values) / profile.rows).quantize(Decimal("0.01"), ROUND_FLOOR)
        yield Rule("Completeness", parameter, Condition(Operator.GREATER_OR_EQUAL, (Number(share),)))
    elif profile.distinct == profile.rows and profile.rows > FEW_VALUES:
        yield Rule("IsPrimaryKey", parameter)
    else:
        yield Rule("IsComplete", parameter)


def _bounds(profile: _Profile) -> Iterator[Rule]:
    low, high = _number(profile.low), _number(profile.high)
    if low is None or high is None:
        return
    rule_type = "ColumnLength" if family_of(profile.column.type) is Family.TEXT else "ColumnValues"
    # NULL fails these rules, so a `where` leaves NULLs out; IsComplete and Completeness are about NULLs.
    where = None if profile.values == profile.rows else f"{quoted_name(profile.column.name)} IS NOT NULL"
    bounds = ((Operator.GREATER_OR_EQUAL, low), (Operator.LESS_OR_EQUAL, high))
    for operator, bound in bounds if low < high else ((Operator.EQUAL, low),):
        yield Rule(rule_type, (Text(profile.column.name),), Condition(operator, (Number(bound),)), where=where)


def _value_set(engine: Engine, table: str, profile: _Profile, tables: Mapping[str, TableData] | None) -> Iterator[Rule]:
    repeated = profile.distinct * 2 <= profile.values
    if family_of(profile.column.type) is not Family.TEXT or not 0 < profile.distinct <= FEW_VALUES or not repeated:
        return
    quoted = quoted_name(profile.column.name)
    sql = f"SELECT DISTINCT {quoted} AS v FROM {table_name(table)} WHERE {quoted} IS NOT NULL"
    found = engine.query(Statement(f"values of {profile.column.name} in {table}", sql), None, tables).rows
    values: list[Operand] = [Text(text) for text in sorted(str(row[0]) for row in found)]
    where = None if profile.values == profile.rows else f"{quoted} IS NOT NULL"
    yield Rule("ColumnValues", (Text(profile.column.name),), Condition(Operator.IN, tuple(values)), where=where)


def _compared(operator: Operator, value: int) -> Condition:
    return Condition(operator, (Number(Decimal(value)),))


def _integer(value: Value) -> int:
    assert isinstance(value, int)
    return value


def _groups_of_four(values: Sequence[Value]) -> Iterator[tuple[Value, Value, Value, Value]]:
    for index in range(0, len(values), 4):
        first, second, third, fourth = values[index : index + 4]
        yield first, second, third, fourth


def _number(value: Value) -> Decimal | None:
    """The value as a number that a rule can hold, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    number = Decimal(repr(value) if isinstance(value, float) else value).normalize()
    return number if len(format(abs(number), "f").replace(".", "")) <= MAX_DIGITS else None
