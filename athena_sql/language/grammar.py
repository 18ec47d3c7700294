"""Forms of the text that Athena's grammar does not have and other engines accept, and aliases used too early."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence, Set

from sqlglot import exp
from sqlglot.tokenizer_core import Token, TokenType

from millrace.athena_sql.language.refused import AthenaRefusal
from millrace.athena_sql.portability import refusals
from millrace.athena_sql.portability.refusals import Refusal
from millrace.athena_sql.statements.with_names import ctes_around

# The names of a table's columns; None or empty: not known.
ColumnNames = Callable[[exp.Table], Set[str] | None]

# Functions of other dialects, which the parser takes for Athena's own, with Athena's names.
_NO_FUNCTIONS = {
    "arg_max": "max_by",
    "arg_min": "min_by",
    "datediff": "date_diff",
    "ifnull": "coalesce",
    "isnull": "x IS NULL",
    "len": "length",
    "list": "array_agg",
    "nvl": "coalesce",
    "string_agg": "listagg",
    "strftime": "date_format",
    "strptime": "date_parse",
}
_BEFORE_SUBSCRIPT = (TokenType.VAR, TokenType.IDENTIFIER, TokenType.R_PAREN, TokenType.R_BRACKET, TokenType.ARRAY)


def refused_forms(tokens: Sequence[Token]) -> Iterator[tuple[Token, Refusal]]:
    """Where a text has a form that Athena's grammar does not have."""
    for at, token in enumerate(tokens):
        if refusal := _refused_at(tokens, at):
            yield token, refusal


def _refused_at(tokens: Sequence[Token], at: int) -> Refusal | None:
    token, before = tokens[at], tokens[at - 1] if at else None
    after = tokens[at + 1].token_type if at + 1 < len(tokens) else None
    match token.token_type:
        case TokenType.DCOLON:
            return refusals.REFUSED_DOUBLE_COLON
        case TokenType.ILIKE | TokenType.RLIKE | TokenType.SIMILAR_TO:
            return refusals.REFUSED_ILIKE
        case TokenType.L_BRACKET if before is None or before.token_type not in _BEFORE_SUBSCRIPT:
            return refusals.REFUSED_BRACKETS
        case TokenType.INTERVAL if after is TokenType.NUMBER:
            return refusals.REFUSED_BARE_INTERVAL
        case TokenType.HEX_STRING if token.end - token.start == len(token.text) + 1:  # 0x10, not X'10'
            return refusals.REFUSED_BASE
        case TokenType.VAR if before is not None and _is_end_of_number(before, token):
            return refusals.REFUSED_BASE
        case TokenType.OFFSET | TokenType.COMMA if _follows_limit(tokens, at):
            return refusals.REFUSED_OFFSET if token.token_type is TokenType.OFFSET else refusals.REFUSED_LIMIT_PAIR
    instead = _NO_FUNCTIONS.get(token.text.lower()) if after is TokenType.L_PAREN else None
    if instead and token.token_type is not TokenType.STRING:
        return Refusal(f"the function {token.text}", instead)
    return None


def _is_end_of_number(before: Token, token: Token) -> bool:
    """Of 0b101, 0o17 or 1_000, which sqlglot reads as a number and an alias."""
    return before.token_type is TokenType.NUMBER and before.end + 1 == token.start


def _follows_limit(tokens: Sequence[Token], at: int) -> bool:
    return at >= 2 and tokens[at - 2].token_type is TokenType.LIMIT


def refused_aliases(nodes: Iterable[exp.Expr], columns: ColumnNames) -> Iterator[tuple[exp.Expr, AthenaRefusal]]:
    """Uses of an alias in a clause that Athena computes before the select list. `columns`: those of a table.

    Where it is not known what columns a SELECT reads, nothing is said.
    """
    for select in nodes:
        if not isinstance(select, exp.Select):
            continue
        aliases = {one.alias.lower() for one in select.expressions if isinstance(one, exp.Alias)}
        yield from _in_aggregates_of_order(select, aliases)
        used = list(_used_early(select, aliases)) if aliases else []
        known = _columns_read(select, columns) if used else None
        if known is not None:
            early = (column for column in used if column.name.lower() not in known)
            yield from ((column, _not_found(column, refusals.REFUSED_ALIAS)) for column in early)


def _not_found(column: exp.Column, refusal: Refusal) -> AthenaRefusal:
    return AthenaRefusal("COLUMN_NOT_FOUND", f"Column '{column.name}' cannot be resolved", refusal)


def _used_early(select: exp.Select, aliases: Set[str]) -> Iterator[exp.Column]:
    clauses = [select.args.get(name) for name in ("where", "group", "having")]
    for place in [*filter(None, clauses), *select.expressions]:
        for column in place.find_all(exp.Column):
            if column.name.lower() in aliases and not column.table and column.parent_select is select:
                yield column


def _in_aggregates_of_order(select: exp.Select, aliases: set[str]) -> Iterator[tuple[exp.Expr, AthenaRefusal]]:
    order = select.args.get("order")
    for aggregate in order.find_all(exp.AggFunc) if order else ():
        for column in aggregate.find_all(exp.Column):
            if not column.table and column.name.lower() in aliases:
                yield column, _not_found(column, refusals.REFUSED_ALIAS_IN_AGGREGATE)


def _columns_read(select: exp.Select, columns: ColumnNames) -> set[str] | None:
    """The columns of all that a SELECT reads, and of what the queries around it read; None if some are not known."""
    found: set[str] = set()
    around: exp.Expr | None = select
    while around is not None:
        if isinstance(around, exp.Select):
            for source in [around.args.get("from_"), *(around.args.get("joins") or ())]:
                names = _columns_of(source.this, columns) if source is not None else set()
                if names is None:
                    return None
                found |= names
        around = around.parent
    return found


def _columns_of(source: exp.Expr, columns: ColumnNames) -> set[str] | None:
    alias = source.args.get("alias")
    if isinstance(alias, exp.TableAlias) and alias.columns:
        return {column.name.lower() for column in alias.columns}
    if isinstance(source, exp.Subquery | exp.CTE):
        return _columns_given(source.this)
    if not isinstance(source, exp.Table):
        return None
    if not source.db and (defined := next(ctes_around(source, source.name), None)):
        return _columns_of(defined, columns)
    known = columns(source)
    return {name.lower() for name in known} if known else None


def _columns_given(query: exp.Expr) -> set[str] | None:
    names = {name.lower() for name in query.named_selects} if isinstance(query, exp.Query) else {"*"}
    return None if "*" in names else names
