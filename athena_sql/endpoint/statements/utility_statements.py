"""Statements without a query to plan, recognised by pattern: SHOW, DESCRIBE, DROP, ALTER TABLE, CREATE DATABASE...

Many are Hive's and quote names with backticks, which sqlglot's Trino dialect refuses.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from sqlglot.tokenizer_core import TokenType

from millrace.athena_sql.endpoint.statements.kinds import (
    CATALOG,
    AlterTable,
    CreateDatabase,
    Deallocate,
    DropDatabase,
    DropTable,
    DropView,
    Execute,
    ParsedStatement,
    Prepare,
    RepairTable,
    Show,
    TableName,
)
from millrace.athena_sql.endpoint.statements.syntax import CLOSING, OPENING, tokens_of
from millrace.athena_sql.endpoint.statements.table_statements import columns_listed, properties_listed

_NAME = r'(?:"[^"]+"|`[^`]+`|[A-Za-z_$][\w$-]*)'
_TABLE = rf"(?P<table>(?:{_NAME}\s*\.\s*){{0,2}}{_NAME})"
_DATABASE = rf"(?:[\"`]?{CATALOG}[\"`]?\s*\.\s*)?(?P<database>{_NAME})"
_PATTERN = r"(?:\s+(?:LIKE\s+)?'(?P<pattern>[^']*)')?"
_PART = re.compile(_NAME)
_CREATE_VIEW = re.compile(rf"CREATE\s+(?P<replace>OR\s+REPLACE\s+)?VIEW\s+{_TABLE}\s+AS\b", re.IGNORECASE)


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
    (_rule(rf"SHOW CREATE VIEW {_TABLE}"), lambda m: _show("SHOW_CREATE_VIEW", m)),
    (
        _rule(rf"SHOW TBLPROPERTIES {_TABLE}(?:\s*\(\s*'(?P<pattern>[^']*)'\s*\))?"),
        lambda m: _show("SHOW_TBLPROPERTIES", m),
    ),
    (_rule(rf"(?:DESCRIBE|DESC)(?: EXTENDED| FORMATTED)? {_TABLE}"), lambda m: _show("DESCRIBE_TABLE", m)),
    (
        _rule(rf"DROP TABLE (?P<exists>IF EXISTS )?{_TABLE}"),
        lambda m: DropTable(table_name(m["table"]), m["exists"] is not None),
    ),
    (
        _rule(rf"DROP VIEW (?P<exists>IF EXISTS )?{_TABLE}"),
        lambda m: DropView(table_name(m["table"]), m["exists"] is not None),
    ),
    (
        _rule(rf"ALTER TABLE {_TABLE} SET TBLPROPERTIES\s*\((?P<listed>.*)\)"),
        lambda m: AlterTable(table_name(m["table"]), properties=properties_listed(m["listed"])),
    ),
    (
        _rule(rf"ALTER TABLE {_TABLE} (?P<verb>ADD|REPLACE) COLUMNS\s*\((?P<listed>.*)\)"),
        lambda m: AlterTable(
            table_name(m["table"]), columns=columns_listed(m["listed"]), replaces=m["verb"].upper() == "REPLACE"
        ),
    ),
    (_rule(rf"MSCK REPAIR TABLE {_TABLE}"), lambda m: RepairTable(table_name(m["table"]))),
    (
        _rule(rf"CREATE (?:DATABASE|SCHEMA) (?P<exists>IF NOT EXISTS )?{_DATABASE}"),
        lambda m: CreateDatabase(_plain(m["database"]), m["exists"] is not None),
    ),
    (
        _rule(rf"DROP (?:DATABASE|SCHEMA) (?P<exists>IF EXISTS )?{_DATABASE}(?: (?P<how>RESTRICT|CASCADE))?"),
        lambda m: DropDatabase(_plain(m["database"]), m["exists"] is not None, (m["how"] or "").upper() == "CASCADE"),
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


def view_head(body: str) -> tuple[TableName, bool, int] | None:
    """Of CREATE VIEW the name, whether it may replace another, and where its query begins; None for all else."""
    found = _CREATE_VIEW.match(body)
    return (table_name(found["table"]), found["replace"] is not None, found.end()) if found else None


def table_name(text: str) -> TableName:
    """Of a name as it is written, in quotes of any kind."""
    parts = [_plain(part) for part in _PART.findall(text)]
    return TableName(parts[-2] if len(parts) > 1 else "", parts[-1])


def _show(substatement: str, found: re.Match[str]) -> Show:
    groups = found.groupdict()
    subject = table_name(groups["table"]) if groups.get("table") else TableName("", "")
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
