"""The rows that break rules labelled `set_aside`: one statement that gives them, with why, and one for all others.

Both read a candidate of a staging table, partition by partition. A row that breaks several rules is given once, with
all of them. The row itself is kept as a JSON object, built from constructs that give the same text on every engine:
numbers and booleans as they are, all else as texts, times as `YYYY-MM-DD HH:MM:SS`. In texts a control character other
than a tab or a line break becomes a space.
"""

from __future__ import annotations

from collections.abc import Sequence

from millrace.athena_sql.ports import Column, Statement
from millrace.glue_workflow.quality.evaluation.evaluator import Action, RuleResult
from millrace.glue_workflow.quality.rule_types.sql_text import Family, family_of, literal, name, table_name

_PARTITIONS = "dt IN (:partitions)"
_LINE = "CHR(10)"


def kept_rows(table: str, columns: Sequence[Column], results: Sequence[RuleResult]) -> Statement:
    """The rows that no rule sets aside: the table's columns, unchanged."""
    listed = ", ".join(name(column.name) for column in columns)
    kept = " AND ".join(f"NOT ({predicate})" for predicate in _predicates(results).values())
    return Statement(
        f"{table}: rows kept", f"SELECT {listed}\nFROM {table_name(table)}\nWHERE {_PARTITIONS} AND {kept}"
    )


def rows_set_aside(table: str, columns: Sequence[Column], results: Sequence[RuleResult]) -> Statement:
    """The other rows, with the columns of the set-aside table."""
    predicates = _predicates(results)
    types = {column.name.lower(): column for column in columns}
    rules = [_line(test, literal(rule)) for rule, test in predicates.items()]
    reasons = [
        _line(predicates[result.rule], _found(types[result.column.lower()]))
        for result in results
        if result.rule in predicates and result.column
    ]
    # Each line begins with a line break; the first goes.
    sql = (
        f"SELECT\n  SUBSTR({' || '.join(rules)}, 2) AS rule,\n  SUBSTR({' || '.join(reasons)}, 2) AS reason,\n"
        f"  snapshot_id,\n  {_as_json(columns)} AS row,\n  ingested_at,\n  run_id,\n  dt\n"
        f"FROM {table_name(table)}\nWHERE {_PARTITIONS} AND ({' OR '.join(predicates.values())})"
    )
    return Statement(f"{table}: rows set aside", sql)


def _predicates(results: Sequence[RuleResult]) -> dict[str, str]:
    """SQL that is TRUE for the rows that break a rule, by the rule."""
    return {one.rule: f"({one.predicate})" for one in results if one.action is Action.SET_ASIDE and one.predicate}


def _line(condition: str, text: str) -> str:
    return f"CASE WHEN {condition} THEN {_LINE} || {text} ELSE '' END"


def _found(column: Column) -> str:
    return f"{literal(f'{column.name} is ')} || COALESCE({_plain(column)}, 'NULL')"


def _as_json(columns: Sequence[Column]) -> str:
    fields = [f"{literal(_key(column))} || COALESCE({_value(column)}, 'null')" for column in columns]
    return "'{' || " + " || ', ' || ".join(fields) + " || '}'"


def _key(column: Column) -> str:
    return f'"{column.name}": '


def _value(column: Column) -> str:
    if family_of(column.type) in (Family.NUMBER, Family.BOOLEAN):
        return _plain(column)
    text = _plain(column)
    if family_of(column.type) is Family.TEXT:
        for character, written in (("'\\'", "'\\\\'"), ("'\"'", "'\\\"'")):
            text = f"REPLACE({text}, {character}, {written})"
        for code, written in ((9, "'\\t'"), (10, "'\\n'"), (13, "'\\r'")):
            text = f"REPLACE({text}, CHR({code}), {written})"
        text = f"REGEXP_REPLACE({text}, '[\\x00-\\x1F]', ' ')"
    return f"'\"' || {text} || '\"'"


def _plain(column: Column) -> str:
    quoted = name(column.name)
    match family_of(column.type):
        case Family.TEXT:
            return quoted
        case Family.TIMESTAMP:
            return f"DATE_FORMAT({quoted}, '%Y-%m-%d %H:%i:%s')"
    return f"CAST({quoted} AS VARCHAR)"
