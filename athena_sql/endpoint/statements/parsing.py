"""From a statement's text to what it is. What Athena's grammar, or this endpoint, does not know is refused here."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from millrace.athena_sql.endpoint.api.problems import invalid
from millrace.athena_sql.endpoint.statements.statement_kinds import (
    CATALOG,
    CreateDatabase,
    CreateTableAs,
    Deallocate,
    DropTable,
    Execute,
    InsertInto,
    Kind,
    Prepare,
    Select,
    Show,
    TableName,
    Unload,
)
from millrace.athena_sql.endpoint.statements.syntax import (
    CLOSING,
    OPENING,
    check_selects,
    mismatched,
    tokens_of,
    unreadable,
)
from millrace.athena_sql.portability.dialect import TRINO
from millrace.athena_sql.statements.numerals import write_out
from millrace.errors import RequestRefused

WRITTEN = "written"  # in a function's meta: its name as it stands in the text
LONGEST_SQL = 262_144  # bytes, as in Athena

_QUOTED_OR_COMMENT = re.compile(r"""(?P<quoted>'[^']*'|"[^"]*"|`[^`]*`)|--[^\n]*|/\*.*?\*/""", re.DOTALL)
_BEHIND = ("order", "limit", "offset")  # of VALUES
_BEFORE = re.compile(r"[\s;]*")
_NAME = r'(?:"[^"]+"|`[^`]+`|[A-Za-z_$][\w$-]*)'
_TABLE = rf"(?P<table>(?:{_NAME}\s*\.\s*){{0,2}}{_NAME})"
_DATABASE = rf"(?:[\"`]?{CATALOG}[\"`]?\s*\.\s*)?(?P<database>{_NAME})"
_PATTERN = r"(?:\s+(?:LIKE\s+)?'(?P<pattern>[^']*)')?"
_PART = re.compile(_NAME)
_STARTS = {TokenType.SELECT, TokenType.WITH, TokenType.VALUES, TokenType.TABLE, TokenType.L_PAREN}


def _rule(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern.replace(" ", r"\s+") + r"\s*;?\s*", re.IGNORECASE | re.DOTALL)


# Hive's statements, which quote names with backticks; none of them holds a query.
_UTILITIES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Kind]], ...] = (
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
_UNLOAD = re.compile(r"UNLOAD\b", re.IGNORECASE)


def read(written: str) -> Kind:
    """Raises RequestRefused, as StartQueryExecution does: with the place, or for a type that is not supported."""
    if len(written.encode()) > LONGEST_SQL:
        raise invalid(f"The query string is longer than {LONGEST_SQL:,} bytes.")
    sql = _BEFORE.sub(_blank, written, count=1)
    body = _QUOTED_OR_COMMENT.sub(lambda found: found["quoted"] or " ", sql).strip()
    for pattern, made in _UTILITIES:
        if found := pattern.fullmatch(body):
            return made(found)
    tokens = tokens_of(sql)
    if not tokens:
        raise invalid(f"Empty sql statement: {written.strip()}", "MALFORMED_QUERY")
    check_selects(sql, tokens)
    if _UNLOAD.match(body):
        return _unload(sql, tokens)
    first = " ".join(token.text.upper() for token in tokens[:2])
    if tokens[0].token_type not in _STARTS and not first.startswith(("CREATE TABLE", "INSERT INTO")):
        if tokens[0].token_type in (TokenType.VAR, TokenType.IDENTIFIER):
            raise mismatched(sql, tokens[0], "'SELECT', 'WITH', ...")
        raise _not_supported()
    return _kind(_tree(sql))


def read_query(sql: str) -> exp.Query:
    """One query's tree. Raises RequestRefused."""
    found = read(sql)
    if not isinstance(found, Select):
        raise _not_supported()
    return found.query


def with_numbered_placeholders(sql: str) -> str:
    """The text with each `?` as `:p0`, `:p1`...: the tree alone does not tell their order."""
    found, end = "", 0
    marks = [token for token in tokens_of(sql) if token.token_type is TokenType.PLACEHOLDER and token.text == "?"]
    for number, token in enumerate(marks):
        found, end = f"{found}{sql[end : token.start]}:p{number}", token.end + 1
    return found + sql[end:]


def read_expression(text: str) -> exp.Expr:
    """An execution parameter. Raises RequestRefused."""
    select = read_query(f"SELECT {text}")
    if not isinstance(select, exp.Select) or len(select.expressions) != 1 or select.args.get("from_"):
        raise invalid(f"The parameter {text!r} is not one expression.", "MALFORMED_QUERY")
    value: exp.Expr = select.expressions[0]
    if isinstance(value, exp.Alias):
        raise invalid(f"The parameter {text!r} is not one expression.", "MALFORMED_QUERY")
    value.pop()
    return value


def _tree(sql: str) -> exp.Expr:
    try:
        trees = TRINO.parse(sql)
    except ParseError as error:
        raise unreadable(sql, error) from None
    except (SqlglotError, RecursionError, ValueError, AttributeError, TypeError, IndexError, KeyError):
        raise invalid("The statement cannot be read.", "MALFORMED_QUERY") from None  # what the parser trips over
    found = [tree for tree in trees if tree is not None]
    if len(found) != 1:
        raise invalid(f"Only one sql statement is allowed. Got: {sql.strip()}", "MALFORMED_QUERY")
    for node in found[0].find_all(exp.Func):
        if "start" in node.meta:
            node.meta[WRITTEN] = sql[int(node.meta["start"]) : int(node.meta["end"]) + 1]
    write_out(found[0])
    for values in list(found[0].find_all(exp.Values)):
        if isinstance(values.parent, exp.Subquery):
            values.replace(_rows(values.copy()))
        elif isinstance(values.parent, exp.From | exp.Join):
            _name_columns(values)
    return found[0]


def _kind(tree: exp.Expr) -> Kind:
    if isinstance(tree, exp.Values):
        return Select(_rows(tree))
    if isinstance(tree, exp.Query) and not isinstance(tree, exp.Table):
        return Select(tree)
    if isinstance(tree, exp.Create) and tree.args["kind"] == "TABLE" and isinstance(tree.expression, exp.Query):
        return _create_table_as(tree)
    if isinstance(tree, exp.Insert) and isinstance(tree.expression, exp.Query | exp.Values):
        return _insert(tree)
    raise _not_supported()


def _rows(values: exp.Values) -> exp.Select:
    """VALUES as a query, with what stands behind it."""
    behind = {part: values.args.pop(part) for part in _BEHIND if values.args.get(part)}
    _name_columns(values)
    query = exp.select("*").from_(values)
    for part, clause in behind.items():
        query.set(part, clause)
    return query


def _name_columns(values: exp.Values) -> None:
    """Where no names are given, they have Athena's."""
    alias = values.args.get("alias") or exp.TableAlias(this=exp.to_identifier("_values"))
    if not alias.columns and isinstance(values.expressions[0], exp.Tuple):
        names = [exp.to_identifier(f"_col{at}") for at in range(len(values.expressions[0].expressions))]
        alias.set("columns", names)
        values.set("alias", alias)


def _create_table_as(tree: exp.Create) -> CreateTableAs:
    if not isinstance(tree.this, exp.Table):
        raise _not_supported()
    properties = _properties(tree.args.get("properties"))
    return CreateTableAs(
        _named(tree.this),
        tree.expression,
        {name: value for name, value in properties.items() if name != "with data"},
        bool(tree.args.get("exists")),
        properties.get("with data") != "false",
    )


def _insert(tree: exp.Insert) -> InsertInto:
    target, names = tree.this, ()
    if isinstance(target, exp.Schema):
        target, names = target.this, tuple(column.name.lower() for column in target.expressions)
    if not isinstance(target, exp.Table):
        raise _not_supported()
    query = tree.expression
    if isinstance(query, exp.Values):
        query = _rows(query)
    if tree.args.get("with_"):
        query.set("with_", tree.args["with_"])
    return InsertInto(_named(target), names, query)


def _unload(sql: str, tokens: list[Token]) -> Unload:
    """UNLOAD (query) TO 's3://...' WITH (...): the parts are read by themselves, each at its own place."""
    depth, end = 0, 0
    for at, token in enumerate(tokens[1:], start=1):
        depth += (token.token_type in OPENING) - (token.token_type in CLOSING)
        if depth == 0:
            end = at
            break
    rest = tokens[end + 1 :]
    if end < 2 or len(rest) < 2 or rest[0].text.upper() != "TO" or rest[1].token_type is not TokenType.STRING:
        raise invalid("line 1:1: UNLOAD is written as UNLOAD (query) TO 's3://...' WITH (...).", "MALFORMED_QUERY")
    inner = " " * (tokens[1].end + 1) + sql[tokens[1].end + 1 : tokens[end].start]
    lines = sql[: tokens[1].end + 1].count("\n")
    query = read_query("\n" * lines + inner[lines:] if lines else inner)
    options = sql[rest[2].start :] if len(rest) > 2 else ""
    wrapped = _tree(f"CREATE TABLE unloaded {options.rstrip().removesuffix(';')} AS SELECT 1")
    return Unload(query, rest[1].text, _properties(wrapped.args.get("properties")))


def _properties(node: exp.Expr | None) -> Mapping[str, str | tuple[str, ...]]:
    found: dict[str, str | tuple[str, ...]] = {}
    for each in node.expressions if node else ():
        match each:
            case exp.FileFormatProperty():
                found["format"] = each.this.name
            case exp.PartitionedByProperty():
                found["partitioned_by"] = tuple(one.name.lower() for one in each.this.expressions)
            case exp.WithDataProperty():
                found["with data"] = "false" if each.args.get("no") else "true"
            case exp.Property():
                value = each.args.get("value")
                many = isinstance(value, exp.Array)
                found[each.name.lower()] = (
                    tuple(one.name for one in value.expressions) if many and value else each.text("value")
                )
            case _:
                raise invalid(f"The table property {each.sql(TRINO)!r} is not supported.", "MALFORMED_QUERY")
    return found


def _named(node: exp.Table) -> TableName:
    parts = [part.name.lower() for part in node.parts]
    if len(parts) == 3 and parts[0] == CATALOG:
        parts = parts[1:]
    if len(parts) > 2:
        raise invalid(f"The catalog of {node.sql(TRINO)!r} is not known.", "MALFORMED_QUERY")
    return TableName(parts[0] if len(parts) == 2 else "", parts[-1])


def _table_name(text: str) -> TableName:
    parts = [_plain(part) for part in _PART.findall(text)]
    return TableName(parts[-2] if len(parts) > 1 else "", parts[-1])


def _show(what: str, found: re.Match[str]) -> Show:
    groups = found.groupdict()
    subject = _table_name(groups["table"]) if groups.get("table") else TableName("", "")
    database = _plain(groups.get("database") or "")
    return Show(what, TableName(database or subject.database, subject.name), groups.get("pattern") or "")


def _arguments(text: str | None) -> tuple[str, ...]:
    """Split at the commas that are in no parentheses."""
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


def _not_supported() -> RequestRefused:
    return invalid("Queries of this type are not supported", "MALFORMED_QUERY")


def _blank(found: re.Match[str]) -> str:
    """As long, and as many lines: what is said of places holds for what was written."""
    return found[0].replace(";", " ")
