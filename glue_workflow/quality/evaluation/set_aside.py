"""Statements that split a table: the rows that break rules labelled `set_aside`, with reasons, and the rows to keep.

Both statements read partitions of a staging table's candidate. A row that breaks several rules appears once, with all
of them. The row itself is kept as a JSON object, built from SQL that gives the same text on every engine: numbers and
booleans as they are, every other type as a string, times as `YYYY-MM-DD HH:MM:SS`. In strings, a control character
other than a tab or a line break becomes a space.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from millrace.athena_sql.ports import Column, Statement
from millrace.glue_workflow.quality.evaluation.results import Action, RuleResult
from millrace.glue_workflow.quality.rule_types.sql_text import Family, family_of, literal, quoted_name, table_name

_PARTITIONS = "dt IN (:partitions)"
_LINE = "CHR(10)"


def remaining_rows(table: str, columns: Sequence[Column], results: Sequence[RuleResult]) -> Statement:
    """The rows that no rule sets aside, with the table's columns unchanged."""
    listed = ", ".join(quoted_name(column.name) for column in columns)
    kept = " AND ".join(f"NOT ({predicate})" for predicate in _predicates(results).values())
    return Statement(
        f"{table}: rows kept", f"SELECT {listed}\nFROM {table_name(table)}\nWHERE {_PARTITIONS} AND {kept}"
    )


def rows_set_aside(table: str, columns: Sequence[Column], results: Sequence[RuleResult]) -> Statement:
    """The rows that some rule sets aside, with the columns of the set-aside table."""
    predicates = _predicates(results)
    types = {column.name.lower(): column for column in columns}
    rules = [_line(predicate, literal(rule)) for rule, predicate in predicates.items()]
    reasons = [
        _line(predicates[result.rule], _actual_value(types[result.column.lower()]))
        for result in results
        if result.rule in predicates and result.column
    ]
    # Each line begins with a line break; SUBSTR drops the first.
    sql = (
        f"SELECT\n  SUBSTR({' || '.join(rules)}, 2) AS rule,\n  SUBSTR({' || '.join(reasons)}, 2) AS reason,\n"
        f"  snapshot_id,\n  {_as_json(columns)} AS row,\n  loaded_at,\n  run_id,\n  dt\n"
        f"FROM {table_name(table)}\nWHERE {_PARTITIONS} AND ({' OR '.join(predicates.values())})"
    )
    return Statement(f"{table}: rows set aside", sql)


def _predicates(results: Sequence[RuleResult]) -> dict[str, str]:
    """By rule, the SQL that is TRUE for the rows that break it."""
    return {
        result.rule: f"({result.predicate})"
        for result in results
        if result.action is Action.SET_ASIDE and result.predicate
    }


def _line(condition: str, text: str) -> str:
    return f"CASE WHEN {condition} THEN {_LINE} || {text} ELSE '' END"


def _actual_value(column: Column) -> str:
    return f"{literal(f'{column.name} is ')} || COALESCE({_as_text(column)}, 'NULL')"


def _as_json(columns: Sequence[Column]) -> str:
    fields = [f"{literal(_json_key(column))} || COALESCE({_json_value(column)}, 'null')" for column in columns]
    return "'{' || " + " || ', ' || ".join(fields) + " || '}'"


def _json_key(column: Column) -> str:
    return json.dumps(column.name, ensure_ascii=False) + ": "


def _json_value(column: Column) -> str:
    if family_of(column.type) in (Family.NUMBER, Family.BOOLEAN):
        return _as_text(column)
    text = _as_text(column)
    if family_of(column.type) is Family.TEXT:
        for character, written in (("'\\'", "'\\\\'"), ("'\"'", "'\\\"'")):
            text = f"REPLACE({text}, {character}, {written})"
        for code, written in ((9, "'\\t'"), (10, "'\\n'"), (13, "'\\r'")):
            text = f"REPLACE({text}, CHR({code}), {written})"
        text = f"REGEXP_REPLACE({text}, '[\\x00-\\x1F]', ' ')"
    return f"'\"' || {text} || '\"'"


def _as_text(column: Column) -> str:
    quoted = quoted_name(column.name)
    match family_of(column.type):
        case Family.TEXT:
            return quoted
        case Family.TIMESTAMP:
            return f"DATE_FORMAT({quoted}, '%Y-%m-%d %H:%i:%s')"
    return f"CAST({quoted} AS VARCHAR)"
