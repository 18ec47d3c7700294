"""Name resolution: the table that each name in a query means.

Each name of WITH is replaced by one that no file, view or table can have; every other table becomes `database.name`. So
the engine never resolves a name by itself, by which it could find a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import Protocol

from sqlglot import exp

from millrace.athena_sql.endpoint.statements.kinds import CATALOG
from millrace.athena_sql.statements.places import place_of
from millrace.errors import StatementFailed

_PREFIX = "with "


class KnownTables(Protocol):
    def has_table(self, name: str) -> bool:
        """`name` is `database.name`."""
        ...

    def has_database(self, name: str) -> bool: ...


def resolve_names(query: exp.Query, database: str, known: KnownTables) -> set[str]:
    """Qualify the query's tables in place; returns the tables that it reads, as `database.name`.

    `database`: where names without one are looked up. Raises StatementFailed for an unknown catalog, database or table.
    """
    with_names = {id(cte): f"{_PREFIX}{at}" for at, cte in enumerate(query.find_all(exp.CTE))}
    targets = [(node, _definition(node)) for node in query.find_all(exp.Table)]  # before any name is changed
    found = set()
    for node, definition in targets:
        if definition is not None:
            _rename(node, with_names[id(definition)])
        else:
            found.add(_qualify(node, database, known))
    for cte in query.find_all(exp.CTE):
        cte.args["alias"].set("this", exp.to_identifier(with_names[id(cte)], quoted=True))
    return found


def refuse_row_references(query: exp.Query, columns: Set[str]) -> None:
    """Refuse a table's name in a column's place, which DuckDB takes for the whole row. Raises StatementFailed.

    `columns`: those of all tables that `query` reads.
    """
    nodes = list(query.walk())
    rows = _table_aliases(nodes) - _names_defined_in(nodes) - {name.lower() for name in columns}
    for node in nodes:
        if isinstance(node, exp.Column) and not node.table and node.name.lower() in rows:
            raise StatementFailed("COLUMN_NOT_FOUND", f"{place_of(node)}: Column '{node.name}' cannot be resolved")


def _table_aliases(nodes: Iterable[exp.Expr]) -> set[str]:
    """In lower case. Once names are resolved each table has an alias."""
    return {node.name.lower() for node in nodes if isinstance(node, exp.TableAlias)}


def _names_defined_in(nodes: Iterable[exp.Expr]) -> set[str]:
    """The names that a query itself defines, in lower case: column aliases and parameters of lambdas."""
    named: set[str] = set()
    for node in nodes:
        if isinstance(node, exp.Alias):
            named.add(node.alias.lower())
        elif isinstance(node, exp.TableAlias):
            named.update(name.name.lower() for name in node.columns)
        elif isinstance(node, exp.Lambda):
            named.update(name.name.lower() for name in node.expressions)
    return named


def _definition(table: exp.Table) -> exp.CTE | None:
    """The WITH query that a table's name refers to, or None. Scopes are searched from the inside out, and in each only
    the queries before this one."""
    if table.args.get("db"):
        return None
    node: exp.Expr = table
    inside: exp.CTE | None = None
    while node.parent is not None:
        inside = node if isinstance(node, exp.CTE) else inside
        node = node.parent
        with_ = node.args.get("with_")
        if isinstance(with_, exp.With):
            for cte in reversed(_visible(with_, inside)):
                if cte.alias.lower() == table.name.lower():
                    return cte
    return None


def _visible(with_: exp.With, inside: exp.CTE | None) -> list[exp.CTE]:
    every: list[exp.CTE] = with_.expressions
    for at, cte in enumerate(every):
        if cte is inside:
            return every[: at + 1] if with_.recursive else every[:at]
    return every


def _rename(node: exp.Table, name: str) -> None:
    if not node.alias:
        node.set("alias", exp.TableAlias(this=exp.to_identifier(node.name, quoted=True)))
    node.set("this", exp.to_identifier(name, quoted=True))


def _qualify(node: exp.Table, database: str, known: KnownTables) -> str:
    catalog, name = node.catalog.lower(), node.name.lower()
    schema = node.db.lower() or database
    at = place_of(node)
    if catalog and catalog != CATALOG:
        raise StatementFailed("CATALOG_NOT_FOUND", f"{at}: Catalog '{catalog}' does not exist")
    if not schema:
        raise StatementFailed("MISSING_SCHEMA_NAME", f"{at}: Schema must be specified when session schema is not set")
    full = f"{schema}.{name}"
    if not known.has_table(full):
        if not known.has_database(schema):
            raise StatementFailed("SCHEMA_NOT_FOUND", f"{at}: Schema '{schema}' does not exist")
        raise StatementFailed("TABLE_NOT_FOUND", f"{at}: Table '{CATALOG}.{full}' does not exist")
    if not node.alias:
        node.set("alias", exp.TableAlias(this=exp.to_identifier(name, quoted=True)))
    node.set("this", exp.to_identifier(name, quoted=True))
    node.set("db", exp.to_identifier(schema, quoted=True))
    node.set("catalog", None)
    return full
