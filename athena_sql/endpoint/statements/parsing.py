"""The parser: from a statement's text to its kind. Refuses what Athena's grammar or this endpoint does not know."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlglot import exp
from sqlglot.errors import ParseError, SqlglotError
from sqlglot.tokenizer_core import Token, TokenType

from millrace.athena_sql.endpoint.problems import invalid
from millrace.athena_sql.endpoint.statements.kinds import (
    CATALOG,
    CreateTableAs,
    CreateView,
    InsertInto,
    ParsedStatement,
    Select,
    TableName,
    Unload,
)
from millrace.athena_sql.endpoint.statements.syntax import (
    CLOSING,
    OPENING,
    check_forms,
    check_selects,
    mismatched,
    syntax_error,
    tokens_of,
)
from millrace.athena_sql.endpoint.statements.table_statements import create_external_table, is_create_external_table
from millrace.athena_sql.endpoint.statements.utility_statements import utility_statement, view_head
from millrace.athena_sql.engines.athena.limits import MAX_QUERY_BYTES
from millrace.athena_sql.portability.dialect import TRINO
from millrace.athena_sql.statements.parsing import write_out_text
from millrace.athena_sql.statements.values_clauses import rows_of
from millrace.errors import RequestRefused

_QUOTED_OR_COMMENT = re.compile(r"""(?P<quoted>'[^']*'|"[^"]*"|`[^`]*`)|--[^\n]*|/\*.*?\*/""", re.DOTALL)
_LEADING = re.compile(r"[\s;]*")
_STARTS = {TokenType.SELECT, TokenType.WITH, TokenType.VALUES, TokenType.TABLE, TokenType.L_PAREN}
_UNLOAD = re.compile(r"UNLOAD\b", re.IGNORECASE)


def read_statement(written: str) -> ParsedStatement:
    """The statement of a text. Raises RequestRefused with the place of a syntax error, or for an unsupported statement.

    `written`: as the client sent it; places in messages are places in this text.
    """
    if len(written.encode()) > MAX_QUERY_BYTES:
        raise invalid(f"The query string is longer than {MAX_QUERY_BYTES:,} bytes.")
    sql = _LEADING.sub(_blank, written, count=1)
    body = without_comments(sql)
    if statement := utility_statement(body):
        return statement
    if is_create_external_table(body):
        return create_external_table(body)
    if head := view_head(body):
        view, or_replace, start = head
        text = body[start:].strip().rstrip(";")
        return CreateView(view, read_query(text), text, or_replace)
    tokens = tokens_of(sql)
    if not tokens:
        raise invalid(f"Empty sql statement: {written.strip()}", "MALFORMED_QUERY")
    check_selects(sql, tokens)
    check_forms(sql, tokens)
    if _UNLOAD.match(body):
        return _unload(sql, tokens)
    first = " ".join(token.text.upper() for token in tokens[:2])
    if tokens[0].token_type not in _STARTS and not first.startswith(("CREATE TABLE", "INSERT INTO")):
        if tokens[0].token_type in (TokenType.VAR, TokenType.IDENTIFIER):
            raise mismatched(sql, tokens[0], "'SELECT', 'WITH', ...")
        raise _not_supported()
    return _kind(_tree(sql, tokens))


def without_comments(sql: str) -> str:
    return _QUOTED_OR_COMMENT.sub(lambda found: found["quoted"] or " ", sql).strip()


def read_query(sql: str) -> exp.Query:
    """One query's tree. Raises RequestRefused."""
    found = read_statement(sql)
    if not isinstance(found, Select):
        raise _not_supported()
    return found.query


def with_numbered_placeholders(sql: str) -> str:
    """The text with each `?` as `:p0`, `:p1`...: the tree does not keep the order in which they stand in the text."""
    found, end = "", 0
    marks = [token for token in tokens_of(sql) if token.token_type is TokenType.PLACEHOLDER and token.text == "?"]
    for number, token in enumerate(marks):
        found, end = f"{found}{sql[end : token.start]}:p{number}", token.end + 1
    return found + sql[end:]


def read_expression(text: str) -> exp.Expr:
    """The tree of an execution parameter. Raises RequestRefused for a text that is not one expression."""
    select = read_query(f"SELECT {text}")
    if not isinstance(select, exp.Select) or len(select.expressions) != 1 or select.args.get("from_"):
        raise invalid(f"The parameter {text!r} is not one expression.", "MALFORMED_QUERY")
    value: exp.Expr = select.expressions[0]
    if isinstance(value, exp.Alias):
        raise invalid(f"The parameter {text!r} is not one expression.", "MALFORMED_QUERY")
    value.pop()
    return value


def _tree(sql: str, tokens: list[Token]) -> exp.Expr:
    try:
        trees = TRINO.parser().parse(tokens, sql)
    except ParseError as error:
        raise syntax_error(sql, error) from None
    except (SqlglotError, RecursionError, ValueError, AttributeError, TypeError, IndexError, KeyError):
        # sqlglot's parser also fails with errors that are not its own
        raise invalid("The statement cannot be parsed.", "MALFORMED_QUERY") from None
    found = [tree for tree in trees if tree is not None]
    if len(found) != 1:
        raise invalid(f"Only one sql statement is allowed. Got: {sql.strip()}", "MALFORMED_QUERY")
    write_out_text(found[0], sql, tokens)
    return found[0]


def _kind(tree: exp.Expr) -> ParsedStatement:
    if isinstance(tree, exp.Values):
        return Select(rows_of(tree))
    if isinstance(tree, exp.Query) and not isinstance(tree, exp.Table):
        return Select(tree)
    if isinstance(tree, exp.Create) and tree.args["kind"] == "TABLE" and isinstance(tree.expression, exp.Query):
        return _create_table_as(tree)
    if isinstance(tree, exp.Insert) and isinstance(tree.expression, exp.Query | exp.Values):
        return _insert(tree)
    raise _not_supported()


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
        query = rows_of(query)
    if tree.args.get("with_"):
        query.set("with_", tree.args["with_"])
    return InsertInto(_named(target), names, query)


def _unload(sql: str, tokens: list[Token]) -> Unload:
    """UNLOAD (query) TO 's3://...' WITH (...): the query and the properties are parsed separately.

    The query is padded with blanks, so that places in messages are places in the whole text.
    """
    depth, end = 0, 0
    for at, token in enumerate(tokens[1:], start=1):
        depth += (token.token_type in OPENING) - (token.token_type in CLOSING)
        if depth == 0:
            end = at
            break
    rest = tokens[end + 1 :]
    if end < 2 or len(rest) < 2 or rest[0].text.upper() != "TO" or rest[1].token_type is not TokenType.STRING:
        raise invalid("line 1:1: write UNLOAD as UNLOAD (query) TO 's3://...' WITH (...).", "MALFORMED_QUERY")
    inner = " " * (tokens[1].end + 1) + sql[tokens[1].end + 1 : tokens[end].start]
    lines = sql[: tokens[1].end + 1].count("\n")
    query = read_query("\n" * lines + inner[lines:] if lines else inner)
    options = sql[rest[2].start :] if len(rest) > 2 else ""
    table = f"CREATE TABLE unloaded {options.rstrip().removesuffix(';')} AS SELECT 1"
    properties = _tree(table, tokens_of(table)).args.get("properties")
    return Unload(query, rest[1].text, _properties(properties))


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


def _not_supported() -> RequestRefused:
    return invalid("Queries of this type are not supported", "MALFORMED_QUERY")


def _blank(found: re.Match[str]) -> str:
    """The same text with blanks for semicolons: places in messages stay those of the text as it was sent."""
    return found[0].replace(";", " ")
