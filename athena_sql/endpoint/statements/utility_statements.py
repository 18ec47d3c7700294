"""Statements without a query to plan, recognised by pattern: SHOW, DESCRIBE, DROP TABLE, CREATE DATABASE, PREPARE...

Many are Hive's and quote names with backticks, which sqlglot's Trino dialect refuses.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot.tokenizer_core import TokenType

from millrace.athena_sql.endpoint.statements.kinds import (
    CATALOG,
    CreateDatabase,
    Deallocate,
    DropTable,
    Execute,
    ParsedStatement,
    Prepare,
    Show,
    TableName,
)
from millrace.athena_sql.endpoint.statements.syntax import CLOSING, OPENING, tokens_of

_NAME = r'(?:"[^"]+"|`[^`]+`|[A-Za-z_$][\w$-]*)'
_TABLE = rf"(?P<table>(?:{_NAME}\s*\.\s*){{0,2}}{_NAME})"
_DATABASE = rf"(?:[\"`]?{CATALOG}[\"`]?\s*\.\s*)?(?P<database>{_NAME})"
_PATTERN = r"(?:\s+(?:LIKE\s+)?'(?P<pattern>[^']*)')?"
_PART = re.compile(_NAME)


def _rule(pattern: str) -> re.Pattern[str]:
    """Of a whole statement; each space of `pattern` matches any white space."""
    return re.compile(pattern.replace(" ", r"\s+") + r"\s*;?\s*", re.IGNORECASE | re.DOTALL)


_RULES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], ParsedStatement]], ...] = (
    (_rule(rf"SHOW (?:DATABASES|SCHEMAS)(?: (?:IN|FROM) {_NAME})?{_PATTERN}"), lambda m: _show("SHOW_DATABASES", m)),
    (_rule(rf"SHOW TABLES(?: (?:IN|FROM) {_DATABASE})?{_PATTERN}"), lambda m: _show("SHOW_TABLES", m)),
    (_rule(rf"SHOW VIEWS(?: (?:IN|FROM) {_DATABASE})?{_PATTERN}"), lambda m: _show("SHOW_VIEWS", m)),
    (_rule(rf"SHOW COLUMNS (?:IN|FROM) {_TABLE}(?: (?:IN|FROM) {_DATABASE})?"), lambda m: _show("SHOW_COLUMNS", m)),
    (_rule(rf"SHOW PARTITIONS {_TABLE}"), lambda m: _show("SHOW_PARTITIONS", m)),
    (_rule(rf"SHOW CREATE TABLE {_TABLE}"), lambda m: _show("SHOW_CREATE_TABLE", m)),
    (_rule(rf"(?:DESCRIBE|DESC)(?: EXTENDED| FORMATTED)? {_TABLE}"), lambda m: _show("DESCRIBE_TABLE", m)),
    (
        _rule(rf"DROP TABLE (?P<exists>IF EXISTS )?{_TABLE}"),
        lambda m: DropTable(_table_name(m["table"]), m["exists"] is not None),
    ),
    (
        _rule(rf"CREATE (?:DATABASE|SCHEMA) (?P<exists>IF NOT EXISTS )?{_DATABASE}"),
        lambda m: CreateDatabase(_plain(m["database"]), m["exists"] is not None),
    ),
    (
        _rule(rf"PREPARE (?P<name>{_NAME}) FROM (?P<sql>.+)"),
        lambda m: Prepare(_plain(m["name"]), m["sql"].rstrip().removesuffix(";")),
    ),
    (_rule(rf"DEALLOCATE PREPARE (?P<name>{_NAME})"), lambda m: Deallocate(_plain(m["name"]))),
    (
        _rule(rf"EXECUTE (?P<name>{_NAME})(?: USING (?P<arguments>.+))?"),
        lambda m: Execute(_plain(m["name"]), _arguments(m["arguments"])),
    ),
)


def utility_statement(body: str) -> ParsedStatement | None:
    """The statement, or None where `body` is none of these. `body` is a text without comments.

    Raises RequestRefused.
    """
    for pattern, statement_of in _RULES:
        if found := pattern.fullmatch(body):
            return statement_of(found)
    return None


def _table_name(text: str) -> TableName:
    parts = [_plain(part) for part in _PART.findall(text)]
    return TableName(parts[-2] if len(parts) > 1 else "", parts[-1])


def _show(substatement: str, found: re.Match[str]) -> Show:
    groups = found.groupdict()
    subject = _table_name(groups["table"]) if groups.get("table") else TableName("", "")
    database = _plain(groups.get("database") or "")
    return Show(substatement, TableName(database or subject.database, subject.name), groups.get("pattern") or "")


def _arguments(text: str | None) -> tuple[str, ...]:
    """The text split at the commas outside parentheses and brackets."""
    if not text:
        return ()
    cuts, depth = [-1], 0
    for token in tokens_of(text):
        depth += (token.token_type in OPENING) - (token.token_type in CLOSING)
        if token.token_type is TokenType.COMMA and depth == 0:
            cuts.append(token.start)
    return tuple(text[start + 1 : end].strip() for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True))


def _plain(name: str) -> str:
    return name.strip('"`').lower()
