"""VALUES as Athena reads it: a query by itself; its columns are `_col0`, `_col1`... without names of its own."""

from __future__ import annotations

from sqlglot import exp

_CLAUSES = ("order", "limit", "offset")


def write_out_values(tree: exp.Expr) -> None:
    """Changes the tree in place, so that every engine gives the columns of VALUES Athena's names."""
    for values in list(tree.find_all(exp.Values)):
        if isinstance(values.parent, exp.Subquery):
            values.replace(rows_of(values.copy()))
        elif isinstance(values.parent, exp.From | exp.Join):
            _name_columns(values)


def rows_of(values: exp.Values) -> exp.Select:
    """`SELECT * FROM (VALUES ...)`, with the ORDER BY, LIMIT and OFFSET that follow VALUES."""
    clauses = {part: values.args.pop(part) for part in _CLAUSES if values.args.get(part)}
    _name_columns(values)
    query = exp.select("*").from_(values)
    for part, clause in clauses.items():
        query.set(part, clause)
    return query


def _name_columns(values: exp.Values) -> None:
    alias = values.args.get("alias") or exp.TableAlias(this=exp.to_identifier("_values"))
    if not alias.columns and isinstance(values.expressions[0], exp.Tuple):
        names = [exp.to_identifier(f"_col{at}") for at in range(len(values.expressions[0].expressions))]
        alias.set("columns", names)
        values.set("alias", alias)
