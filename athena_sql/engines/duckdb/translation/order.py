"""ORDER BY in Athena's sense: a name is an alias of the select list first, also inside an expression."""

from __future__ import annotations

from sqlglot import exp

from millrace.athena_sql.engines.duckdb.translation.parts import refused
from millrace.athena_sql.portability.refusals import Refusal


def put_aliases_into_order(query: exp.Query) -> None:
    """Writes what an alias stands for in its place, in each ORDER BY that uses it in an expression.

    DuckDB takes the name alone as Athena does; in an expression it takes the column that the alias hides.
    """
    for select in query.find_all(exp.Select):
        order = select.args.get("order")
        aliases = {one.alias.lower(): one.this for one in select.expressions if isinstance(one, exp.Alias)}
        for ordered in order.expressions if order and aliases else ():
            if not isinstance(ordered.this, exp.Column):
                _put(aliases, ordered, select)


def _put(aliases: dict[str, exp.Expr], ordered: exp.Expr, select: exp.Select) -> None:
    for column in list(ordered.find_all(exp.Column)):
        meant = aliases.get(column.name.lower())
        if meant is not None and not column.table and column.parent_select is select:
            column.replace(exp.paren(meant.copy()))


_refuse_limit = refused(Refusal("FETCH FIRST ... PERCENT or WITH TIES", "rank() OVER (...)"))


def limit_options(node: exp.Expr) -> None:
    if node.args.get("percent") or node.args.get("with_ties"):
        _refuse_limit(node)
