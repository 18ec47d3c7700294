"""A statement as the text of a program that puts in the parameters itself, such as Grafana with its macros."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from millrace.athena_sql.portability.dialect import ATHENA
from millrace.athena_sql.ports import Statement
from millrace.athena_sql.statements.parsing import parse_query
from millrace.errors import QueryError


@dataclass(frozen=True, slots=True)
class ForeignTexts:
    """What stands for a statement's parameters and databases in the other program's text.

    `values`: by parameter, the text in its place. `memberships`: by parameter that is a list, the condition in place of
    `x IN (:parameter)`, in which `{column}` is `x`. `databases`: the database of each layer that has another name.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    memberships: Mapping[str, str] = field(default_factory=dict)
    databases: Mapping[str, str] = field(default_factory=dict)


def foreign_text(statement: Statement, texts: ForeignTexts, limit: int | None = None) -> str:
    """The statement in Athena's dialect, replaced in the syntax tree. `limit`: it gives no more rows than these.

    Raises QueryError for SQL that cannot be parsed, a parameter without a text, and a list outside of `IN (...)`.
    """
    tree = parse_query(statement)
    for node in list(tree.find_all(exp.Placeholder)):
        _replace_parameter(node, texts, statement.name)
    _rename_databases(tree, texts.databases)
    return (_limited(tree, limit) if limit else tree).sql(ATHENA, pretty=True)


def _replace_parameter(node: exp.Placeholder, texts: ForeignTexts, name: str) -> None:
    parameter = str(node.this)
    if parameter in texts.memberships:
        listing = node.parent
        if not isinstance(listing, exp.In) or len(listing.expressions) != 1:
            raise QueryError(f"{name}: :{parameter} is a list.", hint=f"A list can only be used as IN (:{parameter}).")
        condition = texts.memberships[parameter].replace("{column}", listing.this.sql(ATHENA))
        listing.replace(exp.Var(this=f"({condition})"))
    elif parameter in texts.values:
        node.replace(exp.Var(this=texts.values[parameter]))
    else:
        known = ", ".join(f":{one}" for one in sorted({*texts.values, *texts.memberships})) or "none"
        raise QueryError(f"{name}: :{parameter} has no text here.", hint=f"The parameters are {known}.")


def _rename_databases(tree: exp.Query, databases: Mapping[str, str]) -> None:
    for node in tree.find_all(exp.Table, exp.Column):
        layer = node.text("db").lower()
        if layer in databases:
            node.set("db", exp.to_identifier(databases[layer]))


def _limited(tree: exp.Query, limit: int) -> exp.Query:
    """With a LIMIT, unless it has a smaller one."""
    own = tree.args.get("limit")
    written = own.expression if isinstance(own, exp.Limit) else None
    if isinstance(written, exp.Literal) and int(written.name) <= limit:
        return tree
    return tree.limit(limit) if own is None else exp.select("*").from_(tree.subquery("limited")).limit(limit)
