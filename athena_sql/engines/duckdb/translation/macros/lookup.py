"""The macros that a statement's text calls: functions of Athena that DuckDB lacks, or has with other answers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from millrace.athena_sql.engines.duckdb.translation.json.macros import JSON_MACROS
from millrace.athena_sql.engines.duckdb.translation.macros.arrays import ARRAYS, MAPS
from millrace.athena_sql.engines.duckdb.translation.macros.binary import BINARY
from millrace.athena_sql.engines.duckdb.translation.macros.casts import CASTS
from millrace.athena_sql.engines.duckdb.translation.macros.numbers import NUMBERS
from millrace.athena_sql.engines.duckdb.translation.macros.texts import PATTERNS, TEXTS, URLS
from millrace.athena_sql.engines.duckdb.translation.texts.macros import TEXT_MACROS
from millrace.athena_sql.engines.duckdb.translation.times.macros import TIMES
from millrace.athena_sql.engines.duckdb.translation.type_names import MACROS as TYPE_NAMES

# By heads, such as `athena_entry(v)`; a name has one head.
GROUPS = (ARRAYS, MAPS, BINARY, CASTS, NUMBERS, TEXTS, PATTERNS, URLS, TEXT_MACROS, JSON_MACROS, TIMES, TYPE_NAMES)

_BY_NAME = {head.partition("(")[0]: (head, body) for group in GROUPS for head, body in group.items()}
_CALLED = re.compile(r"(\w+)\(")


def macros_of(sql: str) -> list[str]:
    """The statements that create what a statement's text calls of these, each after those that its body calls.

    A session that runs one statement is spared the others, which take longer to create than many a statement to run.
    """
    return [f"CREATE MACRO IF NOT EXISTS {head} AS {body}" for head, body in macros_called(sql)]


def macros_called(sql: str) -> list[tuple[str, str]]:
    """Their heads and bodies."""
    return list(_called(sql, set()))


def _called(text: str, seen: set[str]) -> Iterator[tuple[str, str]]:
    for name in sorted(_BY_NAME.keys() & _CALLED.findall(text.lower())):
        if name not in seen:
            head, body = _BY_NAME[name]
            seen.add(name)
            yield from _called(body, seen)
            yield head, body
